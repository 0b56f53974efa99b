"""From the tele's colours to the wide's.

    out_c = B_c( encode( g_c(x, y) · (M · (decode(A(rgb)) + o))_c ) )

A undoes the tele's tone curve per channel, o its veiling light, M mixes the sensors' colours in light, g is a
slowly varying gain (vignetting, local exposure) and B is the wide's tone curve. A and B rise everywhere and
M's rows are checked by the fit, so grey stays ordered and what lies beyond the colours seen stays bounded.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.colour.curves import KNOTS, Array, Curve, decode, encode
from dualzoom.colour.grid import spread
from dualzoom.geometry import Region

#: Entries of the tables that `apply` reads instead of curves: finer than 16 bits need it.
TABLE = 1 << 16
#: Light that the second table reaches up to; more is clipped (white is 1).
MAX_LIGHT = 4.0


Float: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourMap:
    """A fitted map; see the module's header for the letters.

    `curves_in`, `curves_out`: (3, K) coefficients of A and B. `offset`: (3,) o, in light. `matrix`: (3, 3) M.
    `log_gain`: (rows, columns, 3) natural logarithm of g over the window. `error`: median absolute difference
    left (encoded, 0..1) where the fit saw both photos. `used`: share 0..1 of the overlap that agreed with the
    fit.
    """

    curves_in: Array
    offset: Array
    matrix: Array
    curves_out: Array
    log_gain: Array
    error: float
    used: float

    @classmethod
    def identity(cls) -> "ColourMap":
        """The map that changes nothing."""
        flat = np.zeros((3, KNOTS.size))
        grid = np.zeros((2, 2, 3))
        return cls(
            curves_in=flat,
            offset=np.zeros(3),
            matrix=np.eye(3),
            curves_out=flat,
            log_gain=grid,
            error=0.0,
            used=1.0,
        )

    def apply(self, rgb: Float, region: Region, window: Region) -> Float:
        """The tele's pixels in the wide's colours.

        `rgb`: (h, w, 3) float32, encoded, 0..1, the pixels of `region`. `region` and `window` (where the map
        was fitted) lie on the same grid, whichever that is. Returns (h, w, 3) float32 in 0..1.
        """
        if rgb.shape != (region.height, region.width, 3):
            raise ValueError(f"pixels {rgb.shape} are not those of {region}")
        light = np.asarray(
            cv2.transform(_look_up(self.decoded, rgb), self.matrix.astype(np.float32)), np.float32
        )
        light *= spread(np.exp(self.log_gain), region, window)
        np.maximum(light, 0.0, out=light)
        light *= np.float32(1.0 / MAX_LIGHT)
        return _look_up(self.encoded, np.sqrt(light, out=light))

    def to_json(self) -> dict[str, Any]:
        """What `inspect --json` shows of the map."""
        gain_ev = np.log2(np.maximum(self.matrix.sum(axis=1), 1e-6))
        grid_ev = self.log_gain / np.log(2.0)
        return {
            "gain_ev": [round(float(ev), 4) for ev in gain_ev],
            "matrix": [[round(float(m), 5) for m in row] for row in self.matrix],
            "offset": [round(float(o), 6) for o in self.offset],
            "shading_ev": [round(float(grid_ev.min()), 4), round(float(grid_ev.max()), 4)],
            "error": round(self.error, 5),
            "used": round(self.used, 4),
        }

    @cached_property
    def decoded(self) -> Float:
        """Light with its offset by encoded value: (1, table, 3)."""
        x = np.linspace(0.0, 1.0, TABLE)
        rows = [decode(Curve(c)(x)) + o for c, o in zip(self.curves_in, self.offset, strict=True)]
        return _columns(rows)

    @cached_property
    def encoded(self) -> Float:
        """Encoded value by the root of light / MAX_LIGHT: (1, table, 3). The root spares entries for the
        shadows."""
        z = encode(MAX_LIGHT * np.linspace(0.0, 1.0, TABLE) ** 2)
        return _columns([np.clip(Curve(c)(z), 0.0, 1.0) for c in self.curves_out])


def _look_up(table: Float, pixels: Float) -> Float:
    """Every channel (h, w, 3) in 0..1 through its own column of the table (1, entries, 3); beyond, the ends."""
    index = pixels * np.float32(TABLE - 1) + np.float32(0.5)
    whole = np.clip(index, 0, TABLE - 1, out=index).astype(np.uint16)
    return np.asarray(cv2.LUT(whole, table), np.float32)


def _columns(rows: list[Array]) -> Float:
    """Three rows of a table as OpenCV's look-up wants them."""
    return np.ascontiguousarray(np.stack(rows, axis=-1)[None], np.float32)
