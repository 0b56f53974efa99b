"""The HDR gain map of a photo: how much brighter each place becomes on a display that can show it.

Notation (one or three channels c; all numbers but the pixels are per channel or per map):

    u    = pixel / 255 of the map, (H, W) or (H, W, 3) uint8, at any size, upright like the base picture
    gain = lowest_c + (highest_c − lowest_c) · u^(1 / gamma_c)                                  in stops (log2)
    HDR  = (SDR + base_offset_c) · 2^(weight · gain) − hdr_offset_c                          both in linear light
    weight: 0 for a display of `base_headroom` stops above white or less, 1 for one of `hdr_headroom` or more

Apple's older map is another function of its pixel; `from_apple` converts it into this form.

Source: ISO 21496-1:2025; Ultra HDR Image Format 1.1; Apple, "Applying Apple HDR effect to your photos".
"""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Channels: TypeAlias = tuple[float, ...]  # one value, or one for each of R, G, B
_MAX_STOPS, _MAX_OFFSET, _MIN_GAMMA, _MAX_GAMMA = 16.0, 1.0, 0.01, 100.0  # displays have less than 7 stops


@dataclass(frozen=True, kw_only=True)
class GainMap:
    """A gain map: see above. `pixels`: (H, W) or (H, W, 3) uint8."""

    pixels: NDArray[np.uint8]
    lowest: Channels
    highest: Channels
    gamma: Channels = (1.0,)
    base_offset: Channels = (1 / 64,)
    hdr_offset: Channels = (1 / 64,)
    base_headroom: float = 0.0
    hdr_headroom: float
    in_base_space: bool = True  # the gains are meant in the primaries of the base picture
    icc: bytes | None = None  # the HDR picture's profile, which matters where they are not

    @property
    def is_plausible(self) -> bool:
        """Whether every number lies where it makes sense; those of a damaged file need not."""
        stops = (*self.lowest, *self.highest, self.base_headroom, self.hdr_headroom)
        offsets = (*self.base_offset, *self.hdr_offset)
        return (
            all(math.isfinite(number) and abs(number) <= _MAX_STOPS for number in stops)
            and all(math.isfinite(number) and abs(number) <= _MAX_OFFSET for number in offsets)
            and all(_MIN_GAMMA <= number <= _MAX_GAMMA for number in self.gamma)
            and all(low <= high for low, high in zip(self.lowest, self.highest, strict=True))
            and self.hdr_headroom > self.base_headroom >= 0
        )

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing on any display."""
        return self.hdr_headroom < 1e-3 or max(map(abs, (*self.lowest, *self.highest))) < 1e-3

    def with_pixels(self, pixels: NDArray[np.uint8]) -> "GainMap":
        """Return the same map with other pixels."""
        return replace(self, pixels=pixels)

    def stops(self) -> NDArray[np.float32]:
        """Return the gain in stops at each of the map's pixels, (H, W) or (H, W, 3)."""
        table = np.arange(256, dtype=np.float64)[:, np.newaxis] / 255
        low, high, gamma = (np.asarray(value) for value in (self.lowest, self.highest, self.gamma))
        gains = (low + (high - low) * table ** (1 / gamma)).astype(np.float32)  # (256, 1 or 3)
        if self.pixels.ndim == 2 and gains.shape[1] == 1:
            return cast(NDArray[np.float32], gains[:, 0][self.pixels])
        pixels = self.pixels if self.pixels.ndim == 3 else np.repeat(self.pixels[..., np.newaxis], 3, axis=2)
        columns = np.broadcast_to(gains, (256, 3))
        return np.stack([columns[:, c][pixels[..., c]] for c in range(3)], axis=-1)


def from_apple(pixels: NDArray[np.uint8], headroom: float) -> GainMap | None:
    """Convert Apple's map, (H, W) uint8; None if `headroom` (linear, 1..64) leaves nothing to brighten.

    Apple brightens by 1 + (headroom − 1) · u, where u is the pixel decoded by the curve of Rec. 709. The standard
    form keeps the logarithm of that, so the pixels are coded anew; the offsets are zero.
    """
    if not 1.001 <= headroom <= 64:
        return None
    coded = np.arange(256) / 255
    linear = np.where(coded < 0.081, coded / 4.5, ((coded + 0.099) / 1.099) ** (1 / 0.45))
    stops = np.log2(1 + (headroom - 1) * linear)
    most = math.log2(headroom)
    table = np.rint(255 * stops / most).astype(np.uint8)
    return GainMap(
        pixels=table[pixels],
        lowest=(0.0,),
        highest=(most,),
        base_offset=(0.0,),
        hdr_offset=(0.0,),
        hdr_headroom=most,
    )
