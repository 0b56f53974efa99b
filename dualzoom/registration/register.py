"""The story of registration: prior → locate → (guided second pass) → verify → parallax."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.registration.align import Alignment, refine
from dualzoom.registration.gray import luma
from dualzoom.registration.locate import attempts
from dualzoom.registration.parallax import parallax
from dualzoom.registration.plane import bounding, scales
from dualzoom.registration.prior import Prior, expect
from dualzoom.registration.types import Registration
from dualzoom.registration.verify import Verdict, verify
from dualzoom.registration.view import Pair
from dualzoom.settings import RegistrationSettings


def register(wide: Photo, tele: Photo, settings: RegistrationSettings | None = None) -> Registration:
    """Where the tele lies in the wide.

    Raises RegistrationError with the best reason found when the photos do not show the same scene so.
    """
    settings = settings or RegistrationSettings()
    clock = Clock()
    with clock("grey"):
        pair = Pair(luma(wide.pixels), luma(tele.pixels))
    prior = expect(wide, tele, settings)
    with clock("locate"):
        alignment, method = _locate(pair, prior, settings, tele)
    with clock("parallax"):
        outline = pair.outline(alignment.homography)
        view = pair.view(alignment.homography)
        found = parallax(view.wide, view.tele, view.inside)
    return _assemble(pair, prior, alignment, method, found, view, outline, clock)


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


def _locate(pair, prior, settings, tele):
    reasons = []
    for candidate in attempts(pair.wide, pair.tele, prior, settings):
        if len(pair.outline(candidate.homography)) < 3:
            continue
        from dualzoom.registration.verify import implausible

        if implausible(candidate.homography, Size.of(pair.tele), Size.of(pair.wide), settings):
            continue
        alignment = refine(pair, candidate.homography)
        if alignment is None:
            continue
        verdict = verify(pair, alignment, settings)
        if not verdict.reason:
            return alignment, candidate.method
        reasons.append(verdict)
    best = max(reasons, key=lambda v: v.inliers).reason if reasons else "no common points were found"
    raise RegistrationError(
        tele.name,
        f"it does not match the wide: {best}",
        "check that both photos show the same scene, or zoom without the tele",
    )


def _assemble(pair, prior, alignment, method, found, view, outline, clock):
    H = alignment.homography
    ts, ws = Size.of(pair.tele), Size.of(pair.wide)
    centre = np.array([[(ts.width - 1) / 2, (ts.height - 1) / 2]])
    ratio = 1 / float(np.sqrt(np.prod(scales(H, centre)[0])))
    size = Size(max(2, view.wide.shape[1] // 2), max(2, view.wide.shape[0] // 2))
    step = float(view.to_wide[0, 0])
    flow = cv2.resize(found.flow, (size.width, size.height), interpolation=cv2.INTER_AREA) * np.float32(
        2 * step
    )
    confidence = cv2.resize(found.confidence, (size.width, size.height), interpolation=cv2.INTER_AREA)
    lengths = np.linalg.norm(flow, axis=2)[confidence > 0.5] / 2
    median, p95 = np.percentile(lengths, (50, 95)) if lengths.size else (0.0, 0.0)
    return Registration(
        homography=H,
        inliers=len(alignment.tele_points),
        matches=alignment.followed,
        method=method,
        ratio=ratio,
        overlap=outline,
        window=view.window,
        wide_size=ws,
        tele_size=ts,
        flow=flow,
        confidence=confidence,
        parallax_px=(float(median), float(p95)),
        seconds=clock.seconds,
    )
