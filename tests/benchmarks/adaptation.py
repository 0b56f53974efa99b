"""What calibration and `adapt` give on cameras that training never simulated, against the truth of other photographs.

    python tests/benchmarks/adaptation.py ../shared/photos/train-* --others ../shared/photos/kodak
    [--camera halo] [--way calibrated]

Truths are the photographs that training holds out (every 12th of those it is given), then others. A camera makes
of each a wide (half the size) and a tele (its middle, turned a little); the network is adapted to the pairs of the
first photographs and zooms those of the others. Rows: start, the weights as they are; calibrated, those after each
test pair has taught them, as `zoom` does unasked; adapted; naive (Section 3.4: adapted to halved photos, with the
wide as truth). Only the second is calibrated. PSNR in dB of whole test pictures, mean and each; `known` is a camera of
the training domain, where little should be gained.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch

from dualzoom import pipeline
from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.geometry import Region, Size
from dualzoom.metrics.halved import BORDER_PX
from dualzoom.metrics.image_quality import psnr
from dualzoom.network import weights
from dualzoom.resampling import halve_area, halve_bicubic
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings
from dualzoom.training.adapt import provenance
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.gather import PairSource, cells, gather
from dualzoom.training.adapt.loop import adapt
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.photos import find_photos, split
from dualzoom.training.simulate import camera
from dualzoom.training.simulate.camera import Picture, Shot

OFF = CalibrationSettings(seconds=0)
TELE = Shot(blur_px=0.4, noise=0.004, denoise=0.3, sharpen=0.4, sharpen_px=0.8, jpeg_quality=95)


def halo(scene: Picture, rng: np.random.Generator) -> Picture:
    """A soft lens and sharpening that leaves bright lines along edges."""
    soft = halve_area(camera.blur(scene, 2.8))
    shot = Shot(noise=0.006, denoise=0.4, sharpen=2.2, sharpen_px=1.8, jpeg_quality=92)
    return camera.process(soft, shot, rng)


def smear(scene: Picture, rng: np.random.Generator) -> Picture:
    """Noise reduction that paints: medians and non-local means over strong noise."""
    noisy = halve_area(camera.blur(scene, 1.2))
    noisy = noisy + rng.normal(0, 0.05, noisy.shape).astype(np.float32)
    codes = (np.clip(noisy, 0, 1) * 255).round().astype(np.uint8)
    painted = cv2.medianBlur(cv2.fastNlMeansDenoisingColored(codes, None, 9, 14, 5, 11), 3)
    return camera.process(painted.astype(np.float32) / 255, Shot(sharpen=0.8, jpeg_quality=90), rng)


def chroma(scene: Picture, rng: np.random.Generator) -> Picture:
    """Coarse colour noise, little luma noise, JPEG 75 with halved chroma."""
    sharp = halve_area(camera.blur(scene, 1.0))
    ycc = cv2.cvtColor(sharp, cv2.COLOR_RGB2YCrCb)
    blotches = rng.normal(0, 0.12, (*ycc.shape[:2], 2)).astype(np.float32)
    ycc[..., 1:] += cv2.GaussianBlur(blotches, (0, 0), 1.2)
    picture = cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)
    return camera.process(picture, Shot(noise=0.008, jpeg_quality=75, chroma_420=True), rng)


def known(scene: Picture, rng: np.random.Generator) -> Picture:
    """In the middle of what training simulates."""
    soft = halve_area(camera.blur(scene, 1.0))
    shot = Shot(noise=0.01, denoise=0.6, sharpen=0.6, sharpen_px=1.0, jpeg_quality=92, chroma_420=True)
    return camera.process(soft, shot, rng)


CAMERAS: dict[str, Callable[[Picture, np.random.Generator], Picture]] = {
    "halo": halo, "smear": smear, "chroma": chroma, "known": known,
}  # fmt: skip


def capture(path: Path, name: str, number: int) -> tuple[Photo, Photo, np.ndarray]:
    """Wide, tele and truth (uint8) of a photograph."""
    rng = np.random.default_rng([number, 5])
    truth = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    truth = truth[: truth.shape[0] // 2 * 2, : truth.shape[1] // 2 * 2]
    scene = truth.astype(np.float32) / 255
    wide = CAMERAS[name](scene, rng)
    height, width = wide.shape[:2]  # the tele has as many pixels and half the view
    turn = cv2.getRotationMatrix2D((width, height), float(rng.uniform(-1.5, 1.5)), 1.0)
    turn[:, 2] += rng.uniform(-6, 6, 2) - (width / 2, height / 2)
    seen = cv2.warpAffine(scene, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    tele = camera.process(camera.blur(np.clip(seen, 0, 1), TELE.blur_px), TELE, rng)
    return Photo(pixels=codes(wide)), Photo(pixels=codes(tele)), truth


def codes(picture: Picture) -> np.ndarray:
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)


def naive_tiles(wide: Photo, number: int, engine: Engine, side: int) -> PairTiles:
    """Halved wide in, the wide itself as truth."""
    half = halve_bicubic(wide.pixels)
    regions = cells(Region.full(Size.of(half)), side)
    truths = np.stack([wide.pixels[region.scale(2).slices] for region in regions])
    return PairTiles(
        name=str(number),
        wide=np.stack([half[region.slices] for region in regions]),
        tele=truths,
        validity=np.full(truths.shape[:3], 255, np.uint8),
        degradation=engine.degradation(half),
        digest=str(number),
    )


def scores(
    model: str, tests: Sequence[tuple[Photo, Photo, np.ndarray]], calibration: CalibrationSettings = OFF
) -> list[float]:
    """PSNR of each test pair's result."""
    found = []
    settings = ZoomSettings(calibration=calibration)
    for wide, tele, truth in tests:
        result = pipeline.zoom(wide, tele, model=model, settings=settings)
        found.append(psnr(result.photo.pixels, truth, border=BORDER_PX))
    return found


def change(found: Sequence[float], start: Sequence[float]) -> str:
    """Mean, mean gain and each gain."""
    gains = np.subtract(found, start)
    return f"{np.mean(found):6.2f}  {gains.mean():+.2f}, each {[f'{gain:+.2f}' for gain in gains]}"


def saved(base: weights.LoadedModel, network: torch.nn.Module, folder: str) -> str:
    """The path of a network of the base's kind."""
    described = provenance.configuration(base, network)
    return str(weights.save(network, Path(folder) / "a.safetensors", config=described))


def measure(name: str, photos: Sequence[Path], given: argparse.Namespace) -> None:
    """The table of one camera."""
    made = [capture(path, name, number) for number, path in enumerate(photos)]
    learn, tests = made[: given.adapt], made[given.adapt :]
    base = weights.load(given.model)
    engine = Engine(base.module, EngineSettings(device="cpu"))
    config = replace(AdaptConfig(), steps=given.steps)

    def source(index: int) -> PairSource:
        return PairSource(name=photos[index].stem, read=lambda: learn[index][:2])

    start = scores(given.model, tests)
    print(f"{name:7} start      {np.mean(start):6.2f}  {[round(s, 2) for s in start]}", flush=True)
    if "calibrated" in given.way:
        began = time.perf_counter()
        found = scores(given.model, tests, CalibrationSettings(seconds=given.seconds))
        taken = time.perf_counter() - began
        print(f"{name:7} calibrated {change(found, start)}; with zooming {taken:.0f} s", flush=True)
    ways: dict[str, tuple[AdaptConfig, Sequence[PairTiles]]] = {}
    if "adapted" in given.way:
        gathered = gather([source(i) for i in range(len(learn))], engine, config).pairs
        ways["adapted"] = (config, gathered)
    if "naive" in given.way:
        free = replace(config, fidelity_share=0.0, min_consistency_db=0.0, min_energy=0.0)
        halves = (naive_tiles(wide, n, engine, config.tile_px) for n, (wide, _, _) in enumerate(learn))
        ways["naive"] = (free, tuple(halves))
    for way, (settings, pairs) in ways.items():
        began = time.perf_counter()
        tiles = TileSet(pairs, settings)
        result = adapt(engine.module, tiles, settings, device=torch.device("cpu"), minutes=given.minutes)
        with tempfile.TemporaryDirectory() as folder:
            found = scores(saved(base, result.network, folder), tests)
        old, new = result.before, result.after
        print(
            f"{name:7} {way:10} {change(found, start)}; held-out tele {old.tele_db:.2f} -> {new.tele_db:.2f}, "
            f"tones {old.consistency_db:.2f} -> {new.consistency_db:.2f} dB, energy {old.energy:.2f} -> "
            f"{new.energy:.2f}, {result.steps} steps, {time.perf_counter() - began:.0f} s",
            flush=True,
        )


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("photos", type=Path, nargs="+")
    parse.add_argument("--others", type=Path, nargs="*", help="photographs training never had")
    parse.add_argument("--camera", choices=list(CAMERAS), action="append")
    parse.add_argument("--model", default="dcsr-lite")
    parse.add_argument("--steps", type=int, default=AdaptConfig.steps)
    parse.add_argument("--minutes", type=float)
    parse.add_argument("--seconds", type=float, help="of calibration; default: what pays")
    parse.add_argument("--adapt", type=int, default=6)
    parse.add_argument("--test", type=int, default=4)
    parse.add_argument(
        "--way",
        choices=["start", "calibrated", "adapted", "naive"],
        action="append",
        help="beside the start; default: calibrated and adapted",
    )
    given = parse.parse_args()
    given.way = given.way or ["calibrated", "adapted"]
    _, held_out = split(find_photos(given.photos), 12)
    photos = [*held_out, *(find_photos(given.others) if given.others else [])][: given.adapt + given.test]
    for name in given.camera or CAMERAS:
        measure(name, photos, given)


if __name__ == "__main__":
    main()
