"""Verdicts are those of the host."""

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device.agreement import agreement, exposed
from dualzoom.reference import agreement as on_host


def pictures(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A wide, a tele that agrees on one half, and where it has pixels."""
    rng = np.random.default_rng(seed)
    wide = rng.uniform(0, 1, (60, 80, 3)).astype(np.float32)
    other = np.clip(wide + rng.normal(0, 0.02, wide.shape), 0, 1).astype(np.float32)
    other[:, 40:] = rng.uniform(0, 1, (60, 40, 3))
    wide[:8, :8], wide[:8, 8:16] = 1, 0
    seen = np.ones((60, 80), np.float32)
    seen[50:] = 0
    return wide, other, seen


def there(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(x).permute(2, 0, 1) if x.ndim == 3 else torch.from_numpy(x)[None]


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_agreement_is_the_hosts(noise: float) -> None:
    wide, other, seen = pictures(1)
    expected = on_host.agreement(wide, other, seen, noise)
    assert expected[:45, :30].mean() > 0.5 > expected[:, 50:].mean()
    made = agreement(there(wide), there(other), there(seen), noise)[0].numpy()
    np.testing.assert_allclose(made, expected, atol=2e-4)


def test_exposure_is_the_hosts() -> None:
    wide, other, _ = pictures(2)
    for picture in (wide, other, wide * 0.02):
        np.testing.assert_allclose(exposed(there(picture))[0].numpy(), on_host.exposed(picture), atol=1e-4)
