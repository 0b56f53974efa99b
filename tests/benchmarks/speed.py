"""Time and memory of `dualzoom zoom`, files to file, beside another upscaler run in the same minutes.

    python tests/benchmarks/speed.py WIDE TELE [--peer ../shared/peers/waifu2x/compare.py] [--runs 3]

Each is a whole process; the order alternates. The peer is a script called with IN.png OUT.png; it is given the wide.
Peak memory is the child's largest resident set, as the operating system accounts for it.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and peak GB of one process."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[:4]} ended with {child.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e9


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("wide", type=Path)
    parse.add_argument("tele", type=Path)
    parse.add_argument("--peer", type=Path)
    parse.add_argument("--runs", type=int, default=3)
    given = parse.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        png, out = Path(folder) / "wide.png", Path(folder) / "out"
        zoom = [sys.executable, "-m", "dualzoom", "zoom", str(given.wide)]
        overwrite = ["--on-exists", "overwrite", "-o", f"{out}.jpg"]
        commands = {
            "dualzoom, wide and tele": [*zoom, str(given.tele), *overwrite],
            "the same, not calibrated": [*zoom, str(given.tele), "--calibrate", "off", *overwrite],
            "dualzoom, wide alone": [*zoom, *overwrite],
        }
        if given.peer:
            cv2.imwrite(str(png), cv2.imread(str(given.wide)))
            commands["peer, wide alone"] = [sys.executable, str(given.peer), str(png), f"{out}.png"]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(given.runs):
            for name, command in commands.items():
                taken[name].append(measured(command))
    first = statistics.median(seconds for seconds, _ in next(iter(taken.values())))
    for name, values in taken.items():
        seconds = statistics.median(value for value, _ in values)
        print(
            f"{name:24} {seconds:6.1f} s  {max(peak for _, peak in values):.2f} GB  ratio {first / seconds:.2f}"
        )


if __name__ == "__main__":
    main()
