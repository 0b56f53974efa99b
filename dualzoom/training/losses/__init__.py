"""What training minimises: reconstruction (Eq. 5), fidelity to the reference (Eq. 6), adaptation (Eq. 7).

`correspondence_loss` supervises the matching (Eq. 1) where the truth is known, in simulated captures.

Pictures are B 3 H W in [0, 1]; every loss is a scalar, smaller is better. Distances between places are
taken on RGB patches, so that no pretrained network is needed. `contextual` is the practical form in which
the release computes the second term of Eq. 5 and Eq. 6, on features of one's choice.
"""

from dualzoom.training.losses.adaptation import adaptation, reduced_difference
from dualzoom.training.losses.contextual import contextual
from dualzoom.training.losses.correspondence import correspondence_loss
from dualzoom.training.losses.fidelity import fidelity
from dualzoom.training.losses.reconstruction import low_band_difference, reconstruction

__all__ = [
    "adaptation",
    "contextual",
    "correspondence_loss",
    "fidelity",
    "low_band_difference",
    "reconstruction",
    "reduced_difference",
]
