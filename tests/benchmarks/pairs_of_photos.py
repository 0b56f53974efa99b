"""Pairs to validate on, made of photographs that training never saw: with parallax, other colours, JPEG and PNG.

    python tests/benchmarks/pairs_of_photos.py ../shared/photos/train-* --others ../shared/photos/kodak -o PAIRS
    dualzoom evaluate PAIRS --protocol halved

The wide is the photograph as it is. The tele looks at its middle from another place: layers of random depth, cut
along brightness, are moved by different amounts, uncovered places filled from around; it is turned, twice as
large (so that half of it has the photograph's own pixels), softened or sharpened, noisy, of other colours, and
compressed. Every 12th of the photographs is used (those that training holds out), then the others.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from dualzoom.training.photos import find_photos, split
from dualzoom.training.simulate import camera, misalign
from dualzoom.training.simulate.camera import Shot


def parallax(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Displacement (h w 2, dx dy in px) of a scene of three depths and a slanted ground, seen from elsewhere."""
    height, width = scene.shape[:2]
    grey = cv2.GaussianBlur(cv2.cvtColor(scene, cv2.COLOR_RGB2GRAY), (0, 0), width / 60)
    steps = np.quantile(grey, sorted(rng.uniform(0.2, 0.8, 2)))
    depth = np.digitize(grey, steps).astype(np.float32) / 2  # 0, ½, 1
    ground = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
    baseline = rng.uniform(2, 9) * np.exp(1j * rng.uniform(0, 2 * np.pi))
    amount = depth + rng.uniform(0, 1) * ground
    return np.dstack([baseline.real * amount, baseline.imag * amount]).astype(np.float32)


def tele_of(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Photo uint8 h w 3 -> tele uint8 of about the same size, showing the middle at twice the scale."""
    height, width = photo.shape[:2]
    scene = photo.astype(np.float32) / 255
    moved = parallax(scene, rng)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    seen = cv2.remap(
        scene, x + moved[..., 0], y + moved[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2), float(rng.uniform(-2, 2)), float(rng.uniform(1.9, 2.1))
    )
    turn[:, 2] += rng.uniform(-40, 40, 2)
    close = cv2.warpAffine(seen, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    shot = Shot(
        blur_px=rng.uniform(0, 1.2),  # in the tele's own pixels
        noise=rng.uniform(0, 0.02),
        denoise=rng.uniform(0, 0.8),
        sharpen=rng.uniform(0, 1),
        sharpen_px=rng.uniform(0.8, 2),
    )
    taken = camera.process(camera.blur(np.clip(close, 0, 1), shot.blur_px), shot, rng)
    gain, gamma = rng.uniform(0.85, 1.15, 3) * rng.uniform(0.8, 1.1), rng.uniform(0.85, 1.15)
    graded = np.clip(taken, 0, 1) ** gamma * gain
    graded *= 1 + 0.03 * cv2.resize(misalign.smooth_field(64, 2, 1, rng), (width, height))[..., None]
    return (np.clip(graded, 0, 1) * 255).round().astype(np.uint8)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photos", type=Path, nargs="+")
    parse.add_argument("--others", type=Path, nargs="*", default=[])
    parse.add_argument("--count", type=int, default=10)
    parse.add_argument("-o", "--output", type=Path, required=True)
    given = parse.parse_args()
    _, held_out = split(find_photos(given.photos), 12)
    paths = [*held_out, *(find_photos(given.others) if given.others else [])][: given.count]
    given.output.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(paths):
        rng = np.random.default_rng([number, 11])
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        photo = photo[: photo.shape[0] // 4 * 4, : photo.shape[1] // 4 * 4]
        suffix = "png" if number % 2 else "jpg"
        for kind, picture in (("wide", photo), ("tele", tele_of(photo, rng))):
            target = given.output / f"{number:02}-{kind}.{suffix}"
            cv2.imwrite(str(target), picture[..., ::-1])  # JPEG 95, PNG
        print(given.output / f"{number:02}", path.name)


if __name__ == "__main__":
    main()
