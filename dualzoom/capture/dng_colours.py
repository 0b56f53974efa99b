"""The colours of a DNG that is written: which channels its pixels have, and the tags that say so.

Source: DNG specification 1.7, chapter 6; Lindbloom, "Chromatic Adaptation" (Bradford's matrix); ICC.1:2022, annex E.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import camera, linear_light, profiles
from dualzoom.capture.camera import Camera
from dualzoom.capture.photo import Photo

_D65 = 21.0  # the illuminant's number in EXIF
_WHITE_D50, _WHITE_D65 = (0.9642, 1.0, 0.8249), (0.95047, 1.0, 1.08883)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_LARGEST = 2000.0  # of a rational with our denominator


@dataclass(frozen=True, kw_only=True)
class OutputColours:
    """Channels and tags of a DNG.

    `from_linear` (3, 3): from the photo's linear light to the file's channels; None: they are the same. `neutral`:
    what white is in the file's channels. `rendered`: the picture is no raw one.
    """

    from_linear: NDArray[np.float64] | None
    neutral: tuple[float, ...]
    tags: tuple[tuple[int, tuple[float, ...]], ...]
    rendered: bool


def for_output(linear: Photo, raw: Camera | None) -> OutputColours:
    """Return the colours for a photo in linear light: those of its camera if it was raw, else its profile's own.

    Raises:
        CaptureError: the profile is damaged.
    """
    if raw is not None and all(abs(value) < _LARGEST for _, values in raw.tags for value in values):
        developed = np.array(raw.to_srgb).reshape(3, 3)
        back = np.array(raw.neutral)[:, np.newaxis] * np.linalg.inv(developed)
        return OutputColours(from_linear=back, neutral=raw.neutral, tags=raw.tags, rendered=False)
    primaries = linear_light.primaries(linear.metadata.icc or profiles.srgb(), linear.name)
    primaries = primaries * (np.array(_WHITE_D50) / primaries.sum(axis=1))[:, np.newaxis]  # white exactly
    seen = np.linalg.inv(_adapted() @ primaries)
    tags = (
        (camera.COLOUR_MATRICES[0], tuple(seen.ravel().tolist())),
        (camera.ILLUMINANTS[0], (_D65,)),
        (camera.FORWARD_MATRICES[0], tuple(primaries.ravel().tolist())),
        (camera.BASELINE_EXPOSURE, (0.0,)),
    )
    return OutputColours(from_linear=None, neutral=(1.0, 1.0, 1.0), tags=tuple(sorted(tags)), rendered=True)


def _adapted() -> NDArray[np.float64]:
    """Return Bradford's matrix from XYZ under D50 to XYZ under D65."""
    ratio = (_BRADFORD @ _WHITE_D65) / (_BRADFORD @ _WHITE_D50)
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(ratio) @ _BRADFORD)
