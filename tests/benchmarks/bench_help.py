"""How long `dualzoom --help` takes beside a Python that does nothing.

    python tests/benchmarks/bench_help.py [repeats]

Both are whole processes, taken in turns; the medians and their ratio are printed. The goal is below 0.5 s.
"""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "dualzoom --help": [sys.executable, "-m", "dualzoom", "--help"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main(repeats: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(repeats):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, median in medians.items():
        print(f"{name:18} {median:.3f} s")
    bare, helped = medians.values()
    print(f"{'ratio':18} {helped / bare:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
