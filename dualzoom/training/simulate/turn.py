"""Shows a simulated sample in another of its eight orientations, displacements with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.training.simulate.burst import BurstSample
from dualzoom.training.simulate.sample import Sample

ORIENTATIONS = 8


def turned(sample: Sample, orientation: int) -> Sample:
    """Returns the sample mirrored (`orientation` 4..7) and turned by quarters against the clock; 0 is itself."""
    if orientation == 0:
        return sample
    shift = sample.shift
    if orientation >= 4:
        shift = shift * np.array([1, -1], np.float32)
    for _ in range(orientation % 4):  # a step to the right becomes one up, a step down one to the right
        shift = shift[..., ::-1] * np.array([-1, 1], np.float32)
    laid = Sample(
        lr=_laid(sample.lr, orientation),
        ref=_laid(sample.ref, orientation),
        validity=_laid(sample.validity, orientation),
        truth=_laid(sample.truth, orientation),
        degradation=sample.degradation,
        shift=_laid(shift, orientation),
    )
    if isinstance(sample, BurstSample):
        return BurstSample(**vars(laid), burst=_laid(sample.burst, orientation))
    return laid


def _laid(picture: NDArray[Any], orientation: int) -> NDArray[Any]:
    return np.rot90(picture[:, ::-1] if orientation >= 4 else picture, orientation % 4)
