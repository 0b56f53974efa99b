"""Time and memory of `dualzoom zoom`, files to file, beside bicubic and another upscaler run in the same minutes.

    python tests/benchmarks/speed.py WIDE TELE [--peer ../shared/peers/waifu2x/compare.py] [--runs 3] [--megapixels 12]

Each is a whole process; the order alternates. The peer is a script called with IN.png OUT.png; it is given the wide.
`--megapixels` resizes both photos first, so that the wide has so many. Seconds are medians; CPU-seconds count all
threads, the system's share too; peak memory is the child's largest resident set, as the operating system counts it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2

BICUBIC = """
import cv2, sys
picture = cv2.imread(sys.argv[1])
cv2.imwrite(sys.argv[2], cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
"""


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds on the clock, seconds of all cores, peak GB."""

    seconds: float
    cpu_s: float
    peak_gb: float


def measured(command: list[str]) -> Cost:
    """Runs a command; ends the program where it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[:4]} ended with {child.returncode}")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e9)


def resized(path: Path, factor: float, folder: Path) -> Path:
    """A copy of a photo at `factor` times its size, as JPEG."""
    copy = folder / f"{path.stem}.jpg"
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    cv2.imwrite(
        str(copy), cv2.resize(cv2.imread(str(path)), None, fx=factor, fy=factor, interpolation=method)
    )
    return copy


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("wide", type=Path)
    parse.add_argument("tele", type=Path)
    parse.add_argument("--peer", type=Path)
    parse.add_argument("--runs", type=int, default=3)
    parse.add_argument("--megapixels", type=float)
    given = parse.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, wide, tele = Path(name), given.wide, given.tele
        if given.megapixels:
            height, width = cv2.imread(str(wide)).shape[:2]
            factor = (given.megapixels * 1e6 / (height * width)) ** 0.5
            wide, tele = (resized(path, factor, folder) for path in (wide, tele))
        out = folder / "out"
        zoom = [sys.executable, "-m", "dualzoom", "zoom", str(wide)]
        overwrite = ["--on-exists", "overwrite", "-o", f"{out}.jpg"]
        commands = {
            "bicubic": [sys.executable, "-c", BICUBIC, str(wide), f"{out}.jpg"],
            "dualzoom, wide and tele": [*zoom, str(tele), *overwrite],
            "the same, not calibrated": [*zoom, str(tele), "--calibrate", "off", *overwrite],
            "dualzoom, wide alone": [*zoom, *overwrite],
        }
        if given.peer:
            cv2.imwrite(f"{folder}/peer.png", cv2.imread(str(wide)))
            commands["peer, wide alone"] = [
                sys.executable,
                str(given.peer),
                f"{folder}/peer.png",
                f"{out}.png",
            ]
        taken: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(given.runs):
            for name, command in commands.items():
                taken[name].append(measured(command))
    report(taken)


def report(taken: dict[str, list[Cost]]) -> None:
    """Prints one line for each command: medians, and ratios over bicubic and the last one, the peer if there is one."""
    seconds = {name: statistics.median(cost.seconds for cost in costs) for name, costs in taken.items()}
    last = list(seconds)[-1]
    for name, costs in taken.items():
        cpu = statistics.median(cost.cpu_s for cost in costs)
        print(
            f"{name:25} {seconds[name]:6.1f} s {cpu:6.1f} CPU-s  {max(cost.peak_gb for cost in costs):.2f} GB  "
            f"{seconds[name] / seconds['bicubic']:6.1f} times bicubic, {seconds[name] / seconds[last]:.2f} times {last}"
        )


if __name__ == "__main__":
    main()
