"""Aligns a frame of a burst with the wide, and says at each place how far it shows the same.

Frames of one lens differ by the hand's shake: a homography, found to a few hundredths of a pixel. Only where near
things move against it does the dense displacement of `registration` come in; elsewhere its noise would do harm.

Whether a frame shows the same is asked of low bands (σ 1.6 px), against the difference that noise makes at that
brightness: a quarter of it by chance, movers by much more. So nothing that moved leaves a ghost.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.registration import Registration, register
from dualzoom.resampling import luma
from dualzoom.settings import RegistrationSettings

Float = NDArray[np.float32]

#: Frame px per wide px: a video's frame beside a photo has half of that and adds nothing.
_SAME_LENS = (0.8, 1.25)
_SEARCH = RegistrationSettings(min_ratio=0.4, max_ratio=2.5)
_LEAST_SHARED = 0.3  # of the wide's frame
_LEAST_SAME = 0.25  # mean where both see the scene
_SHARP = 0.6  # energy of fine structure against the wide's, below which a frame is motion-blurred
_COPY = 0.5 / 255  # two exposures from a tripod differ by more, by their noise alone
_SIGMA_PX = 1.6
_BAND_ROWS, _HALO = 256, 12
_FLOOR = 0.004  # encoded; what JPEG alone makes of a low band
_BINS, _ENOUGH_ALIKE = 8, 200
_FINE_PX = 7  # side of the window in which fine differences are judged
_NOISE_QUANTILE, _LEAST_NOISE = 0.7, 0.3 / 255  # half the quantile costs 0.1 dB by day, 0.15 at dusk
_CELL = 16  # wide px per cell of the displacement kept
_AROUND_CELLS = 3  # σ over which the choice between homography and displacement is made
_CLEARLY = (
    1.15,
    1.45,
)  # ratio of squared differences at which the displacement begins to count, and does wholly
_EDGE_PX = 3.0  # of the frame's own border over which its weight falls to 0


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


def _unknown() -> NDArray[np.uint8]:
    return np.zeros((0, 0), np.uint8)


@dataclass(frozen=True)
class AlignedFrame:
    """`pixels` of the frame, and how the wide's pixels lead there.

    `from_wide`: (3, 3) homography, wide px → frame px. `shift`: (h, w, 2) float32 on cells of 16 px, added to the
    wide's coordinates first; None: nothing moved against the homography. `gain`: (3,) to the wide's exposure.
    `same`: how far it shows what the wide shows; `weight`: times how precisely; (H, W) uint8 on the wide's grid.
    """

    pixels: Pixels
    size: Size
    from_wide: NDArray[np.float64]
    shift: Float | None
    gain: Float
    same: NDArray[np.uint8] = field(default_factory=_unknown)
    weight: NDArray[np.uint8] = field(default_factory=_unknown)

    def sample(self, top: int, bottom: int, how: int) -> Float:
        """Rows of the wide's grid, in the wide's exposure: (rows, W, 3) float32. `how`: OpenCV's interpolation."""
        x, y = _paths(self.size, top, bottom, self.from_wide, self.shift)
        return _at(self.pixels, x, y, how) * self.gain

    def places(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Float, Float]:
        """Where places of the wide (px, fractions too, two arrays of one shape) lie in the frame: x and y."""
        return _there(x, y, self.from_wide, self.shift)


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
    inside = _inside(wide.size, from_wide, frame.size)
    if inside.mean() < _LEAST_SHARED:
        return f"it shows only {inside.mean():.0%} of what the wide shows"
    gain = _gain(wide.pixels, frame.pixels, wide.size, from_wide)
    aligned = weighed(wide.pixels, AlignedFrame(frame.pixels, wide.size, from_wide, shift, gain))
    if aligned.same.sum() < _LEAST_SAME * 255 * inside.sum():
        return "too much moved between the two"
    sharp = _sharpness(plain, grey, aligned.same > 127)
    if sharp < _SHARP:
        return f"it is blurred: {sharp:.0%} of the wide's fine structure"
    return aligned


def weighed(wide: Pixels, frame: AlignedFrame) -> AlignedFrame:
    """The frame with its weights: at each place, how far it shows what the wide shows, and how precisely."""
    same, precision = _compared(wide, frame)
    same *= _inside(frame.size, frame.from_wide, Size.of(frame.pixels))
    return replace(frame, same=_coded(same), weight=_coded(same * precision))


def _coded(share: Float) -> NDArray[np.uint8]:
    return np.rint(share * 255).astype(np.uint8)


def _is_copy(wide: Photo, frame: Photo) -> bool:
    if wide.size != frame.size:
        return False
    return float(np.abs(_luma(wide.pixels) - _luma(frame.pixels)).mean()) < _COPY


def _paths(
    size: Size, top: int, bottom: int, from_wide: NDArray[np.float64], shift: Float | None
) -> tuple[Float, Float]:
    """Where the wide's pixels lie in the frame: x and y, (rows, W)."""
    x, y = (axis.astype(np.float64) for axis in np.meshgrid(np.arange(size.width), np.arange(top, bottom)))
    return _there(x, y, from_wide, shift)


def _there(
    x: NDArray[np.float64], y: NDArray[np.float64], from_wide: NDArray[np.float64], shift: Float | None
) -> tuple[Float, Float]:
    """Where places of the wide (px, two arrays of one shape) lie in the frame."""
    if shift is not None:
        at_x, at_y = ((axis + 0.5) / _CELL - 0.5 for axis in (x, y))
        moved = cv2.remap(
            shift,
            at_x.astype(np.float32),
            at_y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        x, y = x + moved[..., 0], y + moved[..., 1]
    m = from_wide
    w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    at_x, at_y = ((m[row, 0] * x + m[row, 1] * y + m[row, 2]) / w for row in (0, 1))
    return at_x.astype(np.float32), at_y.astype(np.float32)


def _at(pixels: NDArray[Any], x: Float, y: Float, how: int) -> Float:
    """Samples pixels, as 0..1; only the part around them is handed to OpenCV, whose coordinates are 16 bits."""
    height, width = pixels.shape[:2]
    left, right = (int(np.clip(edge, 0, width - 1)) for edge in (x.min() - 8, x.max() + 9))
    top, bottom = (int(np.clip(edge, 0, height - 1)) for edge in (y.min() - 8, y.max() + 9))
    part = pixels[top : bottom + 1, left : right + 1].astype(np.float32)
    peak = np.float32(np.iinfo(pixels.dtype).max)
    sampled = cv2.remap(part, x - left, y - top, how, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(sampled, np.float32) / peak


def _luma(pixels: Pixels) -> Float:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32) / np.float32(np.iinfo(pixels.dtype).max)


def _grey_at(pixels: Pixels, size: Size, from_wide: NDArray[np.float64], shift: Float | None) -> Float:
    """The frame's luma on the wide's grid."""
    out = np.empty((size.height, size.width), np.float32)
    for top in range(0, size.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, size.height)
        paths = _paths(size, top, bottom, from_wide, shift)
        out[top:bottom] = luma(_at(pixels, *paths, cv2.INTER_CUBIC))
    return out


def _inside(size: Size, from_wide: NDArray[np.float64], frame: Size) -> Float:
    """1 where the wide's pixels lie in the frame, falling to 0 along its border: (H, W)."""
    out = np.empty((size.height, size.width), np.float32)
    for top in range(0, size.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, size.height)
        x, y = _paths(size, top, bottom, from_wide, None)
        edge = np.minimum(np.minimum(x, frame.width - 1 - x), np.minimum(y, frame.height - 1 - y))
        out[top:bottom] = np.clip((edge + 0.5) / _EDGE_PX, 0, 1)
    return out


def _shift(
    found: Registration, size: Size, pixels: Pixels, grey: Float, plain: Float, from_wide: NDArray[np.float64]
) -> Float | None:
    """The displacement where it makes the frame clearly more like the wide; None where it nowhere does."""
    cells = (-(-size.width // _CELL), -(-size.height // _CELL))
    full = np.zeros((cells[1], cells[0], 2), np.float32)
    window = found.window
    x, y = window.x // _CELL, window.y // _CELL
    right, bottom = -(-window.right // _CELL), -(-window.bottom // _CELL)
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
        paths = _paths(size, top, top + 8, from_wide, None)
        other = _at(frame, *paths, cv2.INTER_LINEAR)
        blocks = [_blocks(part) for part in (own, other)]
        fit = ((blocks[0] > 0.03) & (blocks[0] < 0.9) & (blocks[1] > 0.03) & (blocks[1] < 0.9)).all(1)
        ratios.append(blocks[0][fit] / blocks[1][fit])
    every: NDArray[Any] = np.concatenate(ratios) if ratios else np.empty((0, 3), np.float32)
    return np.asarray(np.median(every, 0), np.float32) if len(every) > 16 else np.ones(3, np.float32)


def _blocks(rows: Float) -> Float:
    """Means of 8×8 px of eight rows: (8, W, 3) -> (W/8, 3)."""
    count = rows.shape[1] // 8
    return np.asarray(rows[:, : 8 * count].reshape(8, count, 8, 3).mean((0, 2)), np.float32)


def _compared(wide: Pixels, frame: AlignedFrame) -> tuple[Float, Float]:
    """How far the frame shows the same as the wide, and how precisely: (H, W) each, 0..1."""
    size, peak = frame.size, np.float32(np.iinfo(wide.dtype).max)
    off, level, fine = (np.empty((size.height, size.width), np.float32) for _ in range(3))
    for top in range(0, size.height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, size.height)
        first, last = max(0, top - _HALO), min(size.height, bottom + _HALO)
        own: Float = np.asarray(wide[first:last] / peak, np.float32)
        other = frame.sample(first, last, cv2.INTER_LANCZOS4)
        difference = luma(np.ascontiguousarray(own - other))
        rows = slice(top - first, bottom - first)
        fine[top:bottom] = cv2.blur(difference * difference, (_FINE_PX, _FINE_PX))[rows]
        low, low_other = (cv2.GaussianBlur(part, (0, 0), _SIGMA_PX) for part in (own, other))
        away = np.sqrt(((low - low_other) ** 2).mean(2))
        slack = cv2.dilate(low, np.ones((3, 3))) - cv2.erode(low, np.ones((3, 3)))  # about a pixel's shift
        away = np.maximum(away - np.float32(0.15) * slack.mean(2), 0)
        off[top:bottom], level[top:bottom] = away[rows], low[rows].mean(2)
    usual = np.maximum(_by_level(off, level, 0.5) * np.float32(1.4826), _FLOOR)
    weight = cv2.erode(
        np.exp(-((np.maximum(off - 2 * usual, 0) / (2 * usual)) ** 2)), np.ones((5, 5), np.uint8)
    )
    same = np.asarray(cv2.GaussianBlur(weight, (0, 0), 2.0), np.float32)
    return same, _precision(fine, level)


def _precision(fine: Float, level: Float) -> Float:
    """The inverse of the frame's variance in that of the wide's own noise σ²: (H, W), 0..1.

    Squared differences of the two are 2σ² where nothing but noise differs, and more by b² where the frame is misplaced
    or samples fine structure elsewhere. The best mean of both weighs the frame σ² / (σ² + b²). So the sharp, clean
    frames of a video hardly count, and those of a phone at dusk do.
    """
    noise = np.maximum(_by_level(fine, level, _NOISE_QUANTILE) / 2, _LEAST_NOISE**2)
    return np.asarray(np.clip(noise / np.maximum(fine - noise, noise), 0, 1), np.float32)


def _by_level(values: Float, level: Float, quantile: float) -> Float:
    """A quantile of the values of pixels alike in brightness, at each pixel: (H, W). What moves has no say in it."""
    some, of = values[::3, ::3], (level[::3, ::3] * _BINS).astype(int).clip(0, _BINS - 1)
    overall = float(np.quantile(some, quantile))
    curve = []
    for number in range(_BINS):
        alike = some[of == number]
        value = overall if alike.size < _ENOUGH_ALIKE else float(np.quantile(alike, quantile))
        curve.append(value)
    middles = (np.arange(_BINS) + 0.5) / _BINS
    return np.asarray(np.interp(level, middles, curve), np.float32)


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
