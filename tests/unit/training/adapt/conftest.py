"""A small network, and small pairs whose registration needs no search."""

import cv2
import numpy as np
import pytest
import torch

from dualzoom.network.registry import build_network
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.simulate import SimulationConfig, patterns

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip


@pytest.fixture
def config():
    return AdaptConfig(
        seed=5, steps=6, batch=4, warmup_steps=2, evaluate_every=2, patience=100, tile_px=16, crop_px=12,
        min_tiles=2, judged_tiles=4, simulation=SimulationConfig(),
    )  # fmt: skip


@pytest.fixture
def network():
    torch.manual_seed(3)
    return build_network(NETWORK).eval()


def made_pair(seed: int, *, inside: int = 12, outside: int = 6, side: int = 16) -> PairTiles:
    """Tiles of drawn scenes: the wide is the blurred half, the tele the scene itself."""
    rng = np.random.default_rng(seed)
    teles, wides = [], []
    for _ in range(inside + outside):
        scene = (255 * patterns.draw(2 * side, rng)).astype(np.uint8)
        soft = cv2.GaussianBlur(scene, (0, 0), 1.2)
        wides.append(cv2.resize(soft, (side, side), interpolation=cv2.INTER_AREA))
        teles.append(scene)
    return PairTiles(
        name=f"pair {seed}",
        wide=np.stack(wides),
        tele=np.stack(teles[:inside]),
        validity=np.full((inside, 2 * side, 2 * side), 255, np.uint8),
        degradation=np.full(5, 0.2, np.float32),
        digest=f"{seed:064x}",
    )


@pytest.fixture
def pairs():
    return (made_pair(1), made_pair(2))


@pytest.fixture
def tiles(pairs, config):
    return TileSet(pairs, config)
