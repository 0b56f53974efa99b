"""Legibility: the share of known lettering that a program for reading text (OCR) reads again in a picture.

RapidOCR reads (Apache-2.0, its networks come in the package); a plain installation does not have it. It may read what
the eye cannot, or the other way round, but it judges all pictures alike, and does not know the words beforehand.

The share counts the characters that come again in order, in runs of two or more (`difflib`'s matching blocks: single
letters agree by chance). It ignores upper and lower case, and spaces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.errors import UsageError, extra_step

_LEAST_RUN = 2
_SURE = 0.4  # lines that RapidOCR scores lower do not count as text
_SAME_LINE = 0.6  # of a line's height: boxes that differ less from top to top stand beside each other

#: A reader: picture (H, W, 3) uint8 RGB -> the text in it.
Reader = Callable[[NDArray[np.uint8]], str]


@dataclass(frozen=True, kw_only=True)
class LineReader:
    """Reads line by line; pictures are (H, W, 3) uint8 RGB.

    `lines`: finds lines; returns of each its corners (4, 2) x, y, its text, and how sure it is of that (0..1).
    `line`: reads a picture that shows one line and nothing else.
    """

    lines: Callable[[NDArray[np.uint8]], list[tuple[NDArray[np.float64], str, float]]]
    line: Reader


@cache
def reader() -> Reader:
    """Loads RapidOCR, once. Raises UsageError where it is not installed."""
    find = line_reader().lines

    def read(picture: NDArray[np.uint8]) -> str:
        return in_order([(_box(corners), text) for corners, text, _ in find(picture)])

    return read


def line_reader() -> LineReader:
    """Loads RapidOCR. Raises UsageError where it is not installed."""
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        reason = f"reading needs a package that is not there ({error.name or error})"
        raise UsageError("lettering", reason, extra_step("ocr")) from error
    engine = RapidOCR(text_score=_SURE)

    def lines(picture: NDArray[np.uint8]) -> list[tuple[NDArray[np.float64], str, float]]:
        found, _ = engine(np.ascontiguousarray(picture[..., ::-1]))
        return [
            (np.asarray(corners, np.float64), str(text), float(sure)) for corners, text, sure in found or ()
        ]

    def line(picture: NDArray[np.uint8]) -> str:
        found, _ = engine(np.ascontiguousarray(picture[..., ::-1]), use_det=False, use_cls=False)
        return " ".join(str(text) for text, _ in found or ())

    return LineReader(lines=lines, line=line)


def share(written: str, read: str) -> float:
    """Returns how much of the written text was read: 0..1; nan where nothing is written.

    >>> share("Platform 7", "PLATFORM ?")
    0.8888888888888888
    """
    wanted, got = ("".join(text.casefold().split()) for text in (written, read))
    if not wanted:
        return float("nan")
    runs = SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size >= _LEAST_RUN) / len(wanted)


def right_share(written: str, read: str) -> float:
    """Returns 1 less the changes of single characters that make `read` the written text, over its length; 0..1.

    Levenshtein's distance; as strict with letters that were added as with those that are missing. Ignores case and
    spaces; nan where nothing is written.

    >>> right_share("EXIT 12", "EXlT12")
    0.8333333333333334
    """
    wanted, got = ("".join(text.casefold().split()) for text in (written, read))
    if not wanted:
        return float("nan")
    row = list(range(len(got) + 1))
    for count, letter in enumerate(wanted, 1):
        above, row = row, [count]
        for place, other in enumerate(got):
            row.append(min(above[place] + (letter != other), above[place + 1] + 1, row[place] + 1))
    return max(0.0, 1 - row[-1] / len(wanted))


def in_order(boxes: list[tuple[NDArray[np.float64], str]]) -> str:
    """Joins texts in reading order, line by line from the left. Each has its box (left, top, right, bottom)."""
    lines: list[list[tuple[NDArray[np.float64], str]]] = []
    for box, text in sorted(boxes, key=lambda found: float(found[0][1])):
        first = lines[-1][0][0] if lines else None
        if first is not None and box[1] - first[1] < _SAME_LINE * (first[3] - first[1]):
            lines[-1].append((box, text))
        else:
            lines.append([(box, text)])
    ordered = (sorted(line, key=lambda found: float(found[0][0])) for line in lines)
    return " ".join(text for line in ordered for _, text in line)


def _box(corners: Any) -> NDArray[np.float64]:
    """Returns left, top, right and bottom of four corners."""
    points = np.asarray(corners, np.float64)
    return np.concatenate([points.min(0), points.max(0)])
