"""On a device validity is steadied as on the host, from frame to frame and beyond the frame's edge."""

import numpy as np
import torch
from torch import Tensor

from dualzoom.clips.steady import SteadyTele
from dualzoom.clips.steady_on_device import SteadyOnDevice
from dualzoom.engine.on_device import Picture, twin
from dualzoom.geometry import Region, Size
from dualzoom.tiling.plan import pad_reflect

SIZE = Size(40, 30)
REGIONS = (Region(-8, -6, 48, 72), Region(40, -6, 52, 72))


class Given:
    """A tele of one colour with the validity given, (2H, 2W); on the host and on the device."""

    def __init__(self, validity: np.ndarray) -> None:
        self._validity = validity

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        part = pad_reflect(self._validity, region, scale=2)
        return np.full((*part.shape, 3), 0.5, np.float32), part.copy()


class There(Given):
    def tile(self, region: Region) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        rgb, validity = super().tile(region)
        return torch.from_numpy(rgb).permute(2, 0, 1), torch.from_numpy(validity)[None]

    def finish(self) -> None:
        pass


def test_it_is_the_hosts_over_several_frames() -> None:
    rng = np.random.default_rng(0)
    wide = Picture(np.zeros((SIZE.height, SIZE.width, 3), np.uint8), torch.device("cpu"))
    maps: list[np.ndarray | None] = [None, None]
    for _ in range(3):
        validity = rng.random((60, 80)).astype(np.float32)
        validity[:20, :30] = 0
        on_host = SteadyTele(Given(validity), SIZE, maps[0], 0.8)
        source = SteadyTele(Given(validity), SIZE, maps[1], 0.8)
        there = SteadyOnDevice(source, There(validity), wide)
        for region in REGIONS:
            _, expected = on_host.tile(region)
            _, made = there.tile(region)
            np.testing.assert_allclose(made[0].numpy(), expected, atol=1e-5)
        there.finish()
        np.testing.assert_allclose(source.map, on_host.map, atol=1e-5)
        maps = [on_host.map, source.map]
    assert maps[0].max() > 0.5 > maps[0].min() == 0


def test_the_twin_of_a_steady_tele_is_known_where_its_tele_has_one() -> None:
    wide = Picture(np.zeros((SIZE.height, SIZE.width, 3), np.uint8), torch.device("cpu"))
    source = SteadyTele(Given(np.ones((60, 80), np.float32)), SIZE, None, 1.0)  # type: ignore[arg-type]
    assert twin(source, wide) is None
    twin.register(Given, lambda given, _wide: There(given._validity))
    assert isinstance(twin(source, wide), SteadyOnDevice)
