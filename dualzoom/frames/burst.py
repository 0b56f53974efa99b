"""Merges a burst: the weighted mean of all frames on the wide's grid.

The wide itself weighs 1 everywhere, a frame what `align` gives it. Frames are sampled by Lanczos, so the mean is hardly
softer than one of them: a wide with less noise, fewer traces of JPEG, and aliasing averaged out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.capture.profiles import to_wide_space
from dualzoom.errors import CaptureError
from dualzoom.frames.align import FrameUse, align
from dualzoom.frames.aligned_frame import AlignedFrame
from dualzoom.frames.noise import noise_between
from dualzoom.geometry import Size
from dualzoom.stopwatch import Stopwatch

_BAND_ROWS = 128
_PRECISE = 64  # coverage where all frames agree precisely: a tenth of that is next to nothing (`moved`)
_JUDGED = 4  # frames of which noise is measured


@dataclass(frozen=True)
class Burst:
    """`wide`: as taken. `photo`: merged, 16 bits, with the wide's metadata. `uses`: one for each frame given.

    `coverage`: (H, W) uint8, how many frames show what the wide shows, in sixteenths, up to 15 frames.
    """

    wide: Photo
    photo: Photo
    frames: tuple[AlignedFrame, ...]
    uses: tuple[FrameUse, ...]
    coverage: NDArray[np.uint8]

    def refused(self, reason: str) -> "Burst":
        """The wide alone, all frames refused for one reason."""
        uses = tuple(FrameUse(use.name, reason=use.reason or reason) for use in self.uses)
        return Burst(self.wide, self.wide, (), uses, np.zeros_like(self.coverage))

    @property
    def noise(self) -> float:
        """The standard deviation of a frame's noise (0..1): in the quietest tenth of the frame most like the wide."""
        return min((noise_between(self.wide.pixels, frame) for frame in self.frames[:_JUDGED]), default=0.0)


def believed_where_precise(burst: Burst) -> Burst:
    """The burst of a reduced photo, whose pixels are sharp: a frame a tenth of a pixel off would do harm.

    Frames count by how precisely they agree, too, and the wide alone stands in where most hardly do.
    """
    frames = [
        replace(one, same=np.rint(np.sqrt(one.same.astype(np.float32) * one.weight)).astype(np.uint8))
        for one in burst.frames
    ]
    weight = sum((one.weight.astype(np.float32) for one in burst.frames), np.float32(0))
    coverage = np.rint(weight * np.float32(_PRECISE / (255 * max(1, len(frames)))))
    return replace(burst, frames=tuple(frames), coverage=np.asarray(coverage, np.uint8))


def merge(
    wide: Photo,
    photos: Iterable[Photo | CaptureError],
    clock: Stopwatch | None = None,
    *,
    unfit: str | None = None,
) -> Burst:
    """Aligns and merges. An unreadable frame (its error) is refused like one that does not belong.

    `unfit`: why this wide gains nothing from frames; then all of them are refused for that.
    """
    clock = clock or Stopwatch()
    frames, uses = [], []
    with clock("frames"):
        for photo in photos:
            if isinstance(photo, CaptureError):
                uses.append(FrameUse(photo.subject, reason=photo.reason))
                continue
            try:
                found = unfit or align(wide, to_wide_space(photo, wide))
            except CaptureError as error:  # its colour profile is damaged
                found = error.reason
            if isinstance(found, str):
                uses.append(FrameUse(photo.name, reason=found))
                continue
            frames.append(found)
            uses.append(FrameUse(photo.name, weight=float(found.weight.mean()) / 255))
        pixels, coverage = mean(wide.pixels, frames)
    return Burst(wide, wide.with_pixels(pixels) if frames else wide, tuple(frames), tuple(uses), coverage)


def mean(wide: Pixels, frames: Sequence[AlignedFrame]) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """The weighted mean of all frames on the wide's grid (H, W, 3), and their coverage (see `Burst`)."""
    size, peak = Size.of(wide), np.float32(np.iinfo(wide.dtype).max)
    pixels = np.empty((size.height, size.width, 3), np.uint16)
    coverage = np.zeros((size.height, size.width), np.uint8)
    for top in range(0, size.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, size.height)
        total = wide[top:bottom].astype(np.float32) / peak
        weights, same = np.ones(total.shape[:2], np.float32), np.zeros(total.shape[:2], np.float32)
        for frame in frames:
            same += frame.same[top:bottom]
            weight = frame.weight[top:bottom].astype(np.float32) / np.float32(255)
            total += frame.sample(top, bottom, cv2.INTER_LANCZOS4) * weight[..., None]
            weights += weight
        pixels[top:bottom] = np.rint(np.clip(total / weights[..., None], 0, 1) * 65535)
        coverage[top:bottom] = np.minimum(np.rint(same * (16 / 255)), 255)
    return pixels, coverage
