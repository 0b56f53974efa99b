"""Results of other programs: a folder of pictures named as the pairs are, each exactly twice as large as the input."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from dualzoom import capture
from dualzoom.benchmark.subject import Picture, Subject
from dualzoom.capture.pairs import SUFFIXES
from dualzoom.errors import CaptureError, UsageError

_ALIKE = 0.5  # correlation of thumbnails below which two pictures do not show the same
_THUMB_PX = 48


@dataclass(frozen=True, kw_only=True)
class Results:
    """A row that is read. `files`: the picture of each subject's name."""

    label: str
    files: dict[str, Path]
    model: None = None
    ablation: None = None

    def enlarge(self, subject: Subject, progress: Callable[[float], None]) -> Picture:
        """The picture; raises CaptureError, and UsageError where it has another size or shows something else."""
        path = self.files[subject.name]
        return fitted(capture.at_depth(capture.read(path).pixels, 8).astype(np.uint8), subject.wide, path)


def results(label: str, folder: Path, names: Iterable[str]) -> Results:
    """The pictures NAME.* of a folder, looked for before the work begins. Raises CaptureError, UsageError."""
    if not folder.is_dir():
        raise CaptureError(folder, "there is no such folder of results", "check the name")
    there: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            there.setdefault(path.stem, []).append(path)
    files = {}
    for name in names:
        found = there.get(name, [])
        if not found:
            raise CaptureError(folder, f"there is no picture {name}.* in it", "name results as their pairs")
        if len(found) > 1:
            raise UsageError(found[0], f"there is {found[1].name}, too", "leave one of them")
        files[name] = found[0]
    return Results(label=label, files=files)


def fitted(picture: Picture, wide: Picture, path: Path) -> Picture:
    """The picture on the wide's 2× grid: turned by quarters where its program has turned it.

    Raises UsageError where it has another size, or shows something else.
    """
    wanted = (2 * wide.shape[0], 2 * wide.shape[1])
    turned = [np.ascontiguousarray(np.rot90(picture, quarters)) for quarters in range(4)]
    fitting = [candidate for candidate in turned if candidate.shape[:2] == wanted]
    if not fitting:
        height, width = picture.shape[:2]
        reason = f"it has {width}x{height} pixels, not {wanted[1]}x{wanted[0]}"
        raise UsageError(path, reason, "results are exactly twice as wide and high as what was given")
    if wide.std() < 1:  # nothing to tell up from down by
        return fitting[0]
    likeness = [_likeness(candidate, wide) for candidate in fitting]
    best = int(np.argmax(likeness))
    if not likeness[best] >= _ALIKE:
        raise UsageError(path, "it does not show the photo it is named after", "check the names")
    return fitting[best]


def _likeness(a: Picture, b: Picture) -> float:
    """Correlation of two thumbnails; 0 where one is flat."""
    x, y = (
        cv2.resize(n, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
        for n in (a, b)
    )
    x, y = x - x.mean(), y - y.mean()
    norm = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / norm if norm else 0.0
