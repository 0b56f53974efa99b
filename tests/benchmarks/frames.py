"""What a burst is worth: PSNR over the wide alone, on simulated hand-held bursts and on runs of real frames.

    python tests/benchmarks/frames.py PHOTO ... [--frames 4 8] [--phones day dusk night old] [--width 1280]
    python tests/benchmarks/frames.py PHOTO ... --tele [--width 1312]
    python tests/benchmarks/frames.py --clip ../shared/clips/temple-00 ...

Photographs are the truth: each is photographed `--frames` times by each phone (`dualzoom.evaluation.phones`), shaken by
±7 px and ±0.4° of the truth's grid, in exposures of ±3 %, and reduced to `--width` px. Cells are 64 px of the result:
the worst says where the burst harmed most. Of a clip's frames, halved by area, the middle one is the wide. No tele, no
calibration; with `--tele` the phone's own, by which each picture is calibrated, and only cells outside its view are
judged. Gains are told of the mean of all frames, and of the network for bursts.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import PHONES, Camera, photograph
from dualzoom.evaluation.phones.light import decode
from dualzoom.evaluation.phones.phone import Phone
from dualzoom.geometry import Region
from dualzoom.pipeline import Zoomer
from dualzoom.resampling import halve_area, quantise
from dualzoom.settings import CalibrationSettings, ZoomSettings

#: Hardly any light: twice to three times the noise of `dusk`.
NIGHT = Phone(
    name="night",
    wide=Camera(blur_px=0.65, electrons=120, read=3, reduction="patches", luma=0.7, chroma=0.9, sharpen=0.8,
                sharpen_px=1.3, quality=88),
    tele=replace(next(one for one in PHONES if one.name == "dusk").tele, electrons=200),
)  # fmt: skip
BORDER_PX, CELL_PX = 16, 64
OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))


@dataclass(frozen=True)
class Case:
    """Frames, the first one the wide, and its truth; with a tele, what of the truth that surely sees."""

    name: str
    frames: list[Photo]
    truth: NDArray[np.uint8]
    tele: Photo | None = None
    inside: Region = field(default_factory=lambda: Region(0, 0, 0, 0))

    def judged(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """Mean squared error of the cells that the tele does not touch."""
        cells = errors(np.asarray(pixels, np.uint8), self.truth)
        y, x = np.mgrid[: cells.shape[0], : cells.shape[1]]
        one = self.inside
        out = (x + 1 <= one.x // CELL_PX) | (x * CELL_PX >= one.right)
        out |= (y + 1 <= one.y // CELL_PX) | (y * CELL_PX >= one.bottom)
        return np.asarray(cells[out | one.empty], np.float32)


def shaken(truth: NDArray[np.uint8], phone: Phone, count: int) -> tuple[list[Photo], NDArray[np.uint8]]:
    """Photographs by the phone's wide camera, the first one unmoved, and what of the truth that one shows."""
    light = decode(truth.astype(np.float32) / np.float32(255))
    height, width = (side // 2 * 2 - 2 * BORDER_PX for side in truth.shape[:2])
    frames = []
    for number in range(count):
        rng = np.random.default_rng([11, number])
        angle = np.deg2rad(rng.uniform(-0.4, 0.4)) if number else 0.0
        shift = rng.uniform(-7, 7, 2) if number else np.zeros(2)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = np.array([width, height]) / 2 + BORDER_PX
        seen = cv2.warpAffine(
            light,
            np.column_stack([turn, centre - turn @ centre + shift]),
            light.shape[1::-1],
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )[BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]
        exposure = np.float32(2 ** rng.uniform(-0.045, 0.045)) if number else np.float32(1)
        small = np.clip(halve_area(np.ascontiguousarray(seen)) * exposure, 0, 1).astype(np.float32)
        frames.append(Photo(pixels=phone.wide.shoot(small, rng)))
    return frames, truth[BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]


def simulated(given: argparse.Namespace) -> Iterator[Case]:
    for path in given.photos:
        truth = capture.read(path).pixels
        scale = given.width / truth.shape[1]
        if scale < 1:
            truth = cv2.resize(truth, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for phone in (*PHONES, NIGHT):
            if phone.name in given.phones:
                frames, shown = shaken(np.asarray(truth, np.uint8), phone, max(given.frames))
                name = f"{path.stem[:24]} {phone.name}"
                yield with_tele(name, frames, shown, phone) if given.tele else Case(name, frames, shown)


def with_tele(name: str, frames: list[Photo], truth: NDArray[np.uint8], phone: Phone) -> Case:
    """The same beside the phone's tele photo, whose sides are multiples of 4."""
    pair = photograph(truth, phone, 1)
    height, width = pair.wide.shape[:2]
    cut = [Photo(pixels=np.ascontiguousarray(one.pixels[:height, :width])) for one in frames]
    return Case(name, cut, pair.truth, Photo(pixels=pair.tele), pair.inside)


def clips(folders: list[Path]) -> Iterator[Case]:
    for folder in folders:
        every = [
            capture.read(path).pixels for path in sorted(folder.iterdir()) if path.suffix in (".jpg", ".png")
        ]
        whole = [one[: one.shape[0] // 2 * 2, : one.shape[1] // 2 * 2] for one in every]
        halved = [halve_area(one.astype(np.float32) / np.float32(255)) for one in whole]
        frames = [Photo(pixels=np.asarray(quantise(one, np.uint8), np.uint8)) for one in halved]
        middle = len(frames) // 2
        order = [frames[middle], *frames[:middle], *frames[middle + 1 :]]
        yield Case(folder.name, order, np.asarray(whole[middle], np.uint8))


def errors(pixels: NDArray[np.uint8], truth: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean squared error by cell."""
    square = ((pixels.astype(np.float32) - truth) ** 2).mean(2)
    size = (truth.shape[1] // CELL_PX, truth.shape[0] // CELL_PX)
    return np.asarray(cv2.resize(square, size, interpolation=cv2.INTER_AREA), np.float32)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photos", type=Path, nargs="*")
    parse.add_argument("--clip", type=Path, nargs="*", default=[])
    parse.add_argument("--frames", type=int, nargs="*", default=[8])
    parse.add_argument("--phones", nargs="*", default=["day", "dusk", "night", "old"])
    parse.add_argument("--width", type=int, default=1280)
    parse.add_argument("--tele", action="store_true")
    given = parse.parse_args()
    zoomer = Zoomer()
    gains: dict[str, list[list[float]]] = {}
    for case in (*simulated(given), *clips(given.clip)):
        name, frames = case.name, case.frames
        usual = OFF if case.tele is None else ZoomSettings()
        single = case.judged(zoomer.zoom(frames[0], case.tele, settings=usual).photo.pixels)
        for count in given.frames if name.count(" ") else [len(frames)]:
            row, told = [], []
            for how in ("mean", "learned"):
                settings = replace(usual, burst=how)
                result = zoomer.zoom(frames[0], case.tele, settings=settings, frames=frames[1:count])
                made = case.judged(result.photo.pixels)
                row.append(float(10 * np.log10(single.mean() / made.mean())))
                worst = float((10 * np.log10(np.maximum(single, 0.1) / np.maximum(made, 0.1))).min())
                told.append(f"{how} {row[-1]:+.2f} dB, worst cell {worst:+.2f}")
                used = sum(use.reason is None for use in result.frames)
            print(f"{name:32} {count} frames, {used} used: {'; '.join(told)}", flush=True)
            gains.setdefault(f"{name.rsplit(' ', 1)[-1].split('-')[0]}, {count} frames", []).append(row)
    for name, values in gains.items():
        mean, learned = np.mean(values, 0)
        print(f"mean {name}: mean {mean:+.2f} dB, learned {learned:+.2f} dB")


if __name__ == "__main__":
    main()
