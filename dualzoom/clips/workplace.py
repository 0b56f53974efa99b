"""The hidden folder beside a result in which its segments gather, until all of them are joined.

A folder left by a broken run is used again where everything is as it was then: the same files, settings, model and
version. Otherwise it is emptied.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dualzoom.atomic import publish
from dualzoom.batch.lock import lock
from dualzoom.clips.earlier import Earlier
from dualzoom.clips.state import State
from dualzoom.errors import WriteError, reason_of

_ABOUT = "about.json"


class Workplace:
    """Segments and states by number. A segment that has its name is complete, and so is the state with it.

    Of results, which are large, only the newest is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def segment(self, number: int) -> Path:
        """Path of a segment."""
        return self.folder / f"{number:06d}.nut"

    def state(self, number: int) -> Path:
        """Path of the state after a segment."""
        return self.folder / f"{number:06d}.npz"

    def earlier(self, number: int) -> Path:
        """Path of the result that ends a segment, as the next one needs it (`Earlier`)."""
        return self.folder / f"{number:06d}.last.npz"

    def load_earlier(self, number: int) -> Earlier | None:
        """The result that ended a segment; None where it is not there, or damaged."""
        try:
            return Earlier.load(self.earlier(number))
        except (OSError, ValueError):
            return None

    def finished(self, most: int) -> int:
        """How many segments from the first on are complete, of `most`."""
        for number in range(most):
            if not self.segment(number).exists():
                return number
            try:
                State.load(self.state(number))
            except (OSError, ValueError):
                return number
        return most


@contextmanager
def workplace(path: Path, about: Mapping[str, object]) -> Iterator[Workplace]:
    """The folder for the result `path`, kept where the work is broken off and removed when it is done.

    `about`: all that decides what the segments hold, as JSON values. Raises WriteError.
    """
    folder = path.with_name(f".{path.name}.dualzoom")
    told = json.dumps(about, sort_keys=True).encode()
    try:
        folder.mkdir(exist_ok=True)
        with lock(folder / "lock", path.parent, "another run"):
            if not _same(folder / _ABOUT, told):
                for old in folder.iterdir():
                    if old.name != "lock":
                        old.unlink()
                publish(folder / _ABOUT, [told], overwrite=True)
            place = Workplace(folder)
            try:
                yield place
            except BaseException:
                if place.finished(1):  # else nothing is worth keeping
                    raise
                shutil.rmtree(folder, ignore_errors=True)
                raise
            shutil.rmtree(folder, ignore_errors=True)
    except WriteError as error:
        inside = Path(error.subject).parent == folder  # a part's name means nothing to its user
        raise WriteError(path if inside else error.subject, error.reason, error.next_step) from error
    except OSError as error:
        raise WriteError(
            path, f"cannot be written: {reason_of(error)}", "make room or choose another place"
        ) from error


def _same(path: Path, told: bytes) -> bool:
    try:
        return path.read_bytes() == told
    except OSError:
        return False
