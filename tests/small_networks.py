"""Small networks whose truth is known, a reference of one colour, and photos of noise, for tests of the engine."""

import numpy as np
import torch
from torch import Tensor, nn

from dualzoom.geometry import Region
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.settings import EngineSettings

CPU = EngineSettings(device="cpu")


class Nearest(RestorationNetwork):
    """Repeats every pixel: exact in any number format, and local."""

    receptive_radius_px = 3

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(
        self, lr: Tensor, ref: Tensor | None, validity: Tensor | None, degradation: Tensor | None
    ) -> Tensor:
        return lr.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Hungry(Nearest):
    """Runs out of memory on tiles above a size."""

    def __init__(self, limit_px: int, error: type[BaseException]) -> None:
        super().__init__()
        self.limit_px, self.error = limit_px, error

    def forward(self, lr: Tensor, *rest: Tensor | None) -> Tensor:
        if lr.shape[-1] > self.limit_px:
            raise self.error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")
        return super().forward(lr, *rest)


class Broken(Nearest):
    def forward(self, lr: Tensor, *rest: Tensor | None) -> Tensor:
        return super().forward(lr, *rest) * float("nan")


class Everywhere:
    """A reference of one colour, valid inside a region of the 2× grid."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.asked = 0

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        self.asked += 1
        rows, columns = np.arange(region.y, region.bottom), np.arange(region.x, region.right)
        inside = ((rows >= self.region.y) & (rows < self.region.bottom))[:, None] & (
            (columns >= self.region.x) & (columns < self.region.right)
        )
        return np.full((region.height, region.width, 3), 0.5, np.float32), inside.astype(np.float32)


def photo(height: int, width: int, dtype: type = np.uint8) -> np.ndarray:
    rng = np.random.default_rng(height * 1000 + width)
    return rng.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype, endpoint=True)


def small_network() -> DcsrLite:
    torch.manual_seed(11)
    network = DcsrLite(DcsrLiteConfig(channels=16, encoder_blocks=1, reference_blocks=1, decoder_blocks=1))
    for block in (network.tail, network.g_r):
        nn.init.normal_(block.weight, std=0.1)
    return network
