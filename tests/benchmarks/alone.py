"""What the wide alone gives: PSNR in dB by phone, beside bicubic, without a tele and so without calibration.

    python tests/benchmarks/alone.py PHOTO ... [--model NAME] [--width 960]

Photographs are the truth: each is photographed by the wide camera of each simulated phone (`dualzoom.evaluation.phones`
and the night one of `frames.py`) and enlarged. The degradation that the network is told of is printed with it.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from frames import NIGHT, OFF, errors, shaken

from dualzoom import capture
from dualzoom.evaluation.phones import PHONES
from dualzoom.pipeline import Zoomer


def decibels(pixels: np.ndarray, truth: np.ndarray) -> float:
    """PSNR of 8-bit pixels over all whole cells of the frame."""
    return float(10 * np.log10(255**2 / errors(np.asarray(pixels, np.uint8), truth).mean()))


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photos", type=Path, nargs="+")
    parse.add_argument("--model", default="auto")
    parse.add_argument("--width", type=int, default=960, help="of the longer side, at most")
    given = parse.parse_args()
    zoomer = Zoomer(given.model)
    means = []
    for phone in (*PHONES, NIGHT):
        rows = []
        for path in given.photos:
            truth = capture.read(path).pixels
            scale = given.width / max(truth.shape[:2])
            if scale < 1:
                truth = cv2.resize(truth, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            (wide,), shown = shaken(np.asarray(truth, np.uint8), phone, 1)
            made = zoomer.zoom(wide, settings=OFF)
            plain = cv2.resize(wide.pixels, shown.shape[1::-1], interpolation=cv2.INTER_CUBIC)
            rows.append((decibels(plain, shown), decibels(made.photo.pixels, shown)))
            print(
                f"{path.stem[:24]:24} {phone.name:6} {rows[-1][0]:.2f} {rows[-1][1]:.2f} {made.degradation}"
            )
        means.append(np.mean(rows, 0))
        print(f"{phone.name:6} bicubic {means[-1][0]:.2f}, alone {means[-1][1]:.2f}", flush=True)
    bicubic, alone = np.mean(means, 0)
    print(f"mean   bicubic {bicubic:.2f}, alone {alone:.2f}")


if __name__ == "__main__":
    main()
