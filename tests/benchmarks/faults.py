"""What the tool does with files that are odd, spoiled or cut, and when it is killed: a table with counts.

    python tests/benchmarks/faults.py --files ../shared/robustness ../shared/dng
    python tests/benchmarks/faults.py --mutants 2000 [--first 0] [--format jpg|jxldng|heic|avif|ultrahdr ...]
    python tests/benchmarks/faults.py --truncate
    python tests/benchmarks/faults.py --kill 20

Every file goes through the command line (`dualzoom zoom`) in a child process of its own, once as wide and once as
tele of a rendered wide; the model is replaced by one that repeats pixels, since files are not what it fails at.
Mutants and cut files are read, described and given metadata for a result (`inspect` without the matching): that is
where libraries meet hostile bytes. Columns: tried; a result; refused with one line that names the file and a code of
the contract; *wrong* (traceback, internal error, anything else); died of a signal; past the time limit; above 3 GB.
All but the first three must be 0: the exit status says whether they are.
"""

import argparse
import contextlib
import io
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import faults
from toy_model import toy_model
from trials import KINDS, Row, trial

from dualzoom import capture, hdr, pipeline
from dualzoom.cli import main as dualzoom
from dualzoom.cli.demo_pair import photos
from dualzoom.errors import CaptureError
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.scene import render
from dualzoom.settings import WriteSettings, ZoomSettings

_REFUSALS = (4, 5, 6)  # unreadable, no match, too large for this machine


def through_the_command(arguments: Sequence[str], output: Path, culprit: Path) -> tuple[str, str]:
    """`dualzoom` with these arguments, judged by code, stderr and what lies in the folder of the result."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = dualzoom([*arguments, "-o", str(output)])
    said = err.getvalue()
    left = [path.name for path in output.parent.iterdir() if path.suffix != ".xmp"]  # a sidecar may travel
    if code == 0:
        size = capture.read(output).size
        whole = left == [output.name] and out.getvalue() == f"{output}\n" and size.area > 0
        return ("result" if whole else "wrong"), f"left {left}, said {out.getvalue()}{said}"
    errors = [line for line in said.splitlines() if line.startswith("dualzoom: ")]
    clean = len(errors) == len(said.splitlines()) == 1 and str(culprit) in said and not out.getvalue()
    fine = code in _REFUSALS and clean and not left
    return ("refused" if fine else "wrong"), f"code {code}, left {left}, said {said}"


def files(folders: Sequence[Path], limit_s: float) -> list[Row]:
    """Every file below the folders, as wide and as tele."""
    rows = []
    model = toy_model()
    weights.load = lambda _name: model  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        wide = capture.write(photos(render(11, size=Size(504, 378)))["wide.jpg"], Path(folder) / "wide.jpg")
        for top in folders:
            for part in sorted({path.parent for path in top.rglob("*") if path.is_file()}):
                for role in ("wide", "tele"):
                    row = Row(f"{part.name} as {role}")
                    for path in sorted(path for path in part.iterdir() if path.is_file()):
                        arguments = ["zoom", str(path)] if role == "wide" else ["zoom", str(wide), str(path)]
                        with tempfile.TemporaryDirectory() as place:
                            output = Path(place) / "out.jpg"
                            trial(row, str(path), _command(arguments, output, path), limit_s)
                    rows.append(row)
                    print(row.line(), flush=True)
    return rows


def _command(arguments: list[str], output: Path, culprit: Path) -> Callable[[], tuple[str, str]]:
    return lambda: through_the_command(arguments, output, culprit)


def _look(path: Path) -> str:
    """Read a file and make metadata of it."""
    try:
        photo = capture.read(path)
    except CaptureError as error:
        return "refused" if str(path) in str(error) and "\n" not in str(error) else "wrong"
    capture.metadata_for_output(photo, photo.size.scale(2), "test")
    carried = hdr.carried(photo, photo.pixels, ZoomSettings(), None)
    if carried.gain_map is not None or carried.motion is not None:
        capture.write(carried, path.with_name("written.jpg"), WriteSettings(on_exists="overwrite"))
    return "result"


def mutants(names: Sequence[str], first: int, count: int, limit_s: float) -> list[Row]:
    """Mutants `first` … of each format, a child for each hundred; where one ends badly, one for each."""
    rows = []
    with _originals() as (originals, folder):
        for name in names:
            row = Row(f"{name} mutants")
            for start in range(first, first + count, 100):
                numbers = range(start, min(start + 100, first + count))
                if not _together(row, originals, name, numbers, folder, limit_s):
                    for number in numbers:
                        path = folder / "mutant"
                        path.write_bytes(faults.mutant(originals, name, number))
                        trial(row, f"{name} mutant {number}", lambda path=path: (_look(path), ""), limit_s)
            rows.append(row)
            print(row.line(), flush=True)
    return rows


def _together(
    row: Row, originals: dict[str, list[bytes]], name: str, numbers: range, folder: Path, limit_s: float
) -> bool:
    """Mutants one after the other in one child; counts them and returns True where all ended well."""

    def work() -> tuple[str, str]:
        tally, slowest = Counter[str](), 0.0
        for number in numbers:
            (folder / "mutant").write_bytes(faults.mutant(originals, name, number))
            start = time.monotonic()
            tally[_look(folder / "mutant")] += 1
            slowest = max(slowest, time.monotonic() - start)
        (folder / "tally").write_text(json.dumps([tally, slowest]))
        return ("wrong" if tally["wrong"] or slowest > limit_s else "result"), ""

    one = Row(row.name)
    if trial(one, name, work, limit_s * len(numbers)) != "result" or one.complaints:
        return False
    tally, slowest = json.loads((folder / "tally").read_text())
    row.counts.update(tally)
    row.slowest, row.peak = max(row.slowest, slowest), max(row.peak, one.peak)
    return True


def truncated(limit_s: float) -> list[Row]:
    """Each original of each format cut at ten points and just short of its end: a result is wrong here."""
    rows = []
    with _originals() as (originals, folder):
        for name in faults.FORMATS:
            row = Row(f"{name} truncated")
            for data in originals[name]:
                for part in (part for tenth in range(10) for part in faults.cut(data, tenth)):
                    path = folder / "cut"
                    path.write_bytes(part)
                    trial(
                        row, f"{len(part)} of {len(data)} bytes", lambda path=path: _must_fail(path), limit_s
                    )
            rows.append(row)
            print(row.line(), flush=True)
    return rows


def _must_fail(path: Path) -> tuple[str, str]:
    outcome = _look(path)
    return ("wrong", "it was read") if outcome == "result" else (outcome, "")


def killed(count: int, limit_s: float) -> list[Row]:
    """`kill -9` at random moments of a zoom: its folder then holds the whole result or nothing, the wide is as it was.

    A result counts as such; none as refused.
    """
    model = toy_model()
    weights.load = lambda _name: model  # type: ignore[assignment]
    row, rng = Row("killed"), random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        wide = capture.write(photos(render(11, size=Size(1512, 1134)))["wide.jpg"], Path(folder) / "wide.jpg")
        before, longest = wide.read_bytes(), 0.0
        for number in range(count + 1):
            with tempfile.TemporaryDirectory() as place:
                output = Path(place) / "out.jpg"
                start = time.monotonic()
                child = os.fork()
                if child == 0:
                    with contextlib.redirect_stdout(io.StringIO()):
                        os._exit(dualzoom(["zoom", "-q", str(wide), "-o", str(output)]))
                if number == 0:  # the first one may end, to know how long it takes
                    os.waitpid(child, 0)
                    longest = time.monotonic() - start
                    continue
                time.sleep(rng.uniform(0, 1.1 * longest))
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                trial(row, f"kill {number}", _left(Path(place), wide, before), limit_s)
    print(row.line(), flush=True)
    return [row]


def _left(place: Path, wide: Path, before: bytes) -> Callable[[], tuple[str, str]]:
    def work() -> tuple[str, str]:
        left = sorted(path.name for path in place.iterdir())
        if wide.read_bytes() != before or left not in ([], ["out.jpg"]):
            return "wrong", f"left {left}"
        return ("result", "") if left and capture.read(place / "out.jpg").size.area else ("refused", "")

    return work


@contextlib.contextmanager
def _originals() -> Iterator[tuple[dict[str, list[bytes]], Path]]:
    with tempfile.TemporaryDirectory() as folder:
        yield faults.originals(Path(folder)), Path(folder)


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=Path, nargs="+", default=[])
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant [0]")
    every = (*faults.FORMATS, *faults.WITH_MORE)
    parser.add_argument("--format", choices=every, nargs="+", default=list(every))
    parser.add_argument("--truncate", action="store_true")
    parser.add_argument("--kill", type=int, default=0)
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for a file [30]")
    asked = parser.parse_args()
    print(f"{'':28}{'tried':>7}" + "".join(f"{kind:>11}" for kind in KINDS) + f"{'slowest':>11}{'peak':>10}")
    rows = files(asked.files, asked.limit) if asked.files else []
    rows += mutants(asked.format, asked.first, asked.mutants, asked.limit) if asked.mutants else []
    rows += truncated(asked.limit) if asked.truncate else []
    rows += killed(asked.kill, asked.limit) if asked.kill else []
    complaints = [text for row in rows for text in row.complaints]
    print(*complaints, sep="\n")
    return bool(complaints)


if __name__ == "__main__":
    assert pipeline  # loaded here, so that no child spends its time on it
    sys.exit(main())
