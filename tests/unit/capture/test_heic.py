import sys
from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture import heic
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings, WriteSettings

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


@pytest.fixture
def heif():
    return pytest.importorskip("pillow_heif", reason="the extra dualzoom[heic] is not installed")


def test_without_the_extra_the_error_names_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed
    (tmp_path / "a.heic").write_bytes(HEIC)
    with pytest.raises(CaptureError, match=r"pip install 'dualzoom\[heic\]'"):
        capture.read(tmp_path / "a.heic")


def test_damaged_files_are_refused(heif, tmp_path):
    (tmp_path / "a.heic").write_bytes(HEIC)
    with pytest.raises(CaptureError, match="HEIC"):
        capture.read(tmp_path / "a.heic")


@pytest.fixture
def write_heic(heif, tmp_path, rgb8, make_exif, p3):
    def run(pixels, mode, **options):
        size = (pixels.shape[1], pixels.shape[0])
        file = heif.from_bytes(mode, size, np.ascontiguousarray(pixels).tobytes())
        file.save(tmp_path / "a.heic", quality=-1, chroma=444, matrix_coefficients=0, **options)
        return tmp_path / "a.heic"

    try:
        run(rgb8, "RGB")
    except (RuntimeError, ValueError) as error:
        pytest.skip(f"this build of libheif cannot encode: {error}")
    return run


def test_pixels_and_metadata(write_heic, rgb8, make_exif, p3):
    photo = capture.read(write_heic(rgb8, "RGB", exif=make_exif().tobytes(), icc_profile=p3))
    assert np.abs(photo.pixels.astype(int) - rgb8).max() <= 1
    assert photo.lens.focal_35mm == 26
    assert photo.metadata.icc == p3


def test_ten_bits_become_sixteen_and_white_is_white(write_heic, rgb16):
    rgb16 = rgb16.copy()
    rgb16[:8] = 65535
    photo = capture.read(write_heic(rgb16, "RGB;16", bit_depth=10))
    assert photo.bit_depth == 16
    assert (photo.pixels[:4] == 65535).all()
    assert np.abs(photo.pixels.astype(int) - rgb16).max() <= 65535 / 1023 * 2


def test_the_size_limit_is_ours(write_heic, rgb8):
    with pytest.raises(CaptureError, match="limit"):
        capture.read(write_heic(rgb8, "RGB"), CaptureSettings(max_megapixels=0.01))


def test_reference_photos(heif, shared):
    photo = capture.read(shared / "robustness/phone/iphone_15_pro.heic")
    assert photo.size.width == 3024
    assert photo.size.height == 4032  # upright once: by the container, not again by EXIF
    assert photo.gain_map.pixels.shape == (2016, 1512)  # turned as the picture is
    assert photo.notes == ()


def test_iptc_of_a_reference_photo_is_read(heif, shared):
    records = capture.read(shared / "robustness/heic/L_exif_xmp_iptc.heic").metadata.iptc
    assert records is not None
    assert records.startswith(b"\x1c\x02Z\0\x08Budapest")


def test_other_metadata_of_a_heic_is_no_iptc():
    assert heic._iptc({}) is None
    assert heic._iptc({"metadata": [{"type": "uri ", "data": b"x"}, {"type": "iptc", "data": b""}]}) is None


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
@pytest.mark.parametrize("bits", [8, 10])
def test_hdr_is_refused_by_name(transfer, name, bits, write_heic, rgb8, rgb16):
    """Shown as SDR it would look flat."""
    pixels, mode, deep = (rgb8, "RGB", {}) if bits == 8 else (rgb16, "RGB;16", {"bit_depth": 10})
    path = write_heic(pixels, mode, color_primaries=9, transfer_characteristics=transfer, **deep)
    with pytest.raises(CaptureError, match=name) as caught:
        capture.read(path)
    assert str(path) in str(caught.value)
    assert "SDR" in caught.value.next_step


@pytest.mark.parametrize(("primaries", "told"), [(1, False), (2, False), (12, True), (9, True)])
def test_primaries_that_are_not_applied_are_told(primaries, told, write_heic, rgb8):
    photo = capture.read(write_heic(rgb8, "RGB", color_primaries=primaries, transfer_characteristics=13))
    assert any("taken as sRGB" in note for note in photo.notes) == told


def test_a_profile_counts_before_the_colour_tag():
    heic._refuse_hdr(Path("a"), {"nclx_profile": {"transfer_characteristics": 16}, "icc_profile": b"profile"})
    heic._refuse_hdr(Path("a"), {})
    with pytest.raises(CaptureError, match="PQ"):
        heic._refuse_hdr(Path("a"), {"nclx_profile": {"transfer_characteristics": 16}})


@pytest.mark.parametrize(
    ("bits", "suffix", "kept"), [(16, ".png", True), (16, ".tif", True), (None, ".jpg", False)]
)
def test_ten_bits_are_kept_as_the_note_says(bits, suffix, kept, write_heic, rgb16, tmp_path):
    photo = capture.read(write_heic(rgb16, "RGB;16", bit_depth=10))
    (note,) = capture.output_notes(photo)
    assert "16-bit PNG or TIFF result keeps them" in note
    assert "8-bit result (every JPEG) rounds them" in note
    again = capture.read(capture.write(photo, tmp_path / f"a{suffix}", WriteSettings(bit_depth=bits)))
    assert np.array_equal(again.pixels, photo.pixels) == kept
