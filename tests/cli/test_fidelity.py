"""`dualzoom zoom` from file to file: metadata, profiles and levels of a tiny photo, for every format.

The network only repeats pixels here, so what arrives in the file is what the tool itself did; the colour chart goes
through the model that ships.
"""

import io
from pathlib import Path

import exifread
import imagecodecs
import numpy as np
import pytest
from colour_difference import delta_e_2000
from PIL import Image

from dualzoom import capture
from dualzoom.capture import profile_colours, profiles
from dualzoom.capture.xmp import provenance_of
from dualzoom.resampling import enlarge_bicubic
from dualzoom.settings import WriteSettings

SUFFIXES = [".jpg", ".png", ".tif"]
TRUE_NOW = {"Image Orientation", "Image Software", "EXIF ExifImageWidth", "EXIF ExifImageLength"}
TRUE_NOW |= {"EXIF FocalPlaneXResolution", "EXIF FocalPlaneYResolution", "EXIF SubjectArea"}
POINTERS = {"Image ExifOffset", "Image GPSInfo"}
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmp:Rating="5"/></rdf:RDF></x:xmpmeta>'
)
#: 24 patches of a usual chart, sRGB.
CHART = [
    (115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170),
    (214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46),
    (56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161),
    (243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52),
]  # fmt: skip


@pytest.fixture
def pixels():
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([60 + 2 * x, 40 + 3 * y, 200 - x - y], axis=-1).astype(np.uint8)


@pytest.fixture
def phone(tmp_path, pixels, make_exif, p3):
    """A phone's JPEG, stored turned."""
    path = tmp_path / "IMG_1.jpg"
    stored = Image.fromarray(np.rot90(pixels, 1))
    stored.save(path, exif=make_exif(6), icc_profile=p3, xmp=XMP, quality=98)
    return path


def tags(path: Path) -> dict[str, str]:
    found = exifread.process_file(io.BytesIO(capture.read(path).metadata.exif or b""), details=False)
    return {name: str(tag) for name, tag in found.items() if name not in POINTERS}


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("suffix", [*SUFFIXES, ".webp", ".avif", ".jxl"])
def test_forty_tags_come_through_the_tool(run, phone, tmp_path, suffix):
    out = tmp_path / f"out{suffix}"
    assert run("zoom", phone, "-o", out).code == 0
    before, after = tags(phone), tags(out)
    kept = set(before) - TRUE_NOW
    assert len(kept) >= 40
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    assert after["Image Orientation"] == "Horizontal (normal)"
    assert after["Image Software"].startswith("dualzoom ")
    assert after["Image Software"].endswith("(toy)")
    assert (after["EXIF ExifImageWidth"], after["EXIF ExifImageLength"]) == ("128", "96")
    written = capture.read(out)
    if suffix == ".jxl":  # which names the colours by numbers
        found, expected = (profile_colours.of(one.metadata.icc) for one in (written, capture.read(phone)))
        assert found.known == expected.known == 12
        assert found.gamma == pytest.approx(expected.gamma, abs=1e-3)
    else:
        assert written.metadata.icc == capture.read(phone).metadata.icc
    assert b'xmp:Rating="5"' in (written.metadata.xmp or b"")


@pytest.mark.usefixtures("repeat")
def test_the_file_says_how_it_was_made(run, phone, tmp_path):
    out = tmp_path / "out.png"
    assert run("zoom", phone, "-o", out, "--strength", "0.7", "--tile", "64", "--at", "1.5").code == 0
    assert provenance_of(capture.read(out).metadata.xmp) == {
        "Model": "toy", "WeightsSha256": "ab" * 32, "Strength": "0.7", "Tile": "64", "Zoom": "1.5",
    }  # fmt: skip
    again = tmp_path / "again.png"
    assert run("zoom", phone, "-o", again, "--tta").code == 0
    assert provenance_of(capture.read(again).metadata.xmp)["Orientations"] == "8"


@pytest.mark.usefixtures("repeat")
def test_a_zoomed_file_tells_its_field_of_view(run, phone, tmp_path):
    """26 mm with a digital zoom of 1.5 before."""
    out = tmp_path / "out.jpg"
    assert run("zoom", phone, "-o", out, "--at", "1.5").code == 0
    after = tags(out)
    assert (after["EXIF FocalLengthIn35mmFilm"], after["EXIF DigitalZoomRatio"]) == ("39", "9/4")
    assert after["EXIF FocalLength"] == tags(phone)["EXIF FocalLength"]
    assert capture.read(out).size == capture.read(phone).size


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("keep", ["basic", "none"])
def test_what_is_not_to_travel_does_not(run, phone, tmp_path, keep, suffix):
    out = tmp_path / f"out{suffix}"
    assert run("zoom", phone, "-o", out, "--metadata", keep).code == 0
    after, metadata = tags(out), capture.read(out).metadata
    assert not any(name.startswith("GPS") for name in after)
    assert "EXIF MakerNote" not in after
    assert ("Image Model" in after) == (keep == "basic")
    assert b"Rating" not in (metadata.xmp or b"")
    assert bool(provenance_of(metadata.xmp)) == (keep == "basic")
    assert metadata.icc == capture.read(phone).metadata.icc
    for secret in (b"A. Person", b"Serial")[keep == "basic" :]:  # the artist's name is theirs to spread
        assert secret not in out.read_bytes()


def profile(name: str, p3: bytes) -> bytes:
    adobe = imagecodecs.cms_profile(
        "rgb", whitepoint=[0.3127, 0.3290], primaries=[0.64, 0.33, 0.21, 0.71, 0.15, 0.06], gamma=563 / 256
    )
    return {"p3": p3, "adobe": bytes(adobe), "srgb": profiles.srgb()}[name]


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("name", ["p3", "adobe", "srgb"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_profiles_and_numbers_stay(run, pixels, tmp_path, p3, name, suffix):
    wide, out = tmp_path / "wide.png", tmp_path / f"out{suffix}"
    icc = profile(name, p3)
    Image.fromarray(pixels).save(wide, icc_profile=icc)
    assert run("zoom", wide, "-o", out).code == 0
    made = capture.read(out)
    assert made.metadata.icc == icc
    off = np.abs(made.pixels.astype(int) - pixels.repeat(2, 0).repeat(2, 1))
    assert off.max() <= (6 if suffix == ".jpg" else 0)


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_grey_photo_comes_out_grey(run, pixels, tmp_path, suffix):
    wide, out = tmp_path / f"wide{suffix}", tmp_path / "out.png"
    Image.fromarray(pixels).convert("L").save(wide)
    assert run("zoom", wide, "-o", out).code == 0
    made = capture.read(out).pixels
    assert (made == made[..., :1]).all()


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_ink_without_a_profile_is_refused_in_one_line(run, pixels, tmp_path, suffix):
    wide = tmp_path / f"wide{suffix}"
    Image.fromarray(pixels).convert("CMYK").save(wide)
    outcome = run("zoom", wide, "-o", tmp_path / "out.png")
    assert outcome.code == 4
    reason = "CMYK without a colour profile has no certain colours; convert it to RGB first"
    assert outcome.error_lines == [f"dualzoom: {wide}: {reason}"]
    assert list(tmp_path.iterdir()) == [wide]


@pytest.mark.usefixtures("repeat")
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_keep_their_levels(run, tmp_path, suffix):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, 2)
    wide = capture.write(capture.Photo(pixels=ramp), tmp_path / "ramp.tif", WriteSettings(bit_depth=16))
    assert run("zoom", wide, "-o", tmp_path / f"out{suffix}").code == 0
    made = capture.read(tmp_path / f"out{suffix}").pixels
    assert all(len(np.unique(made[..., channel])) > 60_000 for channel in range(3))


@pytest.mark.usefixtures("repeat")
def test_linear_light_of_the_tool_is_the_same_picture(run, phone, tmp_path):
    """Through its profile the linear file shows what the ordinary one shows."""
    assert run("zoom", phone, "-o", tmp_path / "plain.tif", "--bit-depth", "16").code == 0
    assert run("zoom", phone, "-o", tmp_path / "light.tif", "--linear").code == 0
    plain, light = (capture.read(tmp_path / name) for name in ("plain.tif", "light.tif"))
    assert light.bit_depth == 16
    assert light.pixels.mean() < 0.7 * plain.pixels.mean()
    back = capture.to_wide_space(light, plain).pixels
    assert np.abs(back.astype(int) - plain.pixels).max() < 60
    assert tags(tmp_path / "light.tif")["EXIF DateTimeOriginal"] == "2024:05:06 07:08:09"


def test_a_colour_chart_keeps_its_colours(run, tmp_path):
    """24 patches through the model that ships, against plain bicubic enlargement: ΔE2000 of 1 is just noticeable.

    Colours are compared where there is but one: beside an edge, results are to be sharper than bicubic.
    """
    patches = np.array(CHART, np.uint8).reshape(4, 6, 3).repeat(24, 0).repeat(24, 1)
    chart = np.full((108, 156, 3), 30, np.uint8)
    chart[6:102, 6:150] = patches
    Image.fromarray(chart).save(tmp_path / "chart.png")
    assert run("zoom", tmp_path / "chart.png", "-o", tmp_path / "out.png", "--device", "cpu").code == 0
    difference = delta_e_2000(
        np.asarray(capture.read(tmp_path / "out.png").pixels, np.uint8), enlarge_bicubic(chart)
    )
    patches_alone = difference[12:204, 12:300].reshape(4, 48, 6, 48)
    patch = patches_alone[:, 12:36, :, 12:36].mean(axis=(1, 3))
    print(
        f"mean ΔE2000 of the chart {difference.mean():.2f}, of the patches {patch.mean():.2f}, worst {patch.max():.2f}"
    )
    assert patch.max() <= 0.5
    assert patches_alone[:, 8:40, :, 8:40].mean() <= 0.5  # from 4 px of the wide on
