"""Where the calibrations of a batch lie, so that a run that was broken off goes on as if it had not been.

    calibrations/CAMERA.safetensors, .json         left by the last pair of that camera whose end is recorded
    calibrations/PAIR/CAMERA.safetensors, .json    left by a pair that has not ended

A pair is taught by while earlier ones are enlarged and written, and finds what the last one before it left. Law: when
a run dies, only pairs that need not be done again have left something. Else a pair would begin with what it taught
itself, or what a later one did.
"""

import contextlib
import hashlib
import shutil
import threading
from collections.abc import Collection, Iterator
from pathlib import Path


def mark(output: str, key: str, ends: int) -> str:
    """The name of a pair's folder: by its result's name, its key, and how often the journal had told its end before."""
    return hashlib.sha256(f"{output}\n{key}\n{ends}".encode()).hexdigest()[:16]


class Kept:
    """The folder as pairs see it that know nothing of others in work: what they leave is found at once."""

    def __init__(self, folder: Path) -> None:
        self.left = folder

    @contextlib.contextmanager
    def sought(self) -> Iterator[list[Path]]:
        """The folders to look into, the newest first; inside, nothing in them is moved."""
        yield [self.left]


class KeptInOrder:
    """The folder as pairs of one process share it, taught by in their order; for any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._still = threading.Lock()
        self._begun: list[str] = []
        self._ended: set[str] = set()

    def begin(self, pair: str) -> Kept:
        """The folder as the pair of this mark sees it, which is taught by now or once more."""
        with self._still:
            if pair not in self._begun:
                self._begun.append(pair)
            earlier = self._begun[: self._begun.index(pair)]
        return _InOrder(self._folder, pair, earlier, self._still)

    def end(self, pair: str) -> None:
        """The pair's end is recorded: what it left counts as soon as all earlier ones have ended, too."""
        with self._still:
            self._ended.add(pair)
            while self._begun and self._begun[0] in self._ended:
                _settle(self._folder, self._begun.pop(0))


class _InOrder(Kept):
    def __init__(self, folder: Path, pair: str, earlier: list[str], still: threading.Lock) -> None:
        super().__init__(folder / pair)
        self._folders = [*(folder / one for one in reversed(earlier)), folder]
        self._still = still

    @contextlib.contextmanager
    def sought(self) -> Iterator[list[Path]]:
        with self._still:
            yield self._folders


def recover(folder: Path, ended: Collection[str]) -> None:
    """After a run that died: settles what pairs left whose marks are in `ended`, and removes what others did."""
    if folder.is_dir():
        for left in [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink()]:
            if left.name in ended:
                _settle(folder, left.name)
            else:
                shutil.rmtree(left, ignore_errors=True)


def _settle(folder: Path, pair: str) -> None:
    """Weights first: a description that stays behind is moved by the next run. A calibration is a convenience."""
    with contextlib.suppress(OSError):
        for suffix in (".safetensors", ".json"):
            for file in (folder / pair).glob(f"*{suffix}"):
                file.replace(folder / file.name)
        (folder / pair).rmdir()
