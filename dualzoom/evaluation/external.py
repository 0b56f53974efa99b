"""Another program as a method: its pictures lie in a folder, named as the cases, exactly twice the input's size."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom import capture
from dualzoom.capture.suffixes import READ
from dualzoom.errors import CaptureError, UsageError
from dualzoom.evaluation.case import Case, Picture, Scores
from dualzoom.evaluation.costs import read_costs
from dualzoom.evaluation.methods import Enlargement, Progress

_ALIKE = 0.5  # correlation of thumbnails below which two pictures do not show the same
_THUMB_PX = 48


@dataclass(frozen=True, kw_only=True)
class External:
    """Reads the pictures that another program made. `files`: case name -> picture; `costs`: of making it."""

    label: str
    files: dict[str, Path]
    costs: dict[str, Scores] = field(default_factory=dict)
    model: None = None
    ablation: None = None

    def enlarge(self, case: Case, progress: Progress) -> Enlargement:
        """Reads the picture; raises CaptureError, and UsageError where it has another size or shows something else."""
        path = self.files[case.name]
        photo = capture.read(path)
        picture, quarters = fitted(np.asarray(capture.at_depth(photo.pixels, 8), np.uint8), case.wide, path)
        turned = (f"{path}: compared after turning it by {90 * quarters} degrees",) if quarters else ()
        return Enlargement(
            picture=picture, notes=(*photo.notes, *turned), costs=self.costs.get(case.name, {})
        )


def find_pictures(label: str, folder: Path, names: Iterable[str]) -> External:
    """Finds the picture NAME.* of each case in a folder, before any work begins.

    Their costs are read, too, where they are given (`evaluation.costs`). Raises CaptureError where a picture is
    missing, UsageError where a name has several.
    """
    if not folder.is_dir():
        raise CaptureError(folder, "there is no such folder of results", "check the name")
    there: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in READ:
            there.setdefault(path.stem, []).append(path)
    files = {}
    for name in names:
        found = there.get(name, [])
        if not found:
            raise CaptureError(folder, f"there is no picture {name}.* in it", "name results as their pairs")
        if len(found) > 1:
            raise UsageError(found[0], f"there is {found[1].name}, too", "leave one of them")
        files[name] = found[0]
    return External(label=label, files=files, costs=read_costs(folder))


def fitted(picture: Picture, wide: Picture, path: Path) -> tuple[Picture, int]:
    """Turns the picture onto the wide's 2× grid; returns it and the number of quarter turns (anticlockwise).

    Raises UsageError where it has another size, or shows something else.
    """
    height, width = picture.shape[:2]
    wanted = (2 * wide.shape[0], 2 * wide.shape[1])
    quarters = [n for n in range(4) if ((height, width), (width, height))[n % 2] == wanted]
    if not quarters:
        reason = f"it has {width}x{height} pixels, not {wanted[1]}x{wanted[0]}"
        raise UsageError(path, reason, "results are exactly twice as wide and high as what was given")
    if wide.std() < 1:  # nothing to tell up from down by
        return picture, 0
    ours, theirs = _thumb(wide), _thumb(picture)
    likeness = [_likeness(np.rot90(theirs, n), ours) for n in quarters]
    best = int(np.argmax(likeness))
    if likeness[best] < _ALIKE:
        raise UsageError(path, "it does not show the photo it is named after", "check the names")
    return np.ascontiguousarray(np.rot90(picture, quarters[best])), quarters[best]


def _thumb(picture: Picture) -> NDArray[np.float64]:
    """Reduces a picture to a small square, whatever its shape: turning that is turning the picture."""
    small = cv2.resize(picture, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float64)


def _likeness(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Correlates two thumbnails; returns 0 where one is flat."""
    x, y = (a - a.mean()).ravel(), (b - b.mean()).ravel()
    norm = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float(x @ y) / norm if norm else 0.0
