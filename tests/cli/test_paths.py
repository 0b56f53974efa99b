"""Names of results: beside the wide or where asked, with a suffix that says what is inside."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.cli.paths import check_weights, format_of, mark, suffix_of, target
from dualzoom.errors import UsageError, WriteError
from dualzoom.settings import FramingSettings, WriteSettings

SUFFIXES = (".jpg", ".JPEG", ".png", ".tif", ".TIFF", ".dng", ".heic", "")
FORMATS = ("jpeg", "png", "tiff", "dng")
wides = st.builds(
    lambda stem, suffix: Path("in") / f"{stem}{suffix}", st.text("abc", min_size=1), st.sampled_from(SUFFIXES)
)


@given(wides, st.none() | st.sampled_from(FORMATS))
def test_a_name_that_nobody_chose_says_what_is_inside(wide: Path, chosen) -> None:
    made = target(wide, None, WriteSettings(format=chosen), "3x")
    assert made.parent == wide.parent
    assert made.stem == f"{wide.stem}-3x"
    own = None if wide.suffix == ".dng" else format_of(wide)  # a raw file is developed
    assert format_of(made) == (chosen or own or "jpeg")
    if chosen in (None, own) and own:
        assert made.suffix == wide.suffix  # as the camera writes it


@given(wides)
def test_a_result_never_has_the_wides_own_name(wide: Path) -> None:
    assert target(wide, None, WriteSettings()) != wide


def test_a_folder_takes_the_name_and_a_name_is_taken_as_it_is(tmp_path: Path) -> None:
    assert target(Path("a/b.png"), tmp_path, WriteSettings()) == tmp_path / "b-2x.png"
    for name in ("c.jpg", "c", "c.gif"):
        assert target(Path("a/b.png"), tmp_path / name, WriteSettings()) == tmp_path / name


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("chosen", FORMATS)
def test_a_name_and_a_format_must_agree(tmp_path: Path, suffix: str, chosen) -> None:
    output = tmp_path / f"a{suffix}"
    if format_of(output) == chosen:
        assert target(Path("b.jpg"), output, WriteSettings(format=chosen)) == output
    else:
        with pytest.raises(UsageError, match="--format says"):
            target(Path("b.jpg"), output, WriteSettings(format=chosen))


@pytest.mark.parametrize("chosen", FORMATS)
def test_the_usual_suffix_stands_for_its_format(chosen) -> None:
    assert format_of(Path(f"a{suffix_of(chosen)}")) == chosen


def test_weights_are_safetensors_and_replace_neither_file(tmp_path: Path) -> None:
    for name in ("a.pt", "a", "a.safetensors.bak"):
        with pytest.raises(UsageError, match="safetensors"):
            check_weights(tmp_path / name)
    check_weights(tmp_path / "a.safetensors")
    for there in ("a.safetensors", "a.json"):
        (tmp_path / there).touch()
        with pytest.raises(WriteError, match="exists already"):
            check_weights(tmp_path / "a.safetensors")
        check_weights(tmp_path / "a.safetensors", may_exist=True)
        (tmp_path / there).unlink()


@given(st.floats(1, 20), st.none() | st.integers(16, 9999))
def test_a_zoom_is_marked_whatever_its_size(at: float, side: int | None) -> None:
    assert mark(FramingSettings(at=at, long_side_px=side)) == f"{at:g}x"
