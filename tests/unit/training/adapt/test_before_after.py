"""The sheet: a row for each of the busiest held-out tiles, before on the left, then after, then the tele itself."""

import numpy as np
import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.training.adapt.before_after import sheet
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge

CPU = torch.device("cpu")
LABEL_PX, GAP_PX, ZOOM, BORDER_PX = 26, 4, 3, 8


class Bicubic(RestorationNetwork):
    """No network at all."""

    receptive_radius_px = 2

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(self, wide, ref=None, validity=None, degradation=None):
        return bicubic_up(wide)


class Copy(Bicubic):
    """The reference."""

    def forward(self, wide, ref=None, validity=None, degradation=None):
        return ref


@pytest.fixture
def judge(pairs, config):
    return Judge(TileSet(pairs, config), config)


def cells(picture, config):
    """The pictures of the sheet by row and column, without labels and gaps."""
    side = ZOOM * (2 * config.tile_px - 2 * BORDER_PX)
    down, across = LABEL_PX + side + GAP_PX, side + GAP_PX
    rows = (picture.shape[0] + GAP_PX) // down
    assert picture.shape == (rows * down - GAP_PX, 3 * across - GAP_PX, 3)
    return [
        [picture[y + LABEL_PX : y + LABEL_PX + side, x : x + side] for x in (0, across, 2 * across)]
        for y in range(0, rows * down, down)
    ]


def test_columns_are_before_after_and_the_tele(judge, config):
    made = sheet(judge, Bicubic().eval(), Copy().eval(), CPU)
    assert made.dtype == np.uint8
    swapped = sheet(judge, Copy().eval(), Bicubic().eval(), CPU)
    for (before, after, tele), (other_before, other_after, other_tele) in zip(
        cells(made, config), cells(swapped, config), strict=True
    ):
        assert np.array_equal(before, other_after)
        assert np.array_equal(after, other_before)
        assert np.array_equal(tele, other_tele)
        off = [np.abs(one.astype(int) - tele).mean() for one in (before, after)]
        assert off[1] < off[0] / 2, "a copy of the tele looks like it, but for the tones"


def test_the_same_network_twice_gives_the_same_pictures_twice(judge, config):
    for before, after, _ in cells(sheet(judge, Bicubic().eval(), Bicubic().eval(), CPU), config):
        assert np.array_equal(before, after)


def test_rows_are_the_busiest_held_out_tiles_at_most_six(judge, config):
    teles = [tele for _, _, tele in cells(sheet(judge, Bicubic().eval(), Copy().eval(), CPU), config)]
    assert 1 <= len(teles) <= 6
    shown = judge.pictures(Copy().eval(), CPU, 6)
    assert len(teles) == len(shown)
    for tele, (_, item) in zip(teles, shown, strict=True):
        inner = item.truth[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
        np.testing.assert_allclose(tele[::ZOOM, ::ZOOM] / 255, np.clip(inner, 0, 1), atol=0.51 / 255)
