"""The aligned tele as the network's reference: built once from two photos, then read tile by tile.

build          register → warp → fit colours: the one way from two photos to an `AlignedTele`
aligned_tele   what the tele shows of any region of the 2× grid, and its validity there, a product of
                 registration's confidence × agreement × exposure × outline's feather
noise_levels   how noisy a photo is at each brightness; `denoise` takes it out of a tele
contribution   the map of what was let through
worth          how much the tele holds that the wide cannot (edge_spectra, at places)
"""

from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.build import build
from dualzoom.reference.contribution import Contribution

__all__ = ["AlignedTele", "Contribution", "build"]
