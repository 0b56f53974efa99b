"""Tones come back as on the host, in any number of bands."""

import cv2
import numpy as np
import pytest
import torch

from dualzoom.colour import tones as on_host
from dualzoom.engine.on_device import Picture, tones


@pytest.mark.parametrize("rows", [32, 48, 512])
@pytest.mark.parametrize(
    ("dtype", "of_wide"), [(np.uint8, np.uint8), (np.uint16, np.uint16), (np.uint16, np.uint8)]
)
def test_they_are_the_hosts(monkeypatch: pytest.MonkeyPatch, rows: int, dtype: type, of_wide: type) -> None:
    monkeypatch.setattr(tones, "_ROWS", rows)
    rng = np.random.default_rng(3)
    wide = rng.integers(0, np.iinfo(of_wide).max, (131, 90, 3), of_wide, endpoint=True)
    factor = np.iinfo(dtype).max / np.iinfo(of_wide).max
    cast = cv2.resize(rng.uniform(0.6, 1.3, (4, 3, 3)), (180, 262), interpolation=cv2.INTER_CUBIC)
    made = np.clip(wide.repeat(2, 0).repeat(2, 1) * factor * cast, 0, np.iinfo(dtype).max).astype(dtype)
    there = torch.from_numpy(made.view(np.int16) if dtype == np.uint16 else made).clone()
    tones.give_back_tones(there, Picture(wide, torch.device("cpu")), dtype)
    before = made.copy()
    on_host.give_back_tones(made, wide)
    off = np.abs(there.numpy().view(dtype).astype(int) - made)
    assert np.abs(made.astype(int) - before).mean() > 1
    assert off.max() <= 1  # of 255, or of 65535 but for rounding of float32
    assert (off > 0).mean() < (0.001 if dtype == np.uint8 else 0.05)
