"""What an estimator might tell of a camera: networks that are told the exact truth in training rely on it."""

import numpy as np
from numpy.typing import NDArray

#: Degradations in the mean, how much of a deviation from them is read off photos, and by how much that errs, as
#: measured of the pooled estimator on simulated wides.
_USUAL = np.array((0.65, 0.6, 0.45, 0.55, 0.35), np.float32)
_READ = np.array((0.65, 0.8, 0.6, 0.4, 0.75), np.float32)
_UNSURE = (0.18, 0.22, 0.17, 0.22, 0.08)


def estimated(degradation: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws an estimate of a native wide's degradation (K,): as much of it as can be read, the usual for the rest."""
    told = _USUAL + _READ * (degradation - _USUAL)
    return np.clip(rng.normal(told, _UNSURE), 0, 1.5).astype(np.float32)
