"""Lettering of a real scene: lines that a reader finds in the sharpest picture there is, read again in others.

A line counts where the reader is sure of it, it has three letters or figures at least, and it is read alike once more
when it is cut out alone. In other pictures of the same frame the reader is shown exactly that place, so that finding
lines, or telling their order, plays no part: only whether the letters are right.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.geometry import Region
from dualzoom.metrics.legibility import LineReader, right_share

_TILE_PX, _STEP_PX = (
    960,
    640,
)  # the reader shrinks what is larger; lines shorter than the overlap are whole in one tile
_SURE, _SAME = 0.8, 0.8
_LEAST_CHARACTERS = 3
_MARGIN = 0.15  # around a line, of its height
_EDGE_PX = 4  # boxes nearer to a tile's edge may be cut off

Picture = NDArray[np.uint8]
#: Returns a region of the sharpest picture (h, w, 3) uint8.
Source = Callable[[Region], Picture]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of text, and its corners in the frame, (4, 2): x, y, clockwise from where reading begins."""

    text: str
    corners: NDArray[np.float64]

    @property
    def letters(self) -> int:
        """Its characters without spaces."""
        return len("".join(self.text.split()))


def find_lines(source: Source, frame: Region, reader: LineReader) -> tuple[Line, ...]:
    """Finds the lines of a frame, tile by tile; of those that overlap it keeps the longest."""
    found: list[Line] = []
    for tile in _tiles(frame):
        picture = source(tile)
        origin = np.array((tile.x, tile.y), np.float64)
        lines = _lines(picture, tile, frame, reader)
        found += [Line(text=line.text, corners=line.corners + origin) for line in lines]
    kept: list[Line] = []
    for line in sorted(found, key=lambda one: -len(one.text)):
        if all(_apart(line, other) for other in kept):
            kept.append(line)
    return tuple(kept)


def score(lines: Sequence[Line], picture: Picture, reader: LineReader) -> float:
    """Returns the share of all lines' characters that are right in a picture of the frame; nan without lines."""
    count = sum(line.letters for line in lines)
    right = sum(line.letters * right_share(line.text, reader.line(cut(picture, line))) for line in lines)
    return right / count if count else float("nan")


def cut(picture: Picture, line: Line) -> Picture:
    """Cuts a line out of a picture, level, with a little room around it."""
    corners = line.corners.astype(np.float32)
    across, down = _sides(line)
    room = _MARGIN * down
    size = (max(1, round(across + 2 * room)), max(1, round(down + 2 * room)))
    right, bottom = across + room, down + room
    onto = np.array([(room, room), (right, room), (right, bottom), (room, bottom)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, onto)
    warped = cv2.warpPerspective(
        picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def _tiles(frame: Region) -> Iterator[Region]:
    for y in range(frame.y, max(frame.y + 1, frame.bottom - (_TILE_PX - _STEP_PX)), _STEP_PX):
        for x in range(frame.x, max(frame.x + 1, frame.right - (_TILE_PX - _STEP_PX)), _STEP_PX):
            yield Region(x, y, _TILE_PX, _TILE_PX).intersect(frame)


def _lines(picture: Picture, tile: Region, frame: Region, reader: LineReader) -> Iterator[Line]:
    """Yields the sure lines of a tile, in its own pixels."""
    low = [_EDGE_PX if inner else -np.inf for inner in (tile.x > frame.x, tile.y > frame.y)]
    high = [
        side - _EDGE_PX if inner else np.inf
        for side, inner in ((tile.width, tile.right < frame.right), (tile.height, tile.bottom < frame.bottom))
    ]
    for corners, text, sure in reader.lines(picture):
        line = Line(text=text, corners=corners)
        across, down = _sides(line)
        whole = bool((corners >= low).all() and (corners <= high).all())
        if not whole or sure < _SURE or across < down or sum(map(str.isalnum, text)) < _LEAST_CHARACTERS:
            continue
        if right_share(text, reader.line(cut(picture, line))) >= _SAME:
            yield line


def _sides(line: Line) -> tuple[float, float]:
    """Returns the length and the height of a line, in pixels."""
    a, b, _, d = line.corners
    return float(np.hypot(*(b - a))), float(np.hypot(*(d - a)))


def _apart(a: Line, b: Line) -> bool:
    """Tells whether two lines' boxes share less than half of the smaller one."""
    low = np.maximum(a.corners.min(0), b.corners.min(0))
    high = np.minimum(a.corners.max(0), b.corners.max(0))
    shared = float(np.prod(np.maximum(high - low, 0)))
    areas = [float(np.prod(np.ptp(one.corners, axis=0))) for one in (a, b)]
    return shared < 0.5 * min(areas)
