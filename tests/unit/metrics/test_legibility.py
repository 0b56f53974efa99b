"""Legibility: what counts as read again, and in which order."""

import math
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dualzoom.errors import UsageError
from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.metrics import legibility
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import signs


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("open daily", 1),
        ("OPENDAILY", 1),  # neither case nor spaces count
        ("open", 4 / 9),
        ("dai open", 4 / 9),  # the order counts
        ("o p e n xx d-a-i-l-y", 4 / 9),  # single letters do not
        ("opem daily", 8 / 9),
        ("", 0),
        ("much longer nonsense about open daily matters", 1),
    ],
)
def test_the_share_of_characters_read_again(read: str, expected: float) -> None:
    assert legibility.share("Open daily", read) == pytest.approx(expected)


def test_nothing_written_has_no_share() -> None:
    assert math.isnan(legibility.share(" ", "something"))


def slow_distance(a: str, b: str) -> int:
    """Levenshtein's distance by its definition."""
    if not a or not b:
        return len(a) + len(b)
    if a[-1] == b[-1]:
        return slow_distance(a[:-1], b[:-1])
    return 1 + min(slow_distance(a[:-1], b), slow_distance(a, b[:-1]), slow_distance(a[:-1], b[:-1]))


@settings(deadline=None, max_examples=60)
@given(st.text("abc", min_size=1, max_size=6), st.text("abc", max_size=6))
def test_the_share_of_right_characters_is_levenshteins(written: str, read: str) -> None:
    expected = max(0.0, 1 - slow_distance(written, read) / len(written))
    assert legibility.right_share(written, read) == pytest.approx(expected)
    assert legibility.right_share(f" {written.upper()} ", read) == pytest.approx(expected)


def test_nothing_written_has_no_right_characters() -> None:
    assert math.isnan(legibility.right_share("", "x"))


def test_texts_are_read_from_above_and_from_the_left() -> None:
    def box(x: float, y: float, height: float = 20) -> np.ndarray:
        return np.array([x, y, x + 50, y + height])

    found = [
        (box(200, 4), "world"), (box(0, 60, 8), "small"), (box(0, 0), "hello"), (box(90, 63, 8), "print"),
        (box(0, 30), "below"),
    ]  # fmt: skip
    assert legibility.in_order(found) == "hello world below small print"
    assert legibility.in_order([]) == ""


def test_a_missing_package_is_named_with_what_to_do(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    legibility.reader.cache_clear()
    with pytest.raises(UsageError, match=r"pip install '\.\[ocr\]'"):
        legibility.reader()


@pytest.fixture
def reader():
    """The real one, freshly loaded."""
    reason = "RapidOCR is not installed (pip install '.[ocr]')"
    pytest.importorskip("rapidocr_onnxruntime", reason=reason)
    legibility.reader.cache_clear()
    return legibility.reader()


@pytest.mark.slow
def test_all_can_be_read_in_the_truth_and_less_in_what_a_phone_takes(reader) -> None:
    made = photograph(signs.board(), PHONES[0], seed=1)
    shares = [
        legibility.share(signs.words(), reader(picture[signs.PLATE.slices]))
        for picture in (made.truth, enlarge_bicubic(made.wide))
    ]
    assert shares[0] > 0.97
    assert 0.2 < shares[1] < 0.7


@pytest.mark.slow
def test_colours_are_not_swapped(reader, monkeypatch) -> None:
    """RapidOCR takes BGR: red letters on a ground of the same grey are seen either way, so its input is looked at."""
    seen = []

    def spy(picture):
        seen.append(picture)
        return None, None

    monkeypatch.setattr(sys.modules["rapidocr_onnxruntime"], "RapidOCR", lambda **_: spy)
    legibility.reader.cache_clear()
    red = np.array(Image.new("RGB", (20, 10), (200, 30, 10)))
    assert legibility.reader()(red) == ""
    assert tuple(seen[0][0, 0]) == (10, 30, 200)
    legibility.reader.cache_clear()
