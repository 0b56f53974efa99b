"""Measures what several lenses and photos from elsewhere add: tables for `models/references.md`.

python tests/benchmarks/references.py [lenses] [facade] [unrelated]

lenses: rendered streets by 13, 26 and 77 mm; PSNR against the exact truth in each lens's zone, with none, either and
both teles. facade: `../shared/refs`, one photo halved by area, each of the others as a reference, then both; PSNR whole
and where the reference is believed, against `zoom` without it, then against the wide alone restored by the same
degradation (beside a reference a doubtful wide counts as halved). unrelated: the same with photos of something else.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from dualzoom import capture
from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Region, Size
from dualzoom.pipeline import Zoomer
from dualzoom.reference.photos_elsewhere import build_elsewhere
from dualzoom.reference.several import Best
from dualzoom.registration.plane import corners, transform
from dualzoom.resampling import halve_area
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, TilingSettings, ZoomSettings

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))


def psnr(one: np.ndarray, truth: np.ndarray, where: np.ndarray) -> float:
    """Of 8-bit pictures, dB, over the places of a mask; not a number where there are none."""
    off = (one[where].astype(np.float64) - truth[where]) / 255
    return float(-10 * np.log10((off**2).mean())) if off.size else float("nan")


def lenses(zoomer: Zoomer) -> None:
    size = Size(840, 630)
    print("| scene | teles | in the 77 mm | in the 26 mm | outside |\n|---|---|---|---|---|")
    for seed in (3, 5, 8):
        middle = render(seed, size=size, ratio=2, wide_focal_35mm=13, pan=(0.01, 0.0))
        long = render(
            seed, size=size, ratio=77 / 13, wide_focal_35mm=13, pan=(0.02, 0.01), baseline_mm=(-8.0, 5.0)
        )
        wide, *teles = (
            Photo(pixels=pixels, lens=Lens(focal_35mm=focal), source=Path(f"{focal}mm"))
            for pixels, focal in ((middle.wide, 13), (middle.tele, 26), (long.tele, 77))
        )
        in_77, in_26 = (zone(shot.homography, size) for shot in (long, middle))
        zones = (in_77, in_26 & ~in_77, ~(in_26 | in_77))
        for names in ([], teles[:1], teles[1:], teles):
            pixels = zoomer.zoom(wide, names, settings=OFF).photo.pixels
            row = " | ".join(f"{psnr(pixels, middle.truth, where):.2f}" for where in zones)
            print(f"| {seed} | {' '.join(one.name for one in names) or 'none'} | {row} |", flush=True)


def zone(homography: np.ndarray, size: Size) -> np.ndarray:
    """Where a tele lies on the 2× grid: (2H, 2W) bool."""
    mask = np.zeros((2 * size.height, 2 * size.width), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(2 * transform(homography, corners(size))).astype(np.int32), 1)
    return mask > 0


def against(zoomer: Zoomer, name: str, others: list[Path], together: bool) -> None:
    """One table's rows: the photo `name`, halved, with each of `others`, and with all of them."""
    whole = capture.read(SHARED / name)
    height, width = (side // 2 * 2 for side in whole.pixels.shape[:2])
    truth = whole.pixels[:height, :width]
    wide = Photo(pixels=np.rint(halve_area(truth.astype(np.float32))).astype(np.uint8))
    told = zoomer.engine.degradation(wide.pixels, beside_refs=True)
    everywhere = np.ones(truth.shape[:2], bool)
    alone = [
        zoomer.engine.upscale(wide.pixels, None, TilingSettings(), degradation=degradation).pixels
        for degradation in (zoomer.engine.degradation(wide.pixels), told)
    ]
    found = []
    for other in others:
        try:
            planes = build_elsewhere(wide, capture.read(other))
        except RegistrationError as error:
            print(f"| {name} | {other.name} | 0 | 0 (refused: {error.reason}) | | | | |", flush=True)
            continue
        found.append((other.name, planes))
    if together and len(found) > 1:
        found.append(("all", tuple(plane for _, planes in found for plane in planes)))
    for label, planes in found:
        best = Best(planes)
        pixels = zoomer.engine.upscale(wide.pixels, best, TilingSettings(), degradation=told).pixels
        strips = [best.tile(Region(0, y, width, min(64, height - y)))[1] > 0.5 for y in range(0, height, 64)]
        believed = np.vstack(strips)
        gains = [
            psnr(pixels, truth, at) - psnr(without, truth, at)
            for without in alone
            for at in (everywhere, believed)
        ]
        row = " | ".join(f"{gain:+.2f}" for gain in gains)
        print(f"| {name} | {label} | {len(planes)} | {believed.mean():.3f} | {row} |", flush=True)


def main(asked: list[str]) -> None:
    zoomer = Zoomer()
    facade = sorted((SHARED / "refs").glob("*.jpg"))
    if "lenses" in asked:
        lenses(zoomer)
    if "facade" in asked or "unrelated" in asked:
        print(
            "| wide | reference | planes | believed in | whole, dB | there, dB | of itself, whole | there |\n"
            "|---|---|---|---|---|---|---|---|"
        )
    if "facade" in asked:
        for path in facade:
            against(zoomer, f"refs/{path.name}", [other for other in facade if other != path], together=True)
    if "unrelated" in asked:
        kodak = sorted(
            path for path in (SHARED / "photos/kodak").iterdir() if path.suffix in (".png", ".jpg")
        )
        against(zoomer, f"refs/{facade[0].name}", kodak, together=False)
        against(zoomer, f"photos/kodak/{kodak[0].name}", [*kodak[1:], *facade], together=False)


if __name__ == "__main__":
    main(sys.argv[1:] or ["lenses", "facade", "unrelated"])
