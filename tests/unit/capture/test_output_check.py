"""What a file cannot hold is known from the wide alone, and it is just what writing refuses."""

import pytest

from dualzoom import capture
from dualzoom.capture import colour_tag
from dualzoom.capture.outline import outline
from dualzoom.capture.output_check import check_outline, check_output, is_open
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError, DualzoomError, WriteError
from dualzoom.geometry import Size
from dualzoom.settings import WriteSettings

P3 = colour_tag.profile(12, 13)
TABLE = P3.replace(b"rTRC", b"A2B0")  # a curve is missing: no matrix and three curves
DAMAGED = P3[:200]
NAMES = ("a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.jxl", "a.dng")


def refused(what, *given) -> type[DualzoomError] | None:
    try:
        what(*given)
    except DualzoomError as error:
        return type(error)
    return None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "icc", [None, colour_tag.profile(12, 13), TABLE, DAMAGED], ids=["srgb", "p3", "table", "damaged"]
)
@pytest.mark.parametrize("deep", [False, True])
def test_it_refuses_what_writing_refuses_and_nothing_else(name, icc, deep, rgb8, rgb16, tmp_path):
    photo = Photo(pixels=rgb16 if deep else rgb8, metadata=Metadata(icc=icc), source=tmp_path / "wide.jpg")
    for settings in (WriteSettings(), WriteSettings(linear=True)):
        if settings.linear and name != "a.tif":
            continue
        path = tmp_path / name
        before = refused(check_output, photo, photo.size, path, settings)
        assert not path.exists()
        assert before is refused(capture.write, photo, path, settings)
        path.unlink(missing_ok=True)


def test_some_of_these_are_refused(rgb8, tmp_path):
    photo = Photo(pixels=rgb8, metadata=Metadata(icc=TABLE))
    told = [refused(check_output, photo, photo.size, tmp_path / name, WriteSettings()) for name in NAMES]
    assert told == [None, None, None, None, None, CaptureError, CaptureError]


def test_the_results_side_counts_not_the_wides(rgb8, tmp_path):
    check = capture.output_check(tmp_path / "a.webp", WriteSettings())
    check(Photo(pixels=rgb8), Size(16_383, 100))
    with pytest.raises(WriteError, match=r"16384×100 px: WebP holds no side of more than 16383 pixels"):
        check(Photo(pixels=rgb8), Size(16_384, 100))


def test_opacity_is_part_of_the_trial(rgb8, tmp_path):
    photo = Photo(pixels=rgb8, alpha=rgb8[..., 0])
    for name in NAMES:
        check_output(photo, photo.size, tmp_path / name, WriteSettings())


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_an_undecoded_wide_tells_the_same(name, rgb8, tmp_path):
    wide = capture.write(Photo(pixels=rgb8, metadata=Metadata(icc=TABLE)), tmp_path / name)
    found = outline(wide)
    with pytest.raises(CaptureError, match="a table") as caught:
        check_outline(found, found.size, tmp_path / "b.dng", WriteSettings(bit_depth=16))
    assert caught.value.subject == str(wide)


def test_only_some_formats_may_refuse_a_photo():
    may = {name: (is_open(name, WriteSettings(), 2.0), is_open(name, WriteSettings(), 4.0))
           for name in ("jpeg", "png", "tiff", "webp", "avif", "jxl", "dng")}  # fmt: skip
    assert {name for name, (twice, _) in may.items() if twice} == {"webp", "jxl", "dng"}
    assert {name for name, (_, four) in may.items() if four} == {"jpeg", "avif", "webp", "jxl", "dng"}
    assert is_open("tiff", WriteSettings(linear=True), 2.0)
