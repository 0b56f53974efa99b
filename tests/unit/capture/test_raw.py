import struct
import subprocess
import sys

import numpy as np
import pytest
import rawpy
import tifffile

from dualzoom import capture
from dualzoom.capture import raw
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings


def psnr(photo, scene):
    error = (photo.pixels / 65535 - scene)[4:-4, 4:-4]
    return -10 * np.log10((error**2).mean())


@pytest.mark.parametrize("order", ["RGGB", "BGGR", "GRBG", "GBRG"])
@pytest.mark.parametrize("bits", [10, 12, 14])
def test_a_phones_bayer_raw_comes_out_as_the_scene(order, bits, scene, make_dng, tmp_path):
    """Levels, white balance, matrix and curve are undone exactly: what is left is interpolation and rounding."""
    photo = capture.read(make_dng(tmp_path / "a.dng", scene, order=order, bits=bits))
    assert photo.pixels.dtype == np.uint16
    assert photo.pixels.shape == scene.shape
    assert psnr(photo, scene) > 50
    assert photo.lens.make == "Maker"
    assert photo.notes == ()


def test_lossless_jpeg_inside(scene, make_dng, tmp_path):
    options = {"compression": 7, "compressionargs": {"lossless": True, "bitspersample": 16, "predictor": 1}}
    assert psnr(capture.read(make_dng(tmp_path / "a.dng", scene, **options)), scene) > 50


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations(orientation, scene, make_dng, tmp_path):
    from dualzoom.capture.orientation import upright

    photo = capture.read(make_dng(tmp_path / "a.dng", scene, tags=((274, 3, 1, orientation, False),)))
    assert psnr(photo, upright(scene, orientation)) > 45


def test_no_picture_decides_its_own_brightness(scene, make_dng, tmp_path):
    """Two shots that differ by one stop in the raw file differ by one stop in light: no automatic brightness."""
    wide, tele = capture.read_pair(
        make_dng(tmp_path / "w.dng", scene, gain=0.5), make_dng(tmp_path / "t.dng", scene, gain=0.25)
    )
    light = [((p.pixels / 65535 + 0.055) / 1.055) ** 2.4 for p in (wide, tele)]
    assert np.median(light[0] / light[1]) == pytest.approx(2.0, rel=0.02)


def test_each_shot_has_its_cameras_white_balance(scene, make_dng, tmp_path):
    other = make_dng(tmp_path / "b.dng", scene, neutral=np.array([0.7, 1.0, 0.4]))
    assert psnr(capture.read(other), scene) > 50


def test_white_stays_white_where_the_sensor_clips(make_dng, tmp_path):
    """Overexposed neutral areas become white, not pink."""
    bright = np.full((32, 32, 3), 0.95)
    pixels = capture.read(make_dng(tmp_path / "a.dng", bright, gain=4.0)).pixels
    assert (pixels == 65535).all()


def test_the_exposure_that_a_file_asks_for_is_named(scene, make_dng, tmp_path):
    photo = capture.read(make_dng(tmp_path / "a.dng", scene, tags=((50730, 10, 1, (3, 2), False),)))
    assert photo.notes == ("the DNG's baseline exposure of +1.50 EV is not applied",)
    assert np.array_equal(photo.pixels, capture.read(make_dng(tmp_path / "b.dng", scene)).pixels)


@pytest.mark.parametrize(("tag", "value"), [(273, None), (279, None), (279, 100), (257, 97)])
def test_less_raw_data_than_pixels_is_refused(tag, value, scene, make_dng, tmp_path):
    """Strips whose place or length is not said, or that are too short for the size."""
    data = bytearray(make_dng(tmp_path / "a.dng", scene).read_bytes())
    at = next(data.index(head) for kind in (3, 4) if (head := struct.pack("<HHI", tag, kind, 1)) in data)
    if value is None:
        data[at : at + 2] = struct.pack("<H", 65000)
    else:
        data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, value)
    (tmp_path / "a.dng").write_bytes(data)
    with pytest.raises(CaptureError, match="less raw data than pixels"):
        capture.read(tmp_path / "a.dng")


def test_a_dng_without_raw_data_is_refused(rgb8, tmp_path):
    tags = [(50706, 1, 4, bytes([1, 4, 0, 0]), False)]
    tifffile.imwrite(tmp_path / "a.dng", rgb8, photometric="rgb", extratags=tags)
    with pytest.raises(CaptureError, match="no raw picture"):
        capture.read(tmp_path / "a.dng")


def test_the_limit_holds_before_development(scene, make_dng, tmp_path, monkeypatch):
    monkeypatch.setattr(raw, "develop", lambda *_: pytest.fail("developed"))
    with pytest.raises(CaptureError, match="limit"):
        capture.read(make_dng(tmp_path / "a.dng", scene), CaptureSettings(max_megapixels=0.01))


def worker(monkeypatch, tmp_path, code):
    """Another worker in LibRaw's place."""
    script = tmp_path / "worker.py"
    script.write_text(code)
    start = subprocess.Popen
    monkeypatch.setattr(
        raw.subprocess,
        "Popen",
        lambda command, **rest: start([*command[:2], str(script), *command[3:]], **rest),
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "LibRaw crashed"),
        ("import time; time.sleep(60)", "did not finish"),
        ("print('{\"shape\": [4, 4, 3]}'); print('short')", "LibRaw crashed"),
        ("print('nonsense')", "LibRaw crashed"),
        ("print('[1]')", "LibRaw crashed"),
        ("print('{\"shape\": [-4, 4, 3]}')", "LibRaw crashed"),
        ('print(\'{"error": "bad file"}\')', "bad file"),
        ("x = bytearray(64 << 30)", "LibRaw crashed"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are POSIX's")
def test_a_worker_that_crashes_hangs_or_lies_is_an_unreadable_file(
    code, reason, scene, make_dng, tmp_path, monkeypatch
):
    worker(monkeypatch, tmp_path, code)
    monkeypatch.setattr(raw, "_SECONDS", 1.5)
    monkeypatch.setattr(raw, "_SECONDS_PER_MEGAPIXEL", 0.0)
    with pytest.raises(CaptureError, match=reason):
        capture.read(make_dng(tmp_path / "a.dng", scene))


def test_the_worker_is_libraw_with_these_rules(scene, make_dng, tmp_path):
    """The pixels that budget us through the pipe are those LibRaw makes here."""
    path = make_dng(tmp_path / "a.dng", scene)
    with rawpy.imread(str(path)) as file:
        expected = file.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT,
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,
            gamma=(2.4, 12.92),
            output_bps=16,
        )
    assert np.array_equal(capture.read(path).pixels, expected)
