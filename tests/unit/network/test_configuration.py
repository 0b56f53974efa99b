"""Whatever a file says, a configuration holds values of its fields' types and sizes, or names the field."""

from dataclasses import FrozenInstanceError, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.network.configuration import NetworkConfig


@dataclass(frozen=True, kw_only=True)
class Config(NetworkConfig):
    """One field of each type."""

    count: int = 4
    share: float = 0.5
    flag: bool = False


@given(st.integers(1, 512), st.floats(0, 512) | st.integers(0, 512), st.booleans())
def test_what_fits_is_kept(count: int, share: float, flag: bool) -> None:
    made = Config(count=count, share=share, flag=flag)
    assert (made.count, made.share, made.flag) == (count, share, flag)


@given(st.integers().filter(lambda n: not 1 <= n <= 512))
def test_counts_begin_with_one_and_end_with_512(count: int) -> None:
    with pytest.raises(ValueError, match=r"^count is .*out of range"):
        Config(count=count)


@given(st.floats().filter(lambda x: not 0 <= x <= 512))
def test_numbers_are_finite_and_not_negative(share: float) -> None:
    with pytest.raises(ValueError, match=r"^share is .*out of range"):
        Config(share=share)


others = st.none() | st.text(max_size=3) | st.lists(st.integers(), max_size=2) | st.complex_numbers()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("count", others | st.booleans() | st.floats()),
        ("share", others | st.booleans()),
        ("flag", others | st.integers()),
    ],
)
@given(st.data())
def test_other_types_are_refused_by_name(
    name: str, wrong: st.SearchStrategy[object], data: st.DataObject
) -> None:
    with pytest.raises(TypeError, match=rf"^{name} is "):
        Config(**{name: data.draw(wrong)})  # type: ignore[arg-type]


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().count = 0  # type: ignore[misc]
    with pytest.raises(TypeError):
        Config(depth=3)  # type: ignore[call-arg]
