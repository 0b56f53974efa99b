"""What a GPU does with a pair, in one call of a few minutes: seconds by stage, the network's share, the CPU's pixels.

    python tests/benchmarks/gpu.py WIDE TELE [--device cuda] [--pairs 6]

Prints, warm: a pair in memory with and without calibration, by stage; files to file; the network alone on the tiles of
that frame, which is the share of the time in which the device is busy; pairs a minute of a batch of copies; and how far
a crop's pixels are from those computed on the CPU. `--device cpu` tries the script itself.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.geometry import Size
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings
from dualzoom.tiling.plan import plan

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
CROP_PX = 1024


def timed(work: Callable[[], ZoomResult]) -> tuple[float, ZoomResult]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def in_memory(zoomer: Zoomer, wide: Photo, tele: Photo) -> float:
    """Prints the seconds of both kinds of run; returns those without calibration."""
    seconds = 0.0
    for name, settings in (("calibrated", ZoomSettings()), ("not calibrated", OFF)):
        zoomer.zoom(wide, tele, settings=settings)  # warms up
        seconds, result = timed(lambda settings=settings: zoomer.zoom(wide, tele, settings=settings))
        stages = ", ".join(
            f"{stage} {value:.2f}" for stage, value in result.seconds.items() if value >= 0.005
        )
        print(f"in memory, {name}: {seconds:.2f} s ({stages})")
    return seconds


def file_to_file(zoomer: Zoomer, wide: Path, tele: Path, folder: Path) -> None:
    def run() -> ZoomResult:
        result = zoomer.zoom(*capture.read_pair(wide, tele), settings=OFF)
        capture.write(result.photo, folder / f"{time.perf_counter_ns()}.jpg")
        return result

    print(f"files to file, model loaded, not calibrated: {timed(run)[0]:.2f} s")


def network_alone(engine: Engine, size: Size) -> float:
    """Seconds of the network on all tiles of a frame, half of them with a reference, in the device's own time."""
    tiles = plan(size, engine.default_tile_px, engine.margin_px)
    side = tiles[0].padded
    rng = np.random.default_rng(0)
    lr = rng.random((side.height, side.width, 3), np.float32)
    ref = rng.random((2 * side.height, 2 * side.width, 3), np.float32)
    valid = np.ones(ref.shape[:2], np.float32)
    degradation = np.zeros(5, np.float32)
    inputs = [engine._tensor(lr[None]), engine._tensor(ref[None]), engine._tensor(valid[None, ..., None])]
    inputs.append(torch.from_numpy(degradation[None]).to(engine.device))
    network = engine._prepared(degradation, False)

    def once(count: int) -> None:
        with (
            torch.inference_mode(),
            torch.autocast(engine.device.type, engine.format, enabled=engine.format != torch.float32),
        ):
            for number in range(count):
                alone = number % 2 == 0
                network(inputs[0], *((None, None) if alone else inputs[1:3]), inputs[3])
        if engine.device.type == "cuda":
            torch.cuda.synchronize()

    once(2)
    start = time.perf_counter()
    once(len(tiles))
    return time.perf_counter() - start


def batch(wide: Path, tele: Path, folder: Path, pairs: int, device: str) -> None:
    photos = folder / "photos"
    photos.mkdir()
    for number in range(pairs):
        for source, lens in ((wide, "wide"), (tele, "tele")):
            shutil.copy(source, photos / f"{number:03}_{lens}{source.suffix}")
    start = time.perf_counter()
    command = [sys.executable, "-m", "dualzoom", "batch", str(photos), "-o", str(folder / "results")]
    options = ["--device", device, "--calibrate", "off", "--quiet"]
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    minutes = (time.perf_counter() - start) / 60
    written = len(list((folder / "results").glob("*.jpg")))
    print(
        f"batch: {written} of {pairs} pairs, {written / minutes:.1f} a minute with start, exit {done.returncode}"
    )


def against_cpu(zoomer: Zoomer, wide: Photo) -> None:
    crop = wide.with_pixels(np.ascontiguousarray(wide.pixels[:CROP_PX, :CROP_PX]))
    there = zoomer.zoom(crop, settings=OFF).photo.pixels.astype(int)
    here = Zoomer(settings=EngineSettings(device="cpu")).zoom(crop, settings=OFF).photo.pixels
    off = np.abs(there - here)
    print(f"against the CPU: {100 * (off > 0).mean():.3f} % of values differ, by {off.max()} levels at most")


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("wide", type=Path)
    parse.add_argument("tele", type=Path)
    parse.add_argument("--device", default="cuda")
    parse.add_argument("--pairs", type=int, default=6)
    given = parse.parse_args()
    zoomer = Zoomer(settings=EngineSettings(device=given.device))
    wide, tele = capture.read_pair(given.wide, given.tele)
    print(f"{zoomer.engine.description}, {wide.size.width}×{wide.size.height}")
    total = in_memory(zoomer, wide, tele)
    alone = network_alone(zoomer.engine, wide.size)
    print(f"network alone: {alone:.2f} s, {100 * alone / total:.0f} % of a pair that is not calibrated")
    with tempfile.TemporaryDirectory() as folder:
        file_to_file(zoomer, given.wide, given.tele, Path(folder))
        batch(given.wide, given.tele, Path(folder), given.pairs, given.device)
    against_cpu(zoomer, wide)


if __name__ == "__main__":
    main()
