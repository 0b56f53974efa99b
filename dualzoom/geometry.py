"""Sizes and rectangles, and the map between the 1× and the 2× grid.

Convention: x to the right, y down, whole pixels. A `Region` covers the half-open ranges [x, x+width) and
[y, y+height). Continuous coordinates put pixel *centres* at integers, so the 2× grid's pixel u lies at
(u - 0.5) / 2 in the 1× grid: `TO_2X` and its inverse hold that map once for the whole project.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Homogeneous map of 1× pixel centres to 2× pixel centres: u = 2·x + 0.5.
TO_2X: NDArray[np.float64] = np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Size:
    """Width and height in pixels.

    >>> Size(3, 2).scale(2)
    Size(width=6, height=4)
    """

    width: int
    height: int

    @classmethod
    def of(cls, pixels: NDArray[np.generic]) -> "Size":
        """Returns the size of an array (H, W, …)."""
        return cls(pixels.shape[1], pixels.shape[0])

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    def scale(self, factor: int) -> "Size":
        """Returns the size of this frame enlarged `factor` times."""
        return Size(self.width * factor, self.height * factor)


@dataclass(frozen=True)
class Region:
    """A rectangle of whole pixels.

    Laws: `a.intersect(b)` covers the pixels of both; `r.pad(p).pad(-p) == r`; `r.scale(k)` covers k² times the area.

    >>> Region(1, 2, 4, 3).pad(1).clip(Size(5, 9))
    Region(x=0, y=1, width=5, height=5)
    """

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def full(cls, size: Size) -> "Region":
        """Returns the region that is the whole frame."""
        return cls(0, 0, size.width, size.height)

    @property
    def right(self) -> int:
        """First column beyond the region."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row beyond the region."""
        return self.y + self.height

    @property
    def size(self) -> Size:
        """Width and height."""
        return Size(self.width, self.height)

    @property
    def empty(self) -> bool:
        """Whether no pixel is inside."""
        return self.width <= 0 or self.height <= 0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices; the region must not be negative: `pixels[region.slices]`."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def scale(self, factor: int) -> "Region":
        """Returns the same rectangle in a frame enlarged `factor` times."""
        return Region(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def pad(self, margin: int) -> "Region":
        """Grows the region by `margin` pixels on every side; shrinks it where `margin` is negative."""
        return Region(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def shift(self, dx: int, dy: int) -> "Region":
        """Moves the region by (dx, dy)."""
        return Region(self.x + dx, self.y + dy, self.width, self.height)

    def intersect(self, other: "Region") -> "Region":
        """Returns the part common to both; empty (zero width or height) where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Region(x, y, max(0, right - x), max(0, bottom - y))

    def clip(self, size: Size) -> "Region":
        """Returns the part inside a frame of `size`."""
        return self.intersect(Region.full(size))

    def contains(self, other: "Region") -> bool:
        """Tells whether `other` lies wholly inside."""
        return self.intersect(other) == other
