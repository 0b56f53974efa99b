"""Cuts a scanned clip into segments: whole scenes, or parts of long ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Segment:
    """Frames number `start` up to `stop`; `scene`: number of the first frame of the scene that they are of."""

    start: int
    stop: int
    scene: int


def segments(frames: int, cuts: Sequence[int], most: int) -> list[Segment]:
    """Segments of at most `most` frames that cover a clip once, in order; none reaches over a cut.

    >>> segments(10, (0, 6), 4)
    [Segment(start=0, stop=4, scene=0), Segment(start=4, stop=6, scene=0), Segment(start=6, stop=10, scene=6)]
    """
    bounds = [*cuts, frames]
    return [
        Segment(start, min(start + most, stop), scene)
        for scene, stop in pairwise(bounds)
        for start in range(scene, stop, most)
    ]
