"""What a GPU does with a pair, in one call of less than five minutes.

    python tests/benchmarks/gpu.py WIDE TELE [--device cuda] [--pairs 8] [--photos ../shared/photos/train-1]
    python tests/benchmarks/gpu.py WIDE TELE --device cpu --megapixels 0.3 --pairs 2

Prints, warm: a pair in memory, calibrated and not, by stage; enlarging by its parts on the device, and by numpy around
the network as it was; files to file; the network alone, one and several tiles at once, compiled, as CUDA graphs; pairs
a minute of a batch, and the share of its time in which the GPU was busy; samples a second that training simulates and
that the network could take; how far pixels are from those that numpy and the CPU give. The second form tries the script
itself on a small copy of the pair. (Parts are timed with a wait after each, so their sum is more than the whole.)
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import cv2
import gpu_network
import numpy as np
import torch

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.engine import on_device
from dualzoom.engine.on_device import blend, reference, walk
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
CROP_PX = 1024
#: Parts of enlarging on a device: name, owner, attribute.
PARTS = (
    ("photos to the device", on_device.picture, "sent"),
    ("reference tiles", reference.AlignedOnDevice, "tile"),
    ("network", None, "_forward"),
    ("blending", blend.BlenderOnDevice, "add"),
    ("tones", walk, "give_back_tones"),
    ("result to the host", walk, "_fetched"),
)


def timed(work: Callable[[], ZoomResult], device: torch.device) -> tuple[float, ZoomResult]:
    gpu_network.wait(device)
    start = time.perf_counter()
    result = work()
    gpu_network.wait(device)
    return time.perf_counter() - start, result


def stages(result: ZoomResult) -> str:
    return ", ".join(f"{stage} {value:.2f}" for stage, value in result.seconds.items() if value >= 0.005)


def in_memory(zoomer: Zoomer, wide: Photo, tele: Photo) -> float:
    """Prints the seconds of both kinds of run; returns those without calibration."""
    seconds = 0.0
    for name, settings in (("calibrated", ZoomSettings()), ("not calibrated", OFF)):
        zoomer.zoom(wide, tele, settings=settings)  # warms up
        seconds, result = timed(
            lambda settings=settings: zoomer.zoom(wide, tele, settings=settings), zoomer.engine.device
        )
        print(f"in memory, {name}: {seconds:.2f} s ({stages(result)})", flush=True)
    return seconds


@contextmanager
def watched(zoomer: Zoomer) -> Iterator[dict[str, float]]:
    """Adds up the seconds of each of PARTS, waiting for the device after it."""
    seconds: dict[str, float] = defaultdict(float)
    kept: list[tuple[Any, str, Any]] = []
    for name, owner, attribute in PARTS:
        place = owner or type(zoomer.engine)
        plain = getattr(place, attribute)

        @wraps(plain)
        def counted(*given: Any, plain: Any = plain, name: str = name, **named: Any) -> Any:
            start = time.perf_counter()
            made = plain(*given, **named)
            gpu_network.wait(zoomer.engine.device)
            seconds[name] += time.perf_counter() - start
            return made

        kept.append((place, attribute, plain))
        setattr(place, attribute, counted)
    try:
        yield seconds
    finally:
        for place, attribute, plain in kept:
            setattr(place, attribute, plain)


def by_parts(zoomer: Zoomer, wide: Photo, tele: Photo) -> None:
    """Prints the parts of enlarging, then the same enlargement by numpy and the device's network alone."""
    engine = zoomer.engine
    engine.by_twins = True
    with watched(zoomer) as seconds:
        whole = zoomer.zoom(wide, tele, settings=OFF)
    parts = ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())
    print(f"enlarging on the device, waiting after each part: {whole.seconds['enlarge']:.2f} s ({parts})")
    engine.by_twins = False
    numpy = zoomer.zoom(wide, tele, settings=OFF)
    engine.by_twins = True
    off = np.abs(whole.photo.pixels.astype(int) - numpy.photo.pixels)
    print(
        f"enlarging by numpy around the network: {numpy.seconds['enlarge']:.2f} s; "
        f"{100 * (off > 0).mean():.3f} % of values differ, by {off.max()} at most",
        flush=True,
    )


def file_to_file(zoomer: Zoomer, wide: Path, tele: Path, folder: Path) -> None:
    def run() -> ZoomResult:
        result = zoomer.zoom(*capture.read_pair(wide, tele), settings=OFF)
        capture.write(result.photo, folder / f"{time.perf_counter_ns()}.jpg")
        return result

    seconds = timed(run, zoomer.engine.device)[0]
    print(f"files to file, model loaded, not calibrated: {seconds:.2f} s", flush=True)


def batch(wide: Path, tele: Path, folder: Path, pairs: int, device: str) -> None:
    photos = folder / "photos"
    photos.mkdir()
    for number in range(pairs):
        for source, lens in ((wide, "wide"), (tele, "tele")):
            shutil.copy(source, photos / f"{number:03}_{lens}{source.suffix}")
    command = [sys.executable, "-m", "dualzoom", "batch", str(photos), "-o", str(folder / "results")]
    options = ["--device", device, "--calibrate", "off", "--quiet"]
    with gpu_network.busy(device) as share:
        start = time.perf_counter()
        done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
        minutes = (time.perf_counter() - start) / 60
    written = len(list((folder / "results").glob("*.jpg")))
    print(
        f"batch: {written} of {pairs} pairs, {written / minutes:.1f} a minute with start, exit {done.returncode}; "
        f"GPU busy {share() or 'unknown'}",
        flush=True,
    )


def against_cpu(zoomer: Zoomer, wide: Photo) -> None:
    crop = wide.with_pixels(np.ascontiguousarray(wide.pixels[:CROP_PX, :CROP_PX]))
    there = zoomer.zoom(crop, settings=OFF).photo.pixels.astype(int)
    here = Zoomer(settings=EngineSettings(device="cpu")).zoom(crop, settings=OFF).photo.pixels
    off = np.abs(there - here)
    print(f"against the CPU: {100 * (off > 0).mean():.3f} % of values differ, by {off.max()} levels at most")


def resized(path: Path, factor: float, folder: Path) -> Path:
    copy, pixels = folder / f"{path.stem}.jpg", cv2.imread(str(path))
    cv2.imwrite(str(copy), cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    return copy


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("wide", type=Path)
    parse.add_argument("tele", type=Path)
    parse.add_argument("--device", default="cuda")
    parse.add_argument("--megapixels", type=float)
    parse.add_argument("--pairs", type=int, default=8)
    parse.add_argument("--photos", type=Path, help="photographs for the feed rate of training")
    given = parse.parse_args()
    begun = time.perf_counter()
    zoomer = Zoomer(settings=EngineSettings(device=given.device))
    with tempfile.TemporaryDirectory() as name:
        folder, paths = Path(name), (given.wide, given.tele)
        if given.megapixels:
            wide, _ = capture.read_pair(*paths)
            factor = (given.megapixels * 1e6 / wide.size.area) ** 0.5
            paths = tuple(resized(path, factor, folder) for path in paths)
        wide, tele = capture.read_pair(*paths)
        print(f"{zoomer.engine.description}, {wide.size.width}×{wide.size.height}", flush=True)
        total = in_memory(zoomer, wide, tele)
        by_parts(zoomer, wide, tele)
        gpu_network.alone(zoomer.engine, wide.size, total)
        file_to_file(zoomer, *paths, folder)
        batch(*paths, folder, given.pairs, given.device)
    if given.photos:
        gpu_network.feeding(zoomer.engine, given.photos)
    against_cpu(zoomer, wide)
    print(f"all of this took {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
