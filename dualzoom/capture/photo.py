"""A photo in memory: upright pixels, lens data and metadata."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.camera import Camera
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.sidecar import Sidecar
from dualzoom.geometry import Size

#: (H, W, 3) RGB, uint8 or uint16, encoded in the photo's own colour profile.
Pixels: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True)
class Lens:
    """Lens data from EXIF, lengths in mm; None where EXIF has no value."""

    focal_mm: float | None = None
    focal_35mm: float | None = None
    digital_zoom: float | None = None
    make: str | None = None
    model: str | None = None


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """Metadata blocks of a picture as raw bytes, and its camera's colours; None: absent."""

    exif: bytes | None = None  # TIFF-structured block, without the leading "Exif\\0\\0"
    icc: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    camera: Camera | None = None  # of a raw file; only a DNG result holds it


@dataclass(frozen=True, kw_only=True)
class Photo:
    """An upright picture (orientation already applied) with its lens and metadata.

    `pixels`: (H, W, 3) uint8 or uint16, RGB, 0..255 or 0..65535, in the space of `metadata.icc` (none: sRGB).
    `alpha`: (H, W) opacity of the pixels' type, full scale is opaque; None: all of it is. `gain_map` shows the same
    view, at any size. `notes` tell the user what the reader dropped or changed.
    """

    pixels: Pixels
    source: Path | None = None
    lens: Lens = field(default_factory=Lens)
    metadata: Metadata = field(default_factory=Metadata)
    gain_map: GainMap | None = None
    motion: Motion | None = None
    sidecar: Sidecar | None = None
    notes: tuple[str, ...] = ()
    alpha: Pixels | None = None

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size.of(self.pixels)

    @property
    def bit_depth(self) -> int:
        """8 or 16."""
        return 16 if self.pixels.dtype == np.uint16 else 8

    @property
    def peak(self) -> float:
        """The value of full scale: 255 or 65535."""
        return float(np.iinfo(self.pixels.dtype).max)

    @property
    def name(self) -> str:
        """The name that messages use for this photo."""
        return str(self.source) if self.source is not None else "photo"

    def with_pixels(self, pixels: Pixels) -> "Photo":
        """Return the same photo with other pixels; its opacity stays only where the size does."""
        alpha = self.alpha if self.alpha is not None and self.alpha.shape == pixels.shape[:2] else None
        return replace(self, pixels=pixels, alpha=alpha)

    def with_icc(self, icc: bytes | None) -> "Photo":
        """Return the same photo with another colour profile; does not convert the pixels."""
        return replace(self, metadata=replace(self.metadata, icc=icc))
