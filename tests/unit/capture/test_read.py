import os

import numpy as np
import pytest
from PIL import Image

from dualzoom import capture
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_the_content_counts_not_the_suffix(kind, rgb8, tmp_path):
    path = tmp_path / "photo.xyz"
    Image.fromarray(rgb8).save(path, kind)
    photo = capture.read(path)
    assert photo.pixels.dtype == np.uint8
    assert photo.source == path
    assert np.abs(photo.pixels.astype(int) - rgb8).mean() < 3


def test_what_is_not_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe") if hasattr(os, "mkfifo") else None
    (tmp_path / "empty.jpg").touch()
    for name in ("", "missing.jpg", "pipe", "empty.jpg", "x" * 5000, "zero\0byte.jpg"):
        with pytest.raises(CaptureError) as caught:
            capture.read(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_unreadable_files_are_refused(rgb8, save, monkeypatch):
    path = save("a.png", rgb8)

    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(CaptureError, match="Permission denied"):
        capture.read(path)


@pytest.mark.parametrize("name", ["größe 大 🌄.png", "a" * 240 + ".png", "with space.png"])
def test_names_of_all_kinds(name, rgb8, save):
    assert np.array_equal(capture.read(save(name, rgb8)).pixels, rgb8)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_the_size_limits_are_ours(name, rgb8, save):
    path = save(name, rgb8)  # 128 × 96 = 0.012 megapixels
    assert capture.read(path, CaptureSettings(max_megapixels=0.0123, max_side_px=128)).size.width == 128
    with pytest.raises(CaptureError, match="more than the limit"):
        capture.read(path, CaptureSettings(max_megapixels=0.012))
    with pytest.raises(CaptureError, match="side beyond the limit"):
        capture.read(path, CaptureSettings(max_side_px=127))


def test_the_limit_admits_a_200_megapixel_result():
    from dualzoom.capture.decoded import check_size

    check_size("x", 16320, 12240, CaptureSettings())  # 2× of a 50-megapixel phone


def test_neither_importing_nor_reading_jpeg_loads_the_heavy_readers(rgb8, save):
    import subprocess
    import sys

    code = (
        "import sys, dualzoom.capture as c; c.read(sys.argv[1]);"
        "print([m for m in ('torch', 'rawpy', 'tifffile', 'exifread', 'cv2') if m in sys.modules])"
    )
    path = save("a.jpg", rgb8)
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
