"""Every failure is one line with an exit code of its own, about the file at hand; no part of it is lost on the way."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.errors import (
    BatchError,
    CaptureError,
    DualzoomError,
    MemoryExhaustedError,
    RegistrationError,
    UsageError,
    WeightsError,
    WriteError,
    about,
    none_left,
    reason_of,
)

KINDS = (
    DualzoomError, UsageError, BatchError, CaptureError, RegistrationError, MemoryExhaustedError, WriteError,
    WeightsError,
)  # fmt: skip
kinds = st.sampled_from(KINDS)
words = st.text(max_size=30)


def test_every_kind_has_its_own_exit_code_from_one_on() -> None:
    assert [kind.exit_code for kind in KINDS] == list(range(1, 9))
    assert set(DualzoomError.__subclasses__()) == set(KINDS[1:])


@given(kinds, words, words, words)
def test_an_error_is_one_line_that_holds_all_its_words(
    kind: type[DualzoomError], subject: str, reason: str, step: str
) -> None:
    line = str(kind(subject, reason, step))
    assert len(line.splitlines()) <= 1
    assert line.split() == f"{subject}: {reason}{f'; {step}' if step else ''}".split()


@given(kinds, words, words, words)
def test_an_error_travels_between_processes_unchanged(
    kind: type[DualzoomError], subject: str, reason: str, step: str
) -> None:
    error = kind(subject, reason, step)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.subject, back.reason, back.next_step) == (subject, reason, step)


def test_a_path_is_a_subject_like_its_words() -> None:
    assert CaptureError(Path("a") / "b.jpg", "is torn").subject == str(Path("a") / "b.jpg")


@given(kinds, words, words)
def test_the_file_at_hand_is_named_and_the_rest_stays(
    kind: type[DualzoomError], reason: str, step: str
) -> None:
    inner = kind("tele", reason, step)
    with pytest.raises(kind) as caught, about("IMG_2.jpg"):
        raise inner
    assert type(caught.value) is kind
    assert (caught.value.subject, caught.value.reason, caught.value.next_step) == ("IMG_2.jpg", reason, step)
    assert caught.value.__cause__ is inner


def test_an_error_that_names_the_file_already_is_itself() -> None:
    inner = WriteError(Path("IMG_2.jpg"), "is there")
    with pytest.raises(WriteError) as caught, about("IMG_2.jpg"):
        raise inner
    assert caught.value is inner


def test_running_out_of_memory_is_said_of_the_file() -> None:
    with (
        pytest.raises(MemoryExhaustedError, match="there is not enough memory") as caught,
        about(Path("IMG_2.jpg")),
    ):
        raise MemoryError
    assert caught.value.subject == "IMG_2.jpg"
    assert caught.value.next_step


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()])
def test_what_is_no_failure_of_a_file_passes_as_it_is(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, about("IMG_2.jpg"):
        raise error
    assert caught.value is error


def test_nothing_happens_where_nothing_fails() -> None:
    with about("IMG_2.jpg"):
        pass


@given(st.lists(kinds, min_size=1, max_size=6))
def test_of_many_errors_the_first_that_does_not_match_speaks_for_all(many: list[type[DualzoomError]]) -> None:
    errors = [kind(f"p{number}", f"reason {number}", f"step {number}") for number, kind in enumerate(many)]
    found = none_left(errors, "pairs")
    mismatched = [number for number, kind in enumerate(many) if kind is RegistrationError]
    first = mismatched[0] if mismatched else 0
    assert type(found) is many[first]
    assert (found.subject, found.next_step) == (f"p{first}", f"step {first}")
    if len(many) == 1:
        assert found is errors[0]
    else:
        assert found.reason == f"none of {len(many)} pairs can be used; the first: reason {first}"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device", "a.jpg"), "No space left on device"),
        (ValueError("embedded null byte"), "embedded null byte"),
        (OSError("the device is gone"), "the device is gone"),
        (OSError(), "OSError"),
    ],
)
def test_a_reason_is_never_empty(error: OSError | ValueError, said: str) -> None:
    assert reason_of(error) == said
