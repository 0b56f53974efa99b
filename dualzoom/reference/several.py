"""Several references as one: the network takes one tile and its validity, whoever saw the place.

Lenses lie over one another, the finest on top (Porter and Duff's *over*, 1984, with validity as coverage):

    V = 1 - Π (1 - vᵢ),      rgb = Σ vᵢ · Π_{j before i} (1 - vⱼ) · rgbᵢ / V

A validity falls softly to 0 where its lens ends, so the next lens comes in as softly and no border shows. Where a lens
is refused the next one is asked. Photos of other places or times are not ordered as lenses are: at each place the one
that is believed most and shows it largest counts, for a mean of two that lie half a pixel apart is blurred.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dualzoom.geometry import Region
from dualzoom.reference.aligned_tele import Float

#: Validity left over below which nothing beneath can show in 16 bits.
_COVERED = 1e-5
#: Exponent of the choice between photos: one that is worth 20 % more gets ten times the weight of the other.
CHOICE = 12


class Source(Protocol):
    """Renders a reference for any region of the 2× grid."""

    def tile(self, region: Region) -> tuple[Float, Float]:
        """RGB (h, w, 3) 0..1 in the wide's colours, validity (h, w) 0..1."""
        ...


@dataclass(frozen=True)
class Layer:
    """A reference and the share, 0..1, of its validity that it is worth."""

    source: Source
    share: float = 1.0

    def tile(self, region: Region) -> tuple[Float, Float]:
        """As `Source.tile`."""
        rgb, validity = self.source.tile(region)
        return rgb, validity * np.float32(self.share)


class Over:
    """Layers over one another, the first on top. Law: a layer of validity 1 hides those after it."""

    def __init__(self, layers: Sequence[Source]) -> None:
        self.layers = tuple(layers)

    def tile(self, region: Region) -> tuple[Float, Float]:
        """As `Source.tile`."""
        total = np.zeros((region.height, region.width, 3), np.float32)
        left = np.ones((region.height, region.width), np.float32)
        for layer in self.layers:
            rgb, validity = layer.tile(region)
            total += rgb * (validity * left)[..., None]
            left *= 1 - validity
            if left.max() < _COVERED:
                break
        validity = 1 - left
        total /= np.maximum(validity, np.float32(1e-6))[..., None]
        return total, validity


class Best:
    """Sources side by side, with softly the best of them at each place. Law: of one source it is that source."""

    def __init__(self, sources: Sequence["Ranked"]) -> None:
        self.sources = tuple(sources)

    def tile(self, region: Region) -> tuple[Float, Float]:
        """As `Source.tile`."""
        shape = (region.height, region.width)
        total, validity = np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
        weights = np.zeros(shape, np.float32)
        for source in self.sources:
            rgb, believed = source.tile(region)
            if not believed.any():
                continue
            weight = (believed * source.fineness(region)) ** CHOICE
            total += rgb * weight[..., None]
            validity += believed * weight
            weights += weight
        weights = np.maximum(weights, np.float32(1e-30))
        total /= weights[..., None]
        return total, np.minimum(validity / weights, 1)


class Ranked(Source, Protocol):
    """A source that knows how large it shows a place."""

    def fineness(self, region: Region) -> Float:
        """Its own pixels for one of the wide's, linear, 2 at most: (h, w) on the 2× grid."""
        ...
