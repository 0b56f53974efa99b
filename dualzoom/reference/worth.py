"""Measures how much the tele shows that the wide cannot: a tele that only matches may be of no use.

Phones write enlarged crops of the main camera as "tele", messengers make teles small, hands shake. All of these
register perfectly. So the same edges are measured in both pictures (`edge_spectra`), and two questions asked of them:

- *steepness*: what contrast does the tele pass at and above the wide's limit, 0.25 cycles per pixel of the 2× grid,
  beyond what the wide, enlarged and sharpened as much, would show there? Blurred and enlarged pictures pass nothing.
- *independence*: a crop of the wide, however sharpened, has edges that deviate from the mean edge just as the wide's
  do, right through the limit. What another exposure saw deviates in its own way, the more so the finer.

`detail` is the first where the second does not speak against it. Noise is no detail: it is correlated with no edge. But
it moves the means of few edges, so a noisy tele must pass more than that could have made.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo, Pixels
from dualzoom.geometry import Region, Size
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.edge_spectra import Float, edge_spectra
from dualzoom.reference.places import places
from dualzoom.resampling import luma

#: Tele px per wide px up to which the tele's own sampling leaves no room for more detail. (5 % for what
#: registration may be off.)
FEWEST = 1.05
#: Excess contrast of a sharp tele at ratio 2, summed over the judged frequencies: median of simulated phones.
_SHARP = 0.75
#: Detail that is none, and enough to be used in full. Enlarged crops of the file and blurred teles (σ 2.5 px) show
#: 0.00; crops of a second exposure 0.00 to 0.02, once 0.05 (sharpened, up to 0.3 where noise hides what they are). The
#: least of simulated teles at ratio 2, a soft lens before fur, shows 0.07, and 0.058 at JPEG 30.
_NOTHING, _ENOUGH = 0.03, 0.06
#: Correlation of edges' deviations around the limit up to which another lens may have seen them, and from which it is
#: the wide itself. Simulated phones' teles reach 0.56, rendered and real ones 0.65; crops of the file begin at 0.74,
#: sharpened ones at 0.83.
_OTHER, _SAME = 0.65, 0.80
#: Sharpening of an enlarged crop may raise the contrast below the limit this many times.
_SHARPENED = 2.0
#: The tele's edges count with at least this share of the wide's height: a blurred tele's would vanish under the bar.
_HEIGHT = 0.6
#: Edges below which nothing is said against a tele.
_FEW = 24
#: Standard errors of a fully denoised tele's excess contrast that may be due to what noise is left.
_DOUBT = 1.5
#: Places in FREQUENCIES: the heights of edges; just below the limit; where teles show more; around the limit.
_HEIGHTS, _BELOW, _ABOVE, _AROUND = slice(0, 2), 2, slice(3, 7), slice(3, 6)

_SMALL = "it has hardly more pixels than the wide for the same view, and so holds no more detail"
_SOFT = "it holds no more detail than the wide: a digital crop, a small copy or a blurred shot"


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a tele is worth.

    `detail`: contrast above the wide's limit, 0 for an enlarged crop, about 1 for a sharp tele, more where the wide is
    soft. `share`: factor 0..1 for the tele's validity. `used`: whether anything of it should be. `reason`: why not, for
    the user; None where it is used.
    """

    detail: float
    used: bool
    share: float
    reason: str | None


def worth(wide: Pixels, reference: AlignedTele, window: Region, *, ratio: float | None = None) -> Worth:
    """Judges a registered tele.

    `wide`: (H, W, 3) integer pixels. `reference`: its tele on the 2× grid. `window`: of the wide, around the overlap.
    `ratio`: tele px per wide px, as registered, where it is to be judged too. The same arguments give the same answer.
    """
    measured = [_measured(wide, reference, place) for place in places(wide, window)]
    tele, own = (np.concatenate([pair[part] for pair in measured]) for part in (0, 1))
    detail = _detail(tele, own, _DOUBT * reference.denoised) if len(tele) >= _FEW else 1.0
    if ratio is not None and ratio <= FEWEST:
        return Worth(detail=detail, used=False, share=0.0, reason=_SMALL)
    share = _ramp(detail, _NOTHING, _ENOUGH)
    return Worth(detail=detail, used=share > 0, share=share, reason=None if share > 0 else _SOFT)


def explained(wide: Photo, tele: Photo) -> str | None:
    """Returns what the files say that explains a tele without detail, or None. A hint, never a verdict."""
    of_wide, of_tele = (photo.lens.digital_zoom or 1.0 for photo in (wide, tele))
    if of_tele / of_wide > 1.01:
        beside = f", the wide {of_wide:.3g} times" if of_wide > 1.01 else ""
        return f"its EXIF says that it was zoomed digitally, {of_tele:.3g} times{beside}"
    for lengths, unit in (
        ((wide.lens.focal_mm, tele.lens.focal_mm), "mm"),
        ((wide.lens.focal_35mm, tele.lens.focal_35mm), "mm as on 35 mm"),
    ):
        if lengths[0] and lengths[1]:
            same = abs(lengths[1] / lengths[0] - 1) < 0.01
            return f"its EXIF names the wide's own focal length, {lengths[1]:.3g} {unit}" if same else None
    return None


def _measured(wide: Pixels, reference: AlignedTele, place: Region) -> tuple[Float, Float]:
    """Edges' coefficients of one place of the wide, in tele and wide (see `edge_spectra`)."""
    rgb, validity = reference.tile(place.scale(2))
    around = place.pad(8).clip(Size.of(wide))  # further than Lanczos reaches
    own = luma(wide[around.slices] * np.float32(1 / np.iinfo(wide.dtype).max))
    size = around.size.scale(2)
    # Lanczos passes more above the limit than other enlargements do: no crop should show more than this.
    enlarged = cv2.resize(own, (size.width, size.height), interpolation=cv2.INTER_LANCZOS4)
    here = place.shift(-around.x, -around.y).scale(2).slices
    return edge_spectra(luma(rgb), np.ascontiguousarray(enlarged[here]), np.ascontiguousarray(validity))


def _detail(tele: Float, wide: Float, doubt: float) -> float:
    """`Worth.detail` from coefficients (n, len(FREQUENCIES)) of the same edges, less `doubt` standard errors."""
    heights = [part[:, _HEIGHTS].mean(1) for part in (tele, wide)]
    weights = np.clip(heights[1], 0, 2 * np.median(heights[1]))  # no single lamp may decide
    total = float((weights * heights[1]).sum())
    of_tele = max(float((weights * heights[0]).sum()), _HEIGHT * total)
    passed, own = (weights @ tele / of_tele, weights @ wide / max(total, 1e-9))
    sharpened = np.clip(passed[_BELOW] / max(own[_BELOW], 1e-3), 1, _SHARPENED)
    excess = float((passed - sharpened * own)[_ABOVE].sum())
    off_tele, off_wide = tele - np.outer(heights[0], passed), wide - np.outer(heights[1], own)
    scatter = weights * (off_tele / of_tele - sharpened * off_wide / max(total, 1e-9))[:, _ABOVE].sum(1)
    excess -= doubt * float(np.sqrt((scatter**2).sum()))
    return max(excess, 0.0) / _SHARP * (1 - _ramp(_correlation(off_tele, off_wide), _OTHER, _SAME))


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Of two sets of deviations (n, len(FREQUENCIES)): mean over the frequencies around the limit."""
    one, other = one[:, _AROUND], other[:, _AROUND]
    power = np.sqrt((one**2).sum(0) * (other**2).sum(0))
    return float(((one * other).sum(0) / np.maximum(power, 1e-12)).mean())


def _ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
