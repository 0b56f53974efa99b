"""What training minimises: reconstruction (Eq. 5), fidelity to the reference (Eq. 6), the wide's tones (Eq. 7).

`correspondence_loss` supervises the matching (Eq. 1) where the truth is known, in simulated captures.

Pictures are B 3 H W in [0, 1]; smaller losses are better. Distances between places are taken on RGB patches, so that no
pretrained network is needed.
"""

from dualzoom.training.losses.correspondence import correspondence_loss
from dualzoom.training.losses.reconstruction import low_band_difference, reconstruction

__all__ = ["correspondence_loss", "low_band_difference", "reconstruction"]
