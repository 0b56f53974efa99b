import numpy as np
import pytest

from dualzoom import capture
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings, WriteSettings

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


def test_damaged_files_are_refused(tmp_path):
    (tmp_path / "a.heic").write_bytes(HEIC)
    with pytest.raises(CaptureError, match="HEIC"):
        capture.read(tmp_path / "a.heic")


@pytest.fixture
def write_heic(make_heic, tmp_path):
    def run(kind="8", **options):
        (tmp_path / "a.heic").write_bytes(make_heic(kind, **options))
        return tmp_path / "a.heic"

    return run


def test_pixels_and_metadata(write_heic, rgb8, make_exif, p3):
    photo = capture.read(
        write_heic(exif=make_exif().tobytes()[6:], icc=p3, xmp=b"<x/>", iptc=b"\x1c\2\5\0\1a")
    )
    assert np.abs(photo.pixels.astype(int) - rgb8).max() <= 1
    assert photo.alpha is None
    assert photo.lens.focal_35mm == 26
    metadata = photo.metadata
    assert (metadata.icc, metadata.xmp, metadata.iptc) == (p3, b"<x/>", b"\x1c\2\5\0\1a")
    assert photo.notes == ()


def test_ten_bits_become_sixteen(write_heic, rgb16):
    photo = capture.read(write_heic("10"))
    assert photo.bit_depth == 16
    assert np.abs(photo.pixels.astype(int) - rgb16).max() <= 65535 / 1023 * 2


def test_the_lowest_bits_are_filled_so_that_white_is_white(write_heic):
    stored = capture.read(write_heic("10")).pixels
    assert np.array_equal(stored & 63, stored >> 10)


def test_transparency(write_heic, disc, rgb8):
    photo = capture.read(write_heic("alpha"))
    assert photo.alpha is not None
    assert np.abs(photo.alpha / 255 - disc).max() <= 1 / 255
    assert np.abs(photo.pixels.astype(int) - rgb8)[disc > 0.1].max() <= 1


def test_the_size_limit_is_ours(write_heic):
    with pytest.raises(CaptureError, match="limit"):
        capture.read(write_heic(), CaptureSettings(max_megapixels=0.01))


def test_reference_photos(shared):
    photo = capture.read(shared / "robustness/phone/iphone_15_pro.heic")
    assert photo.size.width == 3024
    assert photo.size.height == 4032  # upright once: by the container, not again by EXIF
    assert photo.gain_map.pixels.shape == (2016, 1512)  # turned as the picture is
    assert photo.notes == ()


def test_iptc_of_a_reference_photo_is_read(shared):
    records = capture.read(shared / "robustness/heic/L_exif_xmp_iptc.heic").metadata.iptc
    assert records is not None
    assert records.startswith(b"\x1c\x02Z\0\x08Budapest")


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
@pytest.mark.parametrize("kind", ["8", "10"])
def test_hdr_is_refused_by_name(transfer, name, kind, write_heic):
    """Shown as SDR it would look flat."""
    path = write_heic(kind, nclx=(9, transfer))
    with pytest.raises(CaptureError, match=name) as caught:
        capture.read(path)
    assert str(path) in str(caught.value)
    assert "SDR" in caught.value.next_step


@pytest.mark.parametrize(
    ("primaries", "profile"), [(1, "sRGB"), (2, "sRGB"), (12, "Display P3"), (9, "Rec. 2020")]
)
def test_the_colour_tag_becomes_a_profile(primaries, profile, write_heic):
    photo = capture.read(write_heic(nclx=(primaries, 13)))
    assert capture.summarise(photo)["Colours"] == profile
    assert photo.notes == ()


def test_a_tag_that_is_not_known_is_told(write_heic):
    photo = capture.read(write_heic(nclx=(5, 13)))
    assert photo.metadata.icc is None
    assert "taken as sRGB" in photo.notes[0]


def test_a_profile_counts_before_the_colour_tag(write_heic, p3):
    assert capture.read(write_heic(nclx=(9, 16), icc=p3)).metadata.icc == p3


@pytest.mark.parametrize(
    ("suffix", "told"), [(".png", 0), (".tif", 0), (".jxl", 0), (".jpg", 8), (".webp", 8), (".avif", 10)]
)
def test_ten_bits_are_kept_as_the_note_says(suffix, told, write_heic, tmp_path):
    photo = capture.read(write_heic("10"))
    notes = capture.losses(photo, f"a{suffix}")
    assert [f"rounded to {told} bits" in note for note in notes] == ([True] if told else [])
    again = capture.read(capture.write(photo, tmp_path / f"a{suffix}", WriteSettings(quality=100)))
    assert np.array_equal(again.pixels, photo.pixels) == (told in (0, 10))  # ten bits hold ten
