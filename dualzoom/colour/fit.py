"""Fits the map from the tele's colours to the wide's, and refuses one that no two cameras would need."""

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import Curve, decode
from dualzoom.colour.grid import shape_for
from dualzoom.colour.samples import Samples, collect
from dualzoom.colour.solve import Solution, solve
from dualzoom.colour.transform import ColourMap
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.settings import ColourSettings

#: Fewer cells than this cannot tell a map from chance.
MIN_CELLS = 40
#: More than this left over (encoded) where the photos agree best, and they show different things.
MAX_ERROR = 0.08
#: Less agreement than this is an accident: even a tele hidden by half keeps more.
MIN_USED = 0.25

#: Noise of colour (encoded) in what is fitted that mixes channels. Clean pairs leave 0.001 to 0.007, night 0.02, a tele
#: with noise of σ 25 0.034.
NOISY_CHROMA = 0.025

#: Spread of M's other entries for a map that hardly mixes channels, relative to the gain.
HARDLY_MIXING = 0.02
#: A map leaves nearly the same over as another below this ratio. Exchanged channels leave at least three times as much.
NEARLY = 1.5

_NEXT_STEP = "check that both photos show the same scene in the same light"


def fit(
    wide_low: NDArray[np.float32],
    tele_low: NDArray[np.float32],
    weight: NDArray[np.float32],
    settings: ColourSettings = ColourSettings(),  # noqa: B008  frozen
) -> ColourMap:
    """Fits the map that gives the tele the wide's colours.

    `wide_low`, `tele_low`: (h, w, 3) float32, encoded 0..1, the same window of both photos, some hundred
    pixels a side. `weight`: (h, w) 0..1, how sure it is that both show the same thing. Raises
    RegistrationError where too little can be compared or the map is wild.
    """
    if wide_low.shape != tele_low.shape or weight.shape != wide_low.shape[:2]:
        raise ValueError(f"shapes differ: {wide_low.shape}, {tele_low.shape}, {weight.shape}")
    samples = collect(wide_low, tele_low, weight)
    if samples.area.size < MIN_CELLS:
        reason = "hardly any place is well exposed in both photos, so their colours cannot be compared"
        raise RegistrationError(
            "tele", reason, "take both at the same exposure, without blown or black areas"
        )
    shape = shape_for(Size.of(wide_low), settings.gain_cells)
    colour_map = _verified(solve(samples, shape), samples, settings)
    if not _is_wild(colour_map):
        return colour_map
    # Noise, too, makes a fit mix channels: it averages them. A map that hardly mixes is then nearly as good.
    plain = _verified(solve(samples, shape, mixing_sd=HARDLY_MIXING), samples, settings)
    nearly = plain.error < NEARLY * colour_map.error and plain.used > colour_map.used / NEARLY
    if _is_wild(plain) or not nearly:
        _raise_wild(wide_low, tele_low)
    return plain


def _verified(solution: Solution, samples: Samples, settings: ColourSettings) -> ColourMap:
    """Builds the map; raises where it explains too little or the exposures differ too much."""
    found = solution.parameters
    error = (
        float(np.median(solution.residual[solution.confidence > 0.25]))
        if (solution.confidence > 0.25).any()
        else np.inf
    )
    used = float((samples.area * (solution.confidence > 0.25)).sum() / samples.area.sum())
    if not (np.isfinite(found.vector()).all() and np.isfinite(solution.log_gain).all()):
        raise RegistrationError("tele", "no colour map fits both photos", _NEXT_STEP)
    if error > MAX_ERROR or used < MIN_USED:
        reason = f"its colours disagree with the wide's (only {used:.0%} of the overlap fits one map)"
        raise RegistrationError("tele", reason, _NEXT_STEP)
    colour_map = ColourMap(
        curves_in=found.curves_in,
        offset=found.offset,
        matrix=found.matrix,
        curves_out=found.curves_out,
        log_gain=solution.log_gain,
        error=error,
        used=used,
    )
    exposure_ev = _exposure_ev(samples)
    if abs(exposure_ev) > settings.max_gain_ev:
        reason = f"it is exposed {exposure_ev:+.1f} EV beside the wide, more than {settings.max_gain_ev:g} EV"
        raise RegistrationError("tele", reason, "take both at about the same exposure")
    return colour_map


def _raise_wild(wide: NDArray[np.float32], tele: NDArray[np.float32]) -> NoReturn:
    """Refuses, and tells noise from colours that are not the wide's.

    Noise makes a tele's channels look alike: a fit mixes them to average it, and what it then finds proves nothing.
    """
    noisier, name = max((_chroma_noise(tele), "its"), (_chroma_noise(wide), "the wide's"))
    if noisier < NOISY_CHROMA:
        raise RegistrationError("tele", "its colours could only be forced onto the wide's", _NEXT_STEP)
    reason = f"{name} colours are too noisy to be compared"
    raise RegistrationError("tele", reason, "take both in more light, or zoom without the tele")


def _chroma_noise(picture: NDArray[np.float32]) -> float:
    """Estimates the standard deviation (encoded) of noise in the differences between a picture's channels (h, w, 3)."""
    chroma = picture[..., ::2] - picture[..., 1:2]
    second = np.diff(np.diff(chroma, n=2, axis=0), n=2, axis=1)
    return float(np.median(np.abs(second))) / (0.6745 * 6) if second.size else 0.0


def _exposure_ev(samples: Samples) -> float:
    """Returns how much brighter the tele is, in stops of mean light."""
    light = [np.average(decode(x).mean(axis=1), weights=samples.area) for x in (samples.tele, samples.wide)]
    return float(np.log2(max(light[0], 1e-6) / max(light[1], 1e-6)))


def _is_wild(colour_map: ColourMap) -> bool:
    """Tells whether grey would not stay ordered, a channel turns into another, or a curve is a cliff."""
    matrix = colour_map.matrix
    rows = matrix.sum(axis=1)
    if (np.diag(matrix) <= 0).any() or (rows <= 0).any():
        return True
    mixing = np.abs(matrix - np.diag(np.diag(matrix))).sum(axis=1) / np.diag(matrix)
    x = np.linspace(0.1, 0.9, 9)
    slopes = [Curve(c).slope(x) for c in (*colour_map.curves_in, *colour_map.curves_out)]
    return bool((mixing > 1.5).any() or np.max(slopes) > 6.0 or np.min(slopes) < 1 / 6)
