"""How visible the border of the tele's view is on rendered scenes, whose truth is known; 1: not at all.

    python tests/benchmarks/border.py [--scenes 10] [--size 1008]

Prints for each scene PSNR in dB inside and outside the tele's view, plainly enlarged and zoomed, and the border's
figure (`metrics.border`), with the geometric mean of the last.
"""

import argparse

import numpy as np

from dualzoom.capture.photo import Lens, Photo
from dualzoom.geometry import Size
from dualzoom.metrics import border, halved
from dualzoom.metrics.rim import Rim
from dualzoom.pipeline import Zoomer
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--scenes", type=int, default=10)
    parse.add_argument("--size", type=int, default=1008, help="width of the wide in px")
    given = parse.parse_args()
    zoomer, found = Zoomer(), []
    for seed in range(given.scenes):
        scene = render(seed, size=Size(given.size, given.size * 3 // 4))
        wide = Photo(pixels=scene.wide, lens=Lens(focal_35mm=scene.wide_focal_35mm))
        tele = Photo(pixels=scene.tele, lens=Lens(focal_35mm=scene.tele_focal_35mm))
        made = zoomer.zoom(wide, tele)
        assert made.registration is not None
        rim = Rim.of(made.registration.overlap, wide.size)
        inside = made.registration.window.scale(2)
        found.append(border.against_truth(np.asarray(made.photo.pixels, np.uint8), scene.truth, rim))
        scores = [
            halved.score(picture, scene.truth, inside)
            for picture in (enlarge_bicubic(scene.wide), made.photo.pixels)
        ]
        text = "  ".join(
            f"{name} {one.inside:.2f} / {one.outside:.2f}"
            for name, one in zip(("bicubic", "ours"), scores, strict=True)
        )
        print(f"scene {seed}: {text}  border {found[-1]:.2f}", flush=True)
    print(f"border, mean of {len(found)}: {np.exp(np.nanmean(np.log(found))):.2f}")


if __name__ == "__main__":
    main()
