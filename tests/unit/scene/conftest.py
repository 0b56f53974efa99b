"""An upright sheet to draw on, its ground at the lower edge, and where something was drawn."""

from collections.abc import Callable

import numpy as np
import pytest

from dualzoom.scene.canvas import Canvas, Projection

LAYER = 7


class Sheet(Canvas):
    """`width` × `height` metres about x = 0, at so many pixels a metre; what is drawn is layer 7."""

    def __init__(self, width: float, height: float, px_per_m: float) -> None:
        columns, rows = round(width * px_per_m), round(height * px_per_m)
        super().__init__(
            columns,
            rows,
            Projection(
                focal_px=10 * px_per_m, centre_x=(columns - 1) / 2, horizon_y=rows - 0.5, eye_m=0.0, density=1.0,
                origin=(0.0, 0.0), baseline_m=(0.0, 0.0), far_m=10.0,
            ),
        )  # fmt: skip
        self.layer(LAYER, 10.0)

    @property
    def drawn(self) -> np.ndarray:
        """(h, w) bool."""
        return self.plane == LAYER

    def extent(self) -> tuple[float, float, float, float]:
        """(left, right, lowest, highest) metres of all that was drawn, to a pixel."""
        rows, columns = np.nonzero(self.drawn)
        x = (columns - (self.plane.shape[1] - 1) / 2) / self.px_per_m
        y = (self.plane.shape[0] - 0.5 - rows) / self.px_per_m
        return float(x.min()), float(x.max()), float(y.min()), float(y.max())

    def assert_light(self) -> None:
        """Light is a number, and none of it negative."""
        assert np.isfinite(self.light).all()
        assert self.light.min() >= 0


@pytest.fixture
def sheet() -> Callable[..., Sheet]:
    return Sheet
