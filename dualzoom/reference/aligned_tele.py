"""Which reference a tile gets: inside the overlap the registered, colour-matched tele; elsewhere none.

How much of it may pass is its *validity*, 0..1, a product of

- the registration's confidence in the displacement;
- the agreement of colour and structure with the wide's own pixels (see agreement.py);
- the exposure of both photos;
- a feather along the overlap's border, so that no line shows where the tele ends.

Everything is found per tile, with as much around it as the filters reach: tiles agree with each other
whatever the plan, and no map of the whole frame is kept.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.photo import Pixels
from dualzoom.colour import ColourMap
from dualzoom.geometry import Region, Size
from dualzoom.reference.agreement import RADIUS_PX, agreement, exposed, luma_noise
from dualzoom.reference.outline import Outline
from dualzoom.registration import Registration, Warper
from dualzoom.resampling import enlarge_bicubic, halve_area
from dualzoom.tiling.plan import pad_reflect, reflect_index

Float: TypeAlias = NDArray[np.float32]

#: Validity is bilinear between the wide's pixels: one more of them than the filters reach.
AROUND_PX = RADIUS_PX + 2
CUBIC_PX = 3  # how far bicubic enlargement looks


class AlignedTele:
    """The tele as a reference for any region of the 2× grid (see `reference.build`).

    `wide`: (H, W, 3) integer pixels. `warper`: of the tele in the wide's colour profile. `colour`: from its colours to
    the wide's. `registration`: where it lies. `denoised`: how strongly its noise was reduced, 0..1. `outline`: with the
    feather along it. `noise`: standard deviation (encoded) of luma noise of the noisier photo.
    """

    def __init__(
        self,
        wide: Pixels,
        warper: Warper,
        colour: ColourMap,
        registration: Registration,
        *,
        denoised: float = 0.0,
    ) -> None:
        self.denoised = denoised
        self.registration, self.colour, self.warper = registration, colour, warper
        self.wide = wide
        self._scale = np.float32(1 / np.iinfo(wide.dtype).max)
        self._frame = Region.full(Size.of(wide))
        self._window = registration.window
        self.outline = Outline.of(registration.overlap, self._frame.size)
        self.noise = self._noise_level()

    def tile(self, region: Region) -> tuple[Float, Float]:
        """RGB (h, w, 3) 0..1 in the wide's colours, and validity (h, w) 0..1 (where it is 0, rgb means
        nothing).

        `region` of the 2× grid may reach beyond the frame, where both are mirrored as the wide is.
        """
        if Region.full(self._frame.size.scale(2)).contains(region):
            return self._inside(region)
        rows = reflect_index(region.y, region.height, self._frame.height, scale=2)
        columns = reflect_index(region.x, region.width, self._frame.width, scale=2)
        x, y = int(columns.min()), int(rows.min())
        source = Region(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)
        rgb, validity = self._inside(source)
        mirror = np.ix_(rows - y, columns - x)
        return rgb[mirror], validity[mirror]

    def _inside(self, region: Region) -> tuple[Float, Float]:
        """The same for a region inside the frame."""
        if region.intersect(self._window.scale(2)).empty:
            shape = (region.height, region.width)
            return np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)
        lr = covering(region).pad(AROUND_PX).intersect(self._frame)
        around = lr.scale(2)
        raw, confidence = self.warper.tile(around)
        matched = self.colour.apply(raw, around, self._window.scale(2))
        valid = self._verdict(lr, matched, raw, confidence)
        fine = confidence * cv2.resize(valid, (around.width, around.height), interpolation=cv2.INTER_LINEAR)
        here = region.shift(-around.x, -around.y).slices
        return matched[here], fine[here]

    def wide_tile(self, region: Region) -> Float:
        """The wide itself on the 2× grid, bicubic, mirrored beyond its frame: (h, w, 3) 0..1."""
        lr = covering(region).pad(CUBIC_PX)
        near = pad_reflect(self.wide, lr).astype(np.float32) * self._scale
        return np.asarray(enlarge_bicubic(near)[region.shift(-2 * lr.x, -2 * lr.y).slices], np.float32)

    def _verdict(self, lr: Region, matched: Float, raw: Float, confidence: Float) -> Float:
        """All but the confidence, on the wide's grid: (lr.height, lr.width)."""
        wide = self.wide[lr.slices] * self._scale
        tele, seen, unmatched = (halve_area(part) for part in (matched, confidence, raw))
        verdict = agreement(wide, tele, seen, self.noise)
        verdict *= exposed(wide)
        verdict *= exposed(unmatched)
        verdict *= self.outline.feather(lr)
        return verdict

    def _noise_level(self) -> float:
        """Luma noise of the noisier photo on the wide's grid, from nine places of the window."""
        side = min(96, self._window.width, self._window.height)
        levels = []
        for row in (1, 3, 5):
            for column in (1, 3, 5):
                x = self._window.x + (self._window.width * column) // 6 - side // 2
                y = self._window.y + (self._window.height * row) // 6 - side // 2
                place = Region(x, y, side, side).intersect(self._frame)
                rgb, _ = self.warper.tile(place.scale(2))
                levels.append(
                    max(luma_noise(self.wide[place.slices] * self._scale), luma_noise(halve_area(rgb)))
                )
        return float(np.quantile(levels, 0.25))


def covering(region: Region) -> Region:
    """The wide's pixels that a region of the 2× grid touches."""
    x, y = region.x // 2, region.y // 2
    return Region(x, y, (region.right + 1) // 2 - x, (region.bottom + 1) // 2 - y)
