"""Time and memory of `dualzoom zoom`, files to file, beside bicubic and another upscaler run in the same minutes.

    python tests/benchmarks/speed.py WIDE TELE [--peer ../shared/peers/waifu2x/compare.py] [--runs 3] [--megapixels 12]
    [--model dcsr-lite-fast]

Each is a whole process; the order alternates. The peer is a script called with IN.png OUT.png; it is given the wide.
`--megapixels` resizes both photos first, so that the wide has so many; given several, as 1 12 48 100, it shows how cost
grows with them. Seconds are medians; CPU-seconds count all threads, the system's share too; peak memory is the child's
largest resident set, as the operating system counts it.
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

CALIBRATED = "dualzoom, wide and tele"
#: Peak memory that is asked for, by megapixels of the wide.
MOST_GB = {12: 1.2, 48: 2.2, 100: 4.0}


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
    parse.add_argument("--megapixels", type=float, nargs="+")
    parse.add_argument("--model", default="auto")
    given = parse.parse_args()
    grown: dict[float, dict[str, list[Cost]]] = {}
    own = area(given.wide)
    for size in given.megapixels or [own]:
        with tempfile.TemporaryDirectory() as name:
            folder, pair = Path(name), (given.wide, given.tele)
            if given.megapixels:
                pair = tuple(resized(path, (size / own) ** 0.5, folder) for path in pair)
            print(f"{size:.3g} megapixels", flush=True)
            grown[size] = compared(*pair, folder, given.runs, given.peer, given.model)
        report(grown[size])
    if len(grown) > 1:
        growth(grown)


def area(path: Path) -> float:
    """Megapixels of a photo."""
    height, width = cv2.imread(str(path)).shape[:2]
    return height * width / 1e6


def compared(
    wide: Path, tele: Path, folder: Path, runs: int, peer: Path | None, model: str
) -> dict[str, list[Cost]]:
    """The costs of each run of each command, by the command's name; the one that others are compared with is last."""
    out = folder / "out"
    zoom = [sys.executable, "-m", "dualzoom", "zoom", "--model", model, str(wide)]
    overwrite = ["--on-exists", "overwrite", "-o", f"{out}.jpg"]
    commands = {
        "bicubic": [sys.executable, "-c", BICUBIC, str(wide), f"{out}.jpg"],
        CALIBRATED: [*zoom, str(tele), *overwrite],
        "the same, not calibrated": [*zoom, str(tele), "--calibrate", "off", *overwrite],
        "dualzoom, wide alone": [*zoom, *overwrite],
    }
    if peer:
        cv2.imwrite(f"{folder}/peer.png", cv2.imread(str(wide)))
        commands["peer, wide alone"] = [sys.executable, str(peer), f"{folder}/peer.png", f"{out}.png"]
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(measured(command))
    return taken


def growth(grown: dict[float, dict[str, list[Cost]]]) -> None:
    """Prints how cost grows with the photo: linear in time, and in memory no more than is asked for."""
    for name in next(iter(grown.values())):
        print(name)
        for size, taken in grown.items():
            cpu = statistics.median(cost.cpu_s for cost in taken[name])
            peak = max(cost.peak_gb for cost in taken[name])
            asked = MOST_GB.get(round(size))
            print(
                f"  {size:6.3g} MP {cpu:7.1f} CPU-s {cpu / size:6.2f} a megapixel  {peak:.2f} GB"
                + (f" (asked: {asked})" if asked and name.startswith(("dualzoom", "the same")) else "")
            )


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
