"""A DNG of ours: tags as the specification asks, and pixels that LibRaw develops to the photo it was made of."""

import io
from pathlib import Path

import exifread
import numpy as np
import pytest
import rawpy
import tifffile
from phone_files import NEUTRAL, PHONE, TO_XYZ, linear_dng, two_illuminants
from PIL import Image

from dualzoom import capture
from dualzoom.capture import profiles
from dualzoom.capture.dng_write import TILE
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, UsageError
from dualzoom.settings import WriteSettings

BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL, FLOAT = 1, 2, 3, 4, 5, 10, 11
#: Tag → (types, count) by TIFF 6.0 and DNG 1.7; count 0: any.
PICTURE = {
    254: ((LONG,), 1), 256: ((SHORT, LONG), 1), 257: ((SHORT, LONG), 1), 258: ((SHORT,), 3), 259: ((SHORT,), 1),
    262: ((SHORT,), 1), 277: ((SHORT,), 1), 284: ((SHORT,), 1), 322: ((SHORT, LONG), 1), 323: ((SHORT, LONG), 1),
    324: ((LONG,), 0), 325: ((SHORT, LONG), 0), 50713: ((SHORT,), 2), 50714: ((SHORT, LONG, RATIONAL), 3),
    50717: ((SHORT, LONG), 3), 50718: ((RATIONAL,), 2), 50719: ((SHORT, LONG, RATIONAL), 2),
    50720: ((SHORT, LONG, RATIONAL), 2), 50780: ((RATIONAL,), 1), 50829: ((SHORT, LONG), 4),
}  # fmt: skip
FIRST = {
    254: ((LONG,), 1), 256: ((SHORT, LONG), 1), 257: ((SHORT, LONG), 1), 258: ((SHORT,), 3), 259: ((SHORT,), 1),
    262: ((SHORT,), 1), 273: ((SHORT, LONG), 1), 274: ((SHORT,), 1), 277: ((SHORT,), 1), 278: ((SHORT, LONG), 1),
    279: ((SHORT, LONG), 1), 284: ((SHORT,), 1), 330: ((LONG,), 1), 530: ((SHORT,), 2), 531: ((SHORT,), 1),
    50706: ((BYTE,), 4), 50707: ((BYTE,), 4), 50708: ((ASCII,), 0), 50721: ((SRATIONAL,), 9), 50728: ((RATIONAL,), 3),
    50778: ((SHORT,), 1), 50970: ((LONG,), 1), 34665: ((LONG, 13), 1),
}  # fmt: skip
OPTIONAL = {
    50722: ((SRATIONAL,), 9), 50723: ((SRATIONAL,), 9), 50724: ((SRATIONAL,), 9), 50727: ((RATIONAL,), 3),
    50730: ((SRATIONAL,), 1), 50779: ((SHORT,), 1), 50964: ((SRATIONAL,), 9), 50965: ((SRATIONAL,), 9),
    50936: ((ASCII, BYTE), 0), 50940: ((FLOAT,), 0), 50941: ((LONG,), 1), 51110: ((LONG,), 1), 700: ((BYTE,), 0),
    33723: ((7, BYTE, LONG), 0), 34853: ((LONG, 13), 1),
    **dict.fromkeys((270, 271, 272, 305, 306, 315, 33432), ((ASCII,), 0)),
    282: ((RATIONAL,), 1), 283: ((RATIONAL,), 1), 296: ((SHORT,), 1), 531: ((SHORT,), 1),
}  # fmt: skip


@pytest.fixture
def wide(scene):
    return np.concatenate([np.concatenate([scene, scene[:, ::-1], scene], axis=1)[:, :301]] * 3)[:270]


def written(photo, tmp_path, name="out.dng"):
    return capture.write(photo, tmp_path / name)


def deep(scene):
    return np.rint(scene * 65535).astype(np.uint16)


def tags_of(path):
    """Both directories: tag → (type, count, value)."""
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == 1
        assert len(file.pages[0].pages) == 1
        pages = (file.pages[0], file.pages[0].pages[0])
        return [{tag.code: (int(tag.dtype), tag.count, tag.value) for tag in page.tags} for page in pages]


def assert_valid(path, size):
    first, picture = tags_of(path)
    for required, allowed, found in ((FIRST, {**FIRST, **OPTIONAL}, first), (PICTURE, PICTURE, picture)):
        assert required.keys() <= found.keys()
        assert found.keys() <= allowed.keys()
        for tag, (kind, count, _) in found.items():
            assert kind in allowed[tag][0], tag
            assert allowed[tag][1] in (0, count), tag
    assert (picture[256][2], picture[257][2]) == size
    assert (picture[254][2], picture[259][2], picture[262][2], picture[258][2]) == (0, 7, 34892, (16,) * 3)
    assert picture[322][2] % 16 == picture[323][2] % 16 == 0
    assert len(picture[324][2]) == len(picture[325][2]) == -(-size[0] // TILE) * -(-size[1] // TILE)
    assert picture[50829][2] == (0, 0, size[1], size[0])
    assert (picture[50719][2], picture[50720][2]) == ((0, 0), size)
    assert (picture[50714][2], picture[50717][2]) == ((0,) * 3, (65535,) * 3)
    assert (first[254][2], first[259][2], first[262][2], first[274][2]) == (1, 7, 6, 1)
    assert (first[50706][2], first[50707][2]) == (bytes([1, 4, 0, 0]), bytes([1, 1, 0, 0]))
    data = Path(path).read_bytes()
    assert all(
        at % 2 == 0 and at + n <= len(data) for at, n in zip(picture[324][2], picture[325][2], strict=True)
    )


def test_the_tags_of_a_raw_wides_result(wide, make_dng, tmp_path):
    path = written(capture.read(make_dng(tmp_path / "a.dng", wide)), tmp_path)
    assert_valid(path, (301, 270))
    assert tags_of(path)[0][50708][2] == "Phone 7 raw"


def test_the_tags_of_a_rendered_wides_result(wide, make_exif, p3, tmp_path):
    metadata = capture.Metadata(
        exif=make_exif().tobytes()[6:], icc=p3, xmp=b"<rdf:RDF></rdf:RDF>", iptc=b"\x1c\2\5\0\1a"
    )
    path = written(Photo(pixels=deep(wide), metadata=metadata), tmp_path)
    assert_valid(path, (301, 270))
    first, _ = tags_of(path)
    assert first[50708][2] == "Maker Phone 7"
    assert first[50940][2] == (0, 0, 1, 1)
    assert (first[51110][2], first[50728][2]) == (1, (1_000_000,) * 6)
    with path.open("rb") as file:
        read = exifread.process_file(file)
    assert str(read["EXIF FNumber"]) == "9/5"
    assert str(read["GPS GPSLatitudeRef"]) == "N"
    assert str(read["EXIF ExifImageWidth"]) == "301"


def test_a_raw_wide_comes_back_as_it_was_developed(wide, tmp_path):
    """In the camera's own channels, with its matrix and white balance, so that LibRaw does the same again."""
    before = capture.read(linear_dng(tmp_path / "a.dng", wide * 0.9, matrix=PHONE))
    after = capture.read(written(before, tmp_path))
    light = [linear(photo.pixels) for photo in (before, after)]
    assert (
        np.abs(light[0] - light[1]).max() * 65535 < 6
    )  # of a 16-bit level, through matrices and white balance
    assert after.metadata.camera is not None
    assert np.allclose(after.metadata.camera.neutral, NEUTRAL, atol=1e-5)


def linear(pixels):
    encoded = pixels / 65535
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def test_the_raw_pixels_are_what_the_camera_stored(wide, tmp_path):
    """Within a level: what was in gamut comes back through development and back."""
    source = linear_dng(tmp_path / "a.dng", wide * 0.9, matrix=PHONE)
    path = written(capture.read(source), tmp_path)
    with rawpy.imread(str(source)) as raw, rawpy.imread(str(path)) as ours:
        stored, found = raw.raw_image[..., :3].astype(float), ours.raw_image[..., :3].astype(float)
        assert ours.raw_image.shape == raw.raw_image.shape
    developed = capture.read(source).pixels
    inside = ((developed > 3000) & (developed < 65535)).all(axis=2)
    assert inside.mean() > 0.5
    assert np.abs(stored - found)[inside].max() <= 3
    assert np.abs(stored - found)[inside].mean() < 0.6


@pytest.mark.parametrize("deepness", [8, 16])
def test_linear_light_is_stored_exactly(deepness, wide, tmp_path):
    """Within one level of 16 bits of the sRGB curve undone."""
    pixels = deep(wide) if deepness == 16 else np.rint(wide * 255).astype(np.uint8)
    path = written(Photo(pixels=pixels), tmp_path)
    with rawpy.imread(str(path)) as ours:
        found = ours.raw_image[..., :3] / 65535
    truth = pixels / (65535 if deepness == 16 else 255)
    truth = np.where(truth <= 0.04045, truth / 12.92, ((truth + 0.055) / 1.055) ** 2.4)
    assert np.abs(found - truth).max() * 65535 <= 1.0


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (100, 255), (64, 256), (300, 257)])
def test_any_size(size, tmp_path):
    pixels = np.random.default_rng(2).integers(20000, 60000, (*size, 3)).astype(np.uint16)
    path = written(Photo(pixels=pixels), tmp_path)
    with tifffile.TiffFile(path) as file:
        stored = file.pages[0].pages[0].asarray()
    assert stored.shape == pixels.shape
    if min(size) > 20:
        assert np.abs(linear(capture.read(path).pixels) - linear(pixels)).max() * 65535 < 12  # four digits


def test_a_profiles_colours_are_true_for_libraw(wide, p3, tmp_path):
    """Display P3 is developed to the sRGB that LittleCMS makes of it."""
    muted = 0.3 + 0.4 * wide  # inside sRGB
    photo = Photo(pixels=deep(muted), metadata=capture.Metadata(icc=p3))
    expected = profiles.transform(photo.pixels, p3, profiles.srgb(), "rgb", path=Path("a"))
    found = capture.read(written(photo, tmp_path)).pixels
    inside = ((expected > 0) & (expected < 65535)).all(axis=2)
    assert inside.mean() > 0.9
    assert np.abs(found.astype(int) - expected)[inside].max() < 120  # 0.2 %: white points of four digits


def test_the_matrices_agree_with_each_other(wide, p3, tmp_path):
    """Forward: white becomes D50. Backward: D65 becomes the file's neutral, in every profile."""
    for icc in (None, p3):
        photo = Photo(pixels=deep(wide[:8, :8]), metadata=capture.Metadata(icc=icc))
        path = written(photo, tmp_path, f"{icc is None}.dng")
        first, _ = tags_of(path)
        forward, seen = (np.array(first[tag][2]).reshape(9, 2) for tag in (50964, 50721))
        forward, seen = ((m[:, 0] / m[:, 1]).reshape(3, 3) for m in (forward, seen))
        assert np.allclose(forward.sum(axis=1), (0.9642, 1, 0.8249), atol=1e-5)
        assert np.allclose(seen @ TO_XYZ.sum(axis=1), 1, atol=2e-3)
        if icc is None:
            assert np.allclose(np.linalg.inv(seen), TO_XYZ, atol=2e-3)


def test_both_illuminants_and_the_exposure_travel(wide, tmp_path):
    tags = (*two_illuminants(), (50730, 10, 1, (3, 2), False))
    source = linear_dng(tmp_path / "a.dng", wide, tags=tags)
    first, _ = tags_of(written(capture.read(source), tmp_path))
    assert (first[50778][2], first[50779][2]) == (17, 21)
    given = {tag[0]: tag[3] for tag in tags}
    for tag in (50721, 50722, 50723, 50724, 50730):
        found, wanted = (np.array(values, float).reshape(-1, 2) for values in (first[tag][2], given[tag]))
        assert np.allclose(found[:, 0] / found[:, 1], wanted[:, 0] / wanted[:, 1], atol=1e-6)


def test_the_preview_is_the_picture_in_srgb(wide, p3, tmp_path):
    photo = Photo(pixels=deep(wide), metadata=capture.Metadata(icc=p3))
    path = written(photo, tmp_path)
    data = path.read_bytes()
    first, _ = tags_of(path)
    at, length = first[273][2], first[279][2]
    preview = Image.open(io.BytesIO(data[at[0] : at[0] + length[0]]))
    expected = profiles.transform(photo.pixels, p3, profiles.srgb(), "rgb", path=Path("a")) / 257
    assert preview.size == (301, 270)
    assert np.abs(np.asarray(preview, float) - expected).mean() < 3


def test_a_profile_of_tables_is_refused_by_the_word(wide, p3, tmp_path):
    table = p3.replace(b"rXYZ", b"A2B0")
    photo = Photo(pixels=deep(wide), metadata=capture.Metadata(icc=table))
    with pytest.raises(CaptureError, match="a table, which a DNG cannot hold"):
        written(photo, tmp_path)
    assert not (tmp_path / "out.dng").exists()


def test_what_a_dng_cannot_be(wide, tmp_path):
    with pytest.raises(UsageError, match="16 bits per channel, not 8"):
        capture.write(Photo(pixels=deep(wide)), tmp_path / "a.dng", WriteSettings(bit_depth=8))
    again = capture.write(Photo(pixels=deep(wide)), tmp_path / "a.dng", WriteSettings(linear=True))
    assert_valid(again, (301, 270))


def test_the_same_photo_gives_the_same_bytes(wide, tmp_path):
    photo = Photo(pixels=deep(wide))
    one, other = (written(photo, tmp_path, name).read_bytes() for name in ("a.dng", "b.dng"))
    assert one == other
