"""Brightness that does not fit the rest is not trusted."""

import numpy as np
import pytest

from dualzoom.registration.tone_agreement import tone_agreement

RAMP = np.tile(np.linspace(20, 230, 160, dtype=np.float32), (120, 1))
EVERYWHERE = np.ones_like(RAMP)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_any_tone_curve_is_admitted(gamma: float) -> None:
    wide = (255 * (RAMP / 255) ** gamma).astype(np.float32)
    assert tone_agreement(wide, RAMP, EVERYWHERE).min() > 0.99


def test_vignetting_is_admitted() -> None:
    shade = np.linspace(1, 0.88, 120, dtype=np.float32)[:, None]
    assert tone_agreement(RAMP * shade, RAMP, EVERYWHERE).min() > 0.99


def test_a_brighter_thing_before_the_wide_is_not() -> None:
    wide, weight = RAMP.copy(), EVERYWHERE.copy()
    wide[70:, 20:90], weight[70:] = 235, 0
    found = tone_agreement(wide, RAMP, weight)
    assert found[90:, 30:80].max() < 0.05
    assert found[:50].min() > 0.99


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert (tone_agreement(RAMP, RAMP[:, ::-1].copy(), 0 * RAMP) == 1).all()
