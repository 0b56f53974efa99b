"""Aligns a frame of a burst with the wide, or says why it does not belong.

Frames of one lens differ by the hand's shake: a homography, found to a few hundredths of a pixel. Only where near
things move against it does the dense displacement of `registration` come in; elsewhere its noise would do harm.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.errors import RegistrationError
from dualzoom.frames.aligned_frame import BAND_ROWS, CELL_PX, AlignedFrame, Float, paths, sampled
from dualzoom.frames.belief import inside_of, weighed
from dualzoom.geometry import Size
from dualzoom.registration import Registration, register
from dualzoom.resampling import luma
from dualzoom.settings import RegistrationSettings

#: Frame px per wide px: a video's frame beside a photo has half of that and adds nothing.
_SAME_LENS = (0.8, 1.25)
_SEARCH = RegistrationSettings(min_ratio=0.4, max_ratio=2.5)
_LEAST_SHARED = 0.3  # of the wide's frame
_LEAST_SAME = 0.25  # mean where both see the scene
_SHARP = 0.6  # energy of fine structure against the wide's, below which a frame is motion-blurred
_COPY = 0.5 / 255  # two exposures from a tripod differ by more, by their noise alone
_AROUND_CELLS = 3  # σ over which the choice between homography and displacement is made
#: Ratio of squared differences at which the displacement begins to count, and does wholly.
_CLEARLY = (1.15, 1.45)


@dataclass(frozen=True)
class FrameUse:
    """What became of a frame: `weight`, its mean over the wide's frame, 0..1; `reason`: why it was refused."""

    name: str
    weight: float = 0.0
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        used = self.reason is None
        return {"name": self.name, "used": used, "weight": round(self.weight, 3), "reason": self.reason}


def align(wide: Photo, frame: Photo) -> AlignedFrame | str:
    """Returns the frame aligned with the wide, or the reason why it is refused. `frame`: in the wide's profile."""
    if _is_copy(wide, frame):
        return "it is the same picture as the wide"
    try:
        found = register(wide, frame, _SEARCH)
    except RegistrationError as error:
        return error.reason
    if not _SAME_LENS[0] <= found.ratio <= _SAME_LENS[1]:
        return f"it is by another lens or of another size: {found.ratio:.2f} of its pixels to one of the wide"
    from_wide = np.asarray(np.linalg.inv(found.homography), np.float64)
    grey = _luma(wide.pixels)
    plain = _grey_at(frame.pixels, wide.size, from_wide, None)
    shift = _shift(found, wide.size, frame.pixels, grey, plain, from_wide)
    inside = inside_of(wide.size, from_wide, frame.size)
    if inside.mean() < _LEAST_SHARED:
        return f"it shows only {inside.mean():.0%} of what the wide shows"
    gain = _gain(wide.pixels, frame.pixels, wide.size, from_wide)
    aligned = weighed(wide.pixels, AlignedFrame(frame.pixels, wide.size, from_wide, shift, gain), inside)
    if aligned.same.sum() < _LEAST_SAME * 255 * inside.sum():
        return "too much moved between the two"
    sharp = _sharpness(plain, grey, aligned.same > 127)
    if sharp < _SHARP:
        return f"it is blurred: {sharp:.0%} of the wide's fine structure"
    return aligned


def _is_copy(wide: Photo, frame: Photo) -> bool:
    if wide.size != frame.size:
        return False
    return float(np.abs(_luma(wide.pixels) - _luma(frame.pixels)).mean()) < _COPY


def _luma(pixels: Pixels) -> Float:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _grey_at(pixels: Pixels, size: Size, from_wide: NDArray[np.float64], shift: Float | None) -> Float:
    """The frame's luma on the wide's grid."""
    out = np.empty((size.height, size.width), np.float32)
    for top in range(0, size.height, BAND_ROWS):
        bottom = min(top + BAND_ROWS, size.height)
        places = paths(size, top, bottom, from_wide, shift)
        out[top:bottom] = luma(sampled(pixels, *places, cv2.INTER_CUBIC))
    return out


def _shift(
    found: Registration, size: Size, pixels: Pixels, grey: Float, plain: Float, from_wide: NDArray[np.float64]
) -> Float | None:
    """The displacement where it makes the frame clearly more like the wide; None where it nowhere does."""
    cells = (-(-size.width // CELL_PX), -(-size.height // CELL_PX))
    full = np.zeros((cells[1], cells[0], 2), np.float32)
    window = found.window
    x, y = window.x // CELL_PX, window.y // CELL_PX
    right, bottom = -(-window.right // CELL_PX), -(-window.bottom // CELL_PX)
    full[y:bottom, x:right] = (
        cv2.resize(found.flow, (right - x, bottom - y), interpolation=cv2.INTER_AREA) / 2
    )

    def away(other: Float) -> Float:
        band = cv2.GaussianBlur(other - grey, (0, 0), 1.0)
        return np.asarray(cv2.resize(band * band, cells, interpolation=cv2.INTER_AREA), np.float32)

    moved = _grey_at(pixels, size, from_wide, full)
    energies = [cv2.GaussianBlur(away(other), (0, 0), _AROUND_CELLS) for other in (plain, moved)]
    ratio = energies[0] / (energies[1] + np.float32(1e-6))
    share: NDArray[Any] = np.clip((ratio - _CLEARLY[0]) / (_CLEARLY[1] - _CLEARLY[0]), 0, 1)
    if share.max() == 0:
        return None
    smooth = cv2.GaussianBlur(share.astype(np.float32), (0, 0), 1.0)
    return np.asarray(full * smooth[..., None], np.float32)


def _gain(wide: Pixels, frame: Pixels, size: Size, from_wide: NDArray[np.float64]) -> Float:
    """What brings the frame's exposure to the wide's, (3,): the median over blocks that neither clips."""
    step = max(8, size.height // 64)
    ratios = []
    for top in range(0, size.height - 8, step):
        own: Float = np.asarray(wide[top : top + 8] / np.float32(np.iinfo(wide.dtype).max), np.float32)
        places = paths(size, top, top + 8, from_wide, None)
        other = sampled(frame, *places, cv2.INTER_LINEAR)
        blocks = [_blocks(part) for part in (own, other)]
        fit = ((blocks[0] > 0.03) & (blocks[0] < 0.9) & (blocks[1] > 0.03) & (blocks[1] < 0.9)).all(1)
        ratios.append(blocks[0][fit] / blocks[1][fit])
    every: NDArray[Any] = np.concatenate(ratios) if ratios else np.empty((0, 3), np.float32)
    return np.asarray(np.median(every, 0), np.float32) if len(every) > 16 else np.ones(3, np.float32)


def _blocks(rows: Float) -> Float:
    """Means of 8×8 px of eight rows: (8, W, 3) -> (W/8, 3)."""
    count = rows.shape[1] // 8
    return np.asarray(rows[:, : 8 * count].reshape(8, count, 8, 3).mean((0, 2)), np.float32)


def _sharpness(frame: Float, wide: Float, where: NDArray[np.bool_]) -> float:
    """Amplitude of the frame's fine structure against the wide's, where both show the same.

    With structure S in the wide, k·S in the frame and noise n² in both: the wide's energy is S² + n², the frame's
    k²·S² + n², what they share k·S². So the energies' difference over what is shared, (1 - k²) / k, tells k whatever
    the noise.
    """
    if not where.any():
        return 0.0
    bands = [cv2.GaussianBlur(p, (0, 0), 0.8) - cv2.GaussianBlur(p, (0, 0), 1.8) for p in (frame, wide)]
    if not _textured(bands[1], where):
        return 1.0
    shared = max(float((bands[0] * bands[1])[where].mean()), 1e-9)
    lost = float((bands[1] ** 2 - bands[0] ** 2)[where].mean()) / shared
    return float(np.sqrt(lost * lost + 4) - lost) / 2


def _textured(band: Float, where: NDArray[np.bool_]) -> bool:
    return float((band[where] ** 2).mean()) > (1.5 / 255) ** 2
