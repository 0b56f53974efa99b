"""Every format's limits, and what every format keeps: pixels, opacity, EXIF, profile, at every depth."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import colour_tag, exif, formats
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import UsageError, WriteError
from dualzoom.geometry import Size
from dualzoom.settings import WriteSettings

#: Format, bits asked for (None: those of the photo), type read, greatest error at quality 100 in shares of white.
ROWS = [
    ("png", None, np.uint16, 0.0), ("png", 8, np.uint8, 0.5 / 255), ("tif", None, np.uint16, 0.0),
    ("tif", 8, np.uint8, 0.5 / 255), ("jpg", None, np.uint8, 0.02), ("webp", None, np.uint8, 0.5 / 255),
    ("avif", 8, np.uint8, 0.5 / 255), ("avif", None, np.uint16, 0.5 / 1023), ("avif", 10, np.uint16, 0.5 / 1023),
    ("avif", 12, np.uint16, 0.5 / 4095), ("jxl", None, np.uint16, 0.0), ("jxl", 8, np.uint8, 0.5 / 255),
]  # fmt: skip
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
P3 = colour_tag.profile(colour_tag.P3_D65, 13)


@pytest.mark.parametrize(("suffix", "bits", "dtype", "error"), ROWS)
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize("icc", [None, P3], ids=["sRGB", "P3"])
def test_what_a_format_keeps(suffix, bits, dtype, error, transparent, icc, scene, disc, make_exif, tmp_path):
    deep, alpha = (np.rint(plane * 65535).astype(np.uint16) for plane in (scene, disc))
    metadata = Metadata(exif=make_exif().tobytes()[6:], icc=icc, xmp=XMP)
    photo = Photo(pixels=deep, alpha=alpha if transparent else None, metadata=metadata)
    path = capture.write(photo, tmp_path / f"a.{suffix}", WriteSettings(quality=100, bit_depth=bits))
    found = capture.read(path)
    assert found.pixels.dtype == dtype
    assert found.notes == ()
    assert found.metadata.icc == icc
    assert found.metadata.xmp is not None
    before, after = (exif.printable_tags(block) for block in (metadata.exif, found.metadata.exif))
    same = [name for name, value in before.items() if after.get(name) == value]
    assert len(same) >= 40
    visible = disc > 0.02 if transparent else np.ones_like(disc, bool)
    expected = deep / 65535
    if transparent and suffix == "jpg":
        expected, visible = expected * disc[..., None] + 1 - disc[..., None], np.ones_like(disc, bool)
    elif transparent:
        assert found.alpha is not None
        assert np.abs(found.alpha / found.peak - alpha / 65535).max() <= error + 1e-9
    assert (found.alpha is not None) == (transparent and suffix != "jpg")
    assert np.abs(found.pixels / found.peak - expected)[visible].max() <= error + 1e-9


@pytest.mark.parametrize("suffix", ["webp", "avif", "jxl"])
@pytest.mark.parametrize("icc", [None, P3], ids=["sRGB", "P3"])
@pytest.mark.parametrize("transparent", [False, True])
def test_quality_is_fidelity(suffix, icc, transparent, rgb8, disc, tmp_path):
    alpha = np.rint(disc * 255).astype(np.uint8) if transparent else None
    photo, sizes, errors = Photo(pixels=rgb8, alpha=alpha, metadata=Metadata(icc=icc)), [], []
    for quality in (40, 75, 95):
        path = capture.write(photo, tmp_path / f"{quality}.{suffix}", WriteSettings(quality=quality))
        sizes.append(path.stat().st_size)
        seen = disc > 0.5 if transparent else ...
        errors.append(np.abs(capture.read(path).pixels.astype(int) - rgb8)[seen].mean())
    assert sizes == sorted(sizes)
    assert errors[0] > errors[2]
    assert errors[2] < 1.5


@pytest.mark.parametrize(
    ("wanted", "bits", "step"),
    [
        ("jpeg", 16, "PNG or TIFF"),
        ("webp", 10, "AVIF"),
        ("avif", 16, "PNG or TIFF"),
        ("jxl", 12, "AVIF"),
        ("png", 9, "8 or 16"),
    ],
)
def test_depths_that_do_not_fit(wanted, bits, step, tmp_path):
    with pytest.raises(UsageError) as caught:
        formats.check_depth(tmp_path, wanted, bits)
    assert step in caught.value.next_step


@pytest.mark.parametrize(("wanted", "side"), [("jpeg", 65_500), ("webp", 16_383), ("avif", 65_535)])
def test_the_longest_side(wanted, side, tmp_path):
    formats.check_size(tmp_path, wanted, Size(side, 1))
    with pytest.raises(WriteError, match=str(side)):
        formats.check_size(tmp_path, wanted, Size(1, side + 1))


def test_losses(rgb8, rgb16):
    deep = Photo(pixels=rgb16, alpha=rgb16[..., 0], metadata=Metadata(iptc=b"i"))
    told = {name: " ".join(formats.losses_of(deep, name, None)) for name in formats.LIMITS}
    assert {name for name, text in told.items() if "rounded" in text} == {"jpeg", "webp", "avif"}
    assert {name for name, text in told.items() if "white" in text} == {"jpeg", "dng"}
    assert {name for name, text in told.items() if "IPTC" in text} == {"webp", "avif", "jxl"}
    assert not any(formats.losses_of(Photo(pixels=rgb8), name, None) for name in formats.LIMITS)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.jpg", "jpeg"),
        ("a.png", "png"),
        ("a.tif", "tiff"),
        ("a.webp", "webp"),
        ("a.avif", "avif"),
        ("a.jxl", "jxl"),
    ],
)
def test_the_same_format_is_that_of_the_content(name, wanted, photo, tmp_path):
    path = capture.write(photo, tmp_path / name).rename(tmp_path / "photo.heic")
    assert formats.format_for(path, "same") == wanted
    assert formats.format_for(path, "png") == "png"
    assert formats.format_for(path, None) is None


def test_what_is_only_read_is_refused_as_the_same_and_dng_becomes_linear_dng(
    make_heic, make_dng, scene, tmp_path
):
    (tmp_path / "a.jpg").write_bytes(make_heic())
    (tmp_path / "b.cr3").write_bytes(b"\0\0\0\x18ftypcrx \0\0\0\1" + bytes(80))
    for path in (tmp_path / "a.jpg", tmp_path / "b.cr3"):
        with pytest.raises(UsageError, match="only read"):
            formats.format_for(path, "same")
    assert formats.format_for(make_dng(tmp_path / "a.dng", scene), "same") == "dng"


def test_the_same_becomes_the_wides_own_unless_the_name_says_else(photo, tmp_path):
    path = capture.write(photo, tmp_path / "a.tif")
    same = WriteSettings(format="same", quality=7)
    for name in ("b.TIFF", "b", "b.bak"):
        assert formats.settled(path, tmp_path / name, same) == WriteSettings(format="tiff", quality=7)
    with pytest.raises(UsageError, match="the name says jpeg, the wide is tiff"):
        formats.settled(path, tmp_path / "b.jpg", same)
    with pytest.raises(UsageError, match="comes from no file"):
        formats.settled(None, tmp_path / "b.jpg", same)
    assert formats.settled(None, tmp_path / "b.jpg", WriteSettings()) == WriteSettings()
