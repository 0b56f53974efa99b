"""Quality on a real pair by both protocols, beside bicubic: PSNR of halved photos, agreement of full-size ones.

    python tests/benchmarks/quality.py ../shared/pairs/tower --rectangle 975,750,2045,1530 [--model NAME] [--out DIR]

Rows: bicubic, the model without the tele, with it, and with it after it has taught the network. Halved: PSNR in dB
whole / inside / outside the rectangle (x, y, width, height of the stored wide). Full size: how much of the tele's
detail is there, its energy, and how well the wide is still shown. With --out the pictures are kept.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from dualzoom import pipeline
from dualzoom.capture.photo import Photo
from dualzoom.geometry import Region
from dualzoom.metrics import full_size, halved
from dualzoom.registration import register
from dualzoom.settings import CalibrationSettings, ZoomSettings


def stored(path: Path) -> np.ndarray:
    """Pixels as the file has them: not rotated, profile not looked at."""
    return np.asarray(Image.open(path).convert("RGB"))


def bicubic(pixels: np.ndarray) -> np.ndarray:
    """OpenCV's bicubic at twice the size, a = -0.75."""
    return cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def rows(wide: np.ndarray, tele: np.ndarray, model: str) -> dict[str, np.ndarray]:
    made = {"bicubic": bicubic(wide)}
    off, auto = CalibrationSettings(seconds=0), CalibrationSettings()
    shown = Photo(pixels=tele)
    for name, second, calibration in (
        ("alone", None, off),
        ("with tele", shown, off),
        ("calibrated", shown, auto),
    ):
        start = time.perf_counter()
        settings = ZoomSettings(calibration=calibration)
        result = pipeline.zoom(Photo(pixels=wide), second, model=model, settings=settings)
        made[name] = result.photo.pixels
        print(f"  {name}: {time.perf_counter() - start:.1f} s, degradation {result.degradation}")
    return made


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("pair", type=Path)
    parse.add_argument("--rectangle", required=True)
    parse.add_argument("--model", default="auto")
    parse.add_argument("--only", choices=["halved", "full"])
    parse.add_argument("--out", type=Path)
    given = parse.parse_args()
    wide, tele = (stored(given.pair / f"{name}.jpg") for name in ("wide", "tele"))
    if given.only != "full":
        half, half_tele, truth = halved.halved_pair(wide, tele)
        rectangle = Region(*map(int, given.rectangle.split(",")))
        for name, pixels in rows(half, half_tele, given.model).items():
            print(f"halved {name:10} {halved.score(pixels, truth, rectangle)}", flush=True)
            keep(given.out, f"halved-{name}", pixels)
    if given.only != "halved":
        found = register(Photo(pixels=wide), Photo(pixels=tele))
        blocks = full_size.tele_blocks(wide, tele, found.homography)
        for name, pixels in rows(wide, tele, given.model).items():
            print(f"full   {name:10} {full_size.score(pixels, wide, blocks)}", flush=True)
            keep(given.out, f"full-{name}", pixels)


def keep(folder: Path | None, name: str, pixels: np.ndarray) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{name.replace(' ', '-')}.png", compress_level=1)


if __name__ == "__main__":
    main()
