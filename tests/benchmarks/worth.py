"""Whether `reference.worth` tells useful teles from useless ones, against what the network makes of them.

    python tests/benchmarks/worth.py ../shared/photos/kodak/kodim0[1357].png … [--long-side 1000] [--seed 0]
    [--only useless]

Each photograph, reduced to `--long-side`, is taken by one of the simulated phones in turn (`evaluation.phones`): five
photographs see all. Rows: kind of tele, photograph, `detail`, `share`, `used`, and the gain in dB inside the tele's
view over no tele at all: with all of the tele, and with `share` of it. A verdict is right in sign where a tele that
gains less than -0.05 dB is not used and one that gains more is; the last lines count that.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError
from dualzoom.evaluation.phones import PHONES, Capture, Phone, photograph
from dualzoom.metrics.image_quality import psnr
from dualzoom.network import weights
from dualzoom.reference import build
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.worth import worth
from dualzoom.settings import EngineSettings, TilingSettings

Picture = np.ndarray
CUBIC, LANCZOS, AREA = cv2.INTER_CUBIC, cv2.INTER_LANCZOS4, cv2.INTER_AREA
WORSE_DB = -0.05


def sized(picture: Picture, factor: float, method: int) -> Picture:
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method)


def jpeg(picture: Picture, quality: int) -> Picture:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def sharpened(picture: Picture, amount: float, sigma_px: float = 1.0) -> Picture:
    full = picture.astype(np.float32)
    return np.clip(full + amount * (full - cv2.GaussianBlur(full, (0, 0), sigma_px)), 0, 255).astype(np.uint8)


def middle(picture: Picture, ratio: float) -> Picture:
    height, width = (int(side / ratio) for side in picture.shape[:2])
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return picture[top : top + height, left : left + width]


def moved(truth: Picture) -> Picture:
    """The same scene a moment later: the hand has turned and shifted a little."""
    turn = cv2.getRotationMatrix2D((truth.shape[1] / 2, truth.shape[0] / 2), 0.3, 1.0)
    turn[:, 2] += 0.7, -1.2
    return cv2.warpAffine(truth, turn, truth.shape[1::-1], flags=CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def useless(shot: Capture, phone: Phone, seed: int) -> Iterator[tuple[str, Capture, Picture]]:
    crop, ratio = middle(shot.wide, 2), phone.ratio
    second = middle(photograph(moved(shot.truth), phone, seed + 100).wide, 2)
    small = sized(shot.tele, 1 / ratio, AREA)
    for name, tele in (
        ("crop", sized(crop, 2, CUBIC)),
        ("crop lanczos q75", jpeg(sized(crop, 2, LANCZOS), 75)),
        ("crop sharp q90", jpeg(sharpened(sized(crop, 2, CUBIC), 1.0), 90)),
        ("2nd shot", sized(second, 2, CUBIC)),
        ("2nd shot lanczos", sized(second, 2, LANCZOS)),
        ("2nd shot sharp", jpeg(sharpened(sized(second, 2, CUBIC), 0.7), 92)),
        ("blur 2.5", cv2.GaussianBlur(shot.tele, (0, 0), 2.5)),
        ("blur 4", cv2.GaussianBlur(shot.tele, (0, 0), 4)),
        ("small 1.0 q70", jpeg(small, 70)),
        ("small 0.9 q60, enlarged", sized(jpeg(sized(shot.tele, 0.9 / ratio, AREA), 60), ratio / 0.9, CUBIC)),
        ("same", shot.wide),
    ):
        yield f"useless: {name}", shot, tele


def useful(shot: Capture, phone: Phone, seed: int) -> Iterator[tuple[str, Capture, Picture]]:
    noise = np.random.default_rng(seed).normal(0, 12, shot.tele.shape)
    grey = cv2.cvtColor(shot.tele, cv2.COLOR_RGB2GRAY)
    for name, tele in (
        ("as it is", shot.tele),
        ("JPEG 30", jpeg(shot.tele, 30)),
        ("noise 12", np.clip(shot.tele + noise, 0, 255).astype(np.uint8)),
        ("grey", np.repeat(grey[..., None], 3, 2)),
    ):
        yield f"useful: {name}", shot, tele
    for name, other in (
        ("ratio 1.5", replace(phone, ratio=1.5)),
        ("ratio 4", replace(phone, ratio=4.0)),
        ("+2.3 EV", replace(phone, tele_ev=2.3)),
    ):
        again = photograph(shot.truth, other, seed)
        yield f"useful: {name}", again, again.tele


def between(shot: Capture, phone: Phone, _seed: int) -> Iterator[tuple[str, Capture, Picture]]:
    for sigma in (1.0, 1.5, 2.0):
        yield f"between: blur {sigma}", shot, cv2.GaussianBlur(shot.tele, (0, 0), sigma)
    for left in (1.2, 1.5):
        yield f"between: small {left} q70", shot, jpeg(sized(shot.tele, left / phone.ratio, AREA), 70)


class Judge:
    """Gains over no tele, the enlargement without which is made once for each wide. Nothing is calibrated."""

    def __init__(self) -> None:
        self._engine = Engine(weights.load("dcsr-lite").module, EngineSettings())
        self._alone = b"", 0.0

    def gain(self, shot: Capture, reference: AlignedTele, strength: float) -> float:
        key = shot.wide.tobytes() + repr(shot.inside).encode()
        if key != self._alone[0]:
            self._alone = key, self._psnr(shot, None, 0.0)
        return 0.0 if strength == 0 else self._psnr(shot, reference, strength) - self._alone[1]

    def _psnr(self, shot: Capture, reference: AlignedTele | None, strength: float) -> float:
        degradation = self._engine.degradation(shot.wide)
        made = self._engine.upscale(
            shot.wide, reference, TilingSettings(), degradation=degradation, strength=strength
        )
        return psnr(made.pixels, shot.truth, region=shot.inside)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photos", type=Path, nargs="+")
    parse.add_argument("--long-side", type=int, default=1000)
    parse.add_argument("--seed", type=int, default=0)
    parse.add_argument("--only", choices=("useless", "useful", "between"))
    given = parse.parse_args()
    judge, right = Judge(), {"useless": [], "useful": [], "between": []}
    groups = {"useless": useless, "useful": useful, "between": between}
    for number, path in enumerate(given.photos):
        truth = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        truth = sized(truth, min(1.0, given.long_side / max(truth.shape[:2])), AREA)
        phone, seed = PHONES[number % len(PHONES)], given.seed + number
        shot = photograph(truth, phone, seed)
        for group in [given.only] if given.only else groups:
            for kind, where, tele in groups[group](shot, phone, seed):
                label, tele = f"{kind:34s} {path.stem[-14:]:14s} {phone.name:5s}", np.ascontiguousarray(tele)
                try:
                    found = build(Photo(pixels=where.wide), Photo(pixels=tele))
                except RegistrationError as error:
                    print(f"{label} refused: {error.reason}", flush=True)
                    continue
                where_it_lies = found.registration
                said = worth(where.wide, found, where_it_lies.window, ratio=where_it_lies.ratio)
                whole = judge.gain(where, found, 1.0)
                part = whole if said.share == 1 else judge.gain(where, found, said.share)
                right[group].append((said.used, whole))
                print(
                    f"{label} detail {said.detail:6.3f} share {said.share:4.2f} used {said.used!s:5} "
                    f"dB {whole:+.2f}, at share {part:+.2f}",
                    flush=True,
                )
    for group, rows in right.items():
        if rows:
            signs = sum(used == (whole >= WORSE_DB) for used, whole in rows)
            harmed = [whole for used, whole in rows if used and whole < WORSE_DB]
            print(f"{group}: {len(rows)} teles, right in sign {signs}, used though worse {len(harmed)}")


if __name__ == "__main__":
    main()
