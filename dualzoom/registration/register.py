"""Registers a pair: prior → locate → guided second pass → verify → parallax."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError, SwappedError
from dualzoom.geometry import Size
from dualzoom.registration.align import Alignment, refine_homography
from dualzoom.registration.common_grid import FLOW_AREA, CommonGrid, GreyPair
from dualzoom.registration.gray import luma, noise_level
from dualzoom.registration.locate import Candidate, attempts
from dualzoom.registration.parallax import parallax
from dualzoom.registration.plane import density
from dualzoom.registration.plausible import implausible
from dualzoom.registration.prior import Prior, expect
from dualzoom.registration.swapped import swapped_ratio
from dualzoom.registration.types import Matrix, Registration
from dualzoom.registration.verify import LEAST_POINTS, verify
from dualzoom.settings import RegistrationSettings
from dualzoom.stopwatch import Stopwatch

_LITTLE_CONFIDENCE = 0.4  # mean confidence below which the user should know; good pairs have 0.65 to 0.95
#: Noise, grey levels of the stretched luma, that may hide a match. 85 sharp photographs have 0 to 7; a tele by night
#: with noise of σ 25 has 45, and registers where there is contrast enough: this explains a refusal and causes none.
_NOISY = 12.0
_NOISY_STEP = "take both in more light or with a longer exposure, or zoom without the tele"
_NEXT_STEP = "check that both photos show the same scene, or zoom without the tele"


def register(
    wide: Photo, tele: Photo, settings: RegistrationSettings | None = None, start: Matrix | None = None
) -> Registration:
    """Finds where the tele lies in the wide. `start`: a homography (tele px → wide px) to try instead of searching.

    Raises RegistrationError, with the reason, when the photos cannot be shown to belong together.
    """
    settings = settings or RegistrationSettings()
    clock = Stopwatch()
    with clock("grey"):
        pair = GreyPair(luma(wide.pixels), luma(tele.pixels))
    prior = expect(wide, tele, settings)
    candidates = attempts(pair.wide, pair.tele, prior, settings) if start is None else _known(start)
    alignment, method = _locate(pair, prior, settings, clock, tele.name, candidates)
    found = complete(pair, alignment, method, clock)
    return replace(found, notes=_notes(prior, found.ratio, found.confidence))


def complete(pair: GreyPair, alignment: Alignment, method: str, clock: Stopwatch) -> Registration:
    """The registration of a homography that stands: finds the parallax. `clock` times the stage "parallax"."""
    with clock("parallax"):
        grid = pair.on_common_grid(alignment.homography, FLOW_AREA)
        flow, confidence = _displacement(grid)
    return Registration(
        homography=alignment.homography,
        inliers=len(alignment.tele_points),
        matches=alignment.followed,
        method=method,
        ratio=1 / density(alignment.homography, Size.of(pair.tele)),
        overlap=pair.outline(alignment.homography),
        window=grid.window,
        wide_size=Size.of(pair.wide),
        tele_size=Size.of(pair.tele),
        flow=flow,
        confidence=confidence,
        parallax_px=_parallax_px(flow, confidence),
        seconds=clock.seconds,
    )


def _known(start: Matrix) -> Iterator[Candidate]:
    """The only candidate there is, found through another lens."""
    yield Candidate(start, 0, 0, "chain")


def _locate(
    pair: GreyPair,
    prior: Prior,
    settings: RegistrationSettings,
    clock: Stopwatch,
    name: str,
    candidates: Iterator[Candidate],
) -> tuple[Alignment, str]:
    """Returns the first candidate that stands, refined; raises with the reason of the one that came nearest."""
    refused: list[tuple[int, str]] = []
    while True:
        with clock("locate"):
            candidate = next(candidates, None)
        if candidate is None:
            break
        reason = implausible(candidate.homography, Size.of(pair.tele), Size.of(pair.wide), settings)
        if reason:
            refused.append((candidate.inliers, reason))
            continue
        with clock("refine"):
            alignment = refine_homography(pair, candidate.homography, settings)
        if alignment is None:
            continue
        with clock("verify"):
            verdict = verify(pair, alignment, settings.least_agreeing)
        if not verdict.reason:
            return alignment, candidate.method
        refused.append((verdict.inliers, verdict.reason))
    inliers, reason = max(refused, default=(0, ""))
    with clock("locate"):
        swapped = swapped_ratio(pair, prior, settings)
    if swapped is not None:
        reason = f"the first photo is the tele: it shows a part of this one, {swapped:.1f} times as large"
        raise SwappedError(name, reason, "give the wide photo first")
    if inliers < LEAST_POINTS:
        reason = "too few points are found in both"
    if (noisy := _noisy(pair)) is not None:
        raise RegistrationError(name, f"it does not match the wide photo: {noisy} ({reason})", _NOISY_STEP)
    raise RegistrationError(name, f"it does not match the wide photo: {reason}", _next_step(prior))


def _noisy(pair: GreyPair) -> str | None:
    """What to say where noise alone may be why nothing was found; None where both photos are clean."""
    which = [grey for grey in (pair.tele, pair.wide) if noise_level(grey) > _NOISY]
    if not which:
        return None
    whose = (
        "both photos are" if len(which) == 2 else "it is" if which[0] is pair.tele else "the wide photo is"
    )
    return f"{whose} too noisy for the little contrast there is"


def _next_step(prior: Prior) -> str:
    """What to try after a refusal; the files' focal lengths are a hint here, too."""
    if not prior.swapped or prior.focal_35mm is None:
        return _NEXT_STEP
    first, second = prior.focal_35mm
    return f"{_NEXT_STEP}; the files call the first photo the tele ({first:g} mm against {second:g} mm)"


def _displacement(grid: CommonGrid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Estimates flow in 2×-grid px and its confidence, on the reduced grid."""
    found = parallax(grid.wide, grid.tele, grid.inside)
    return found.flow * np.float32(2 * grid.to_wide[0, 0]), found.confidence


def _parallax_px(flow: NDArray[np.float32], confidence: NDArray[np.float32]) -> tuple[float, float]:
    """Median and 95th percentile of the displacements that can be believed, wide px."""
    lengths = np.linalg.norm(flow[confidence > 0.5], axis=1) / 2
    if not lengths.size:
        return 0.0, 0.0
    median, high = np.percentile(lengths, (50, 95))
    return float(median), float(high)


def _notes(prior: Prior, ratio: float, confidence: NDArray[np.float32]) -> tuple[str, ...]:
    notes = [note] if (note := prior.note(ratio)) is not None else []
    believed = float(confidence.mean())
    if believed < _LITTLE_CONFIDENCE:
        notes.append(f"the tele can be believed in only {believed:.0%} of the area it covers")
    return tuple(notes)
