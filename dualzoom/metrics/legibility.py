"""Legibility: the share of known lettering that a program for reading text (OCR) reads again in a picture.

Reading is RapidOCR's (Apache-2.0, its networks come in the package), which is no part of a plain installation. What it
reads need not be what the eye does, but it is the same judge for all pictures, and gets no help from knowing the words.

The share is that of the characters which come again in order, in runs of two or more (`difflib`'s matching blocks:
single letters agree by chance). Upper and lower case, and how words are spaced, do not count.
"""

from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.errors import UsageError

_LEAST_RUN = 2
_SURE = 0.4  # RapidOCR's score of a line below which it is taken for no text
_SAME_LINE = 0.6  # of a line's height: boxes that differ less from top to top stand beside each other

#: A reader: picture (H, W, 3) uint8 RGB -> what is written in it.
Reader = Callable[[NDArray[np.uint8]], str]


@cache
def reader() -> Reader:
    """RapidOCR, loaded once. Raises UsageError where it is not installed."""
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        reason = f"reading needs a package that is not there ({error.name or error})"
        raise UsageError("--text", reason, "pip install 'dualzoom[ocr]'") from error
    engine = RapidOCR(text_score=_SURE)

    def read(picture: NDArray[np.uint8]) -> str:
        found, _ = engine(np.ascontiguousarray(picture[..., ::-1]))
        return in_order([(_box(corners), str(text)) for corners, text, _ in found or ()])

    return read


def share(written: str, read: str) -> float:
    """How much of what is written was read: 0..1; nan where nothing is written.

    >>> share("Platform 7", "PLATFORM ?")
    0.8888888888888888
    """
    wanted, got = ("".join(text.casefold().split()) for text in (written, read))
    if not wanted:
        return float("nan")
    runs = SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size >= _LEAST_RUN) / len(wanted)


def in_order(boxes: list[tuple[NDArray[np.float64], str]]) -> str:
    """Texts as they are read, from above and from the left. Each has its box (left, top, right, bottom)."""
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
    """Four corners -> left, top, right, bottom."""
    points = np.asarray(corners, np.float64)
    return np.concatenate([points.min(0), points.max(0)])
