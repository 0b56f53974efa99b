"""A rendered pair through the command, as files: raw against TIFF, the map, the view between the lenses."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.cli import main
from dualzoom.framing import Aim, box_at, resample
from dualzoom.geometry import Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.network import weights
from dualzoom.scene import render

SIZE = Size(400, 300)
#: A phone's lens blurs by about this much (f/1.8, pixels of 1.2 µm): no sensor sees the colours of a single pixel.
LENS_PX = 0.6
#: Files are looked at here, not what a tele teaches.
PLAINLY = ("--device", "cpu", "--calibrate", "off")


def seen(pixels: np.ndarray) -> np.ndarray:
    """The picture through the lens, at 16 bits."""
    return np.asarray(cv2.GaussianBlur(pixels.astype(np.uint16) * 257, (0, 0), LENS_PX))


@pytest.fixture(scope="module")
def scene():
    return render(3, size=SIZE, ratio=2.0)


@pytest.fixture(scope="module")
def _model():
    weights.load("dcsr-lite")  # missing or damaged ones fail here, by name


@pytest.fixture(scope="module")
def tiffs(scene, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tiff")
    pair = {"wide.tif": seen(scene.wide), "tele.tif": seen(scene.tele)}
    for name, pixels in pair.items():
        capture.write(capture.Photo(pixels=pixels), folder / name)
    return folder / "wide.tif", folder / "tele.tif"


@pytest.fixture(scope="module")
def zoomed(tiffs, _model) -> dict[str, Path]:
    """The TIFF pair zoomed, with its map and page."""
    folder = tiffs[0].parent
    made = {"out": folder / "out.tif", "map": folder / "map.png", "report": folder / "page.html"}
    options = [*PLAINLY, "--map", made["map"], "--report", made["report"]]
    assert main([str(word) for word in ("zoom", *tiffs, "-o", made["out"], *options)]) == 0
    return made


@pytest.mark.slow
def test_a_raw_pair_is_worth_as_much_as_its_tiff_pair(scene, zoomed, make_dng, tmp_path):
    """Phone-like Bayer files of the same scene: what mosaic and development cost the result, at most 1 dB."""
    names = tmp_path / "wide.dng", tmp_path / "tele.dng"
    for name, pixels in zip(names, (scene.wide, scene.tele), strict=True):
        make_dng(name, seen(pixels) / 65535.0, bits=12)
    out = tmp_path / "out.tif"
    assert main([str(word) for word in ("zoom", *names, "-o", out, *PLAINLY)]) == 0
    truth = scene.truth.astype(np.uint16) * 257
    scores = [psnr(np.asarray(capture.read(name).pixels), truth, border=16) for name in (out, zoomed["out"])]
    print(f"PSNR of the raw pair {scores[0]:.2f} dB, of the TIFF pair {scores[1]:.2f} dB")
    assert capture.read(out).bit_depth == 16
    assert scores[0] > scores[1] - 1.0


@pytest.mark.slow
def test_the_map_is_bright_where_the_tele_saw_and_black_elsewhere(scene, zoomed):
    shown = np.asarray(capture.read(zoomed["map"]).pixels[..., 0])
    assert Size.of(shown) == SIZE
    seen = scene.visible.reshape(300, 2, 400, 2).all(axis=(1, 3))
    inner = np.zeros_like(seen)
    inner[90:210, 120:280] = True
    outer = np.ones_like(seen)
    outer[70:230, 95:305] = False
    assert np.median(shown[seen & inner]) > 200
    assert not shown[outer].any()
    assert b"Where the tele contributed" in zoomed["report"].read_bytes()


@pytest.mark.slow
def test_a_view_between_the_lenses_is_cut_from_the_same_frame(tiffs, zoomed, tmp_path, capsys):
    out = tmp_path / "out.tif"
    words = ("zoom", *tiffs, "-o", out, "--at", "1.6", "--json", *PLAINLY)
    assert main([str(word) for word in words]) == 0
    found = json.loads(capsys.readouterr().out)
    homography = np.array(found["registration"]["homography"])
    x, y, w = homography @ [199.5, 149.5, 1]
    box = box_at(1.6, SIZE, Aim(x / w + 0.5, y / w + 0.5, found["registration"]["ratio"]))
    frame = capture.read(zoomed["out"]).pixels
    made = capture.read(out).pixels
    assert capture.read(out).size == SIZE
    assert found["zoom"] == 1.6
    assert np.abs(made.astype(int) - resample(frame, box.scale(2), SIZE)).max() <= 40  # the ratio is rounded
