"""References that hold others are on a device what they are on the host."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device import Picture, twin
from dualzoom.geometry import Region, Size
from dualzoom.reference.contribution import Contribution
from dualzoom.reference.elsewhere import Elsewhere
from dualzoom.reference.several import Best, Layer, Over

CPU = torch.device("cpu")
REGIONS = [Region(60, 44, 300, 260), Region(-24, -30, 200, 180)]


def same(source, wide: np.ndarray, region: Region) -> None:
    rgb, validity = source.tile(region)
    made, believed = twin(source, Picture(wide, CPU)).tile(region)
    assert validity.any()
    assert np.abs(believed[0].numpy() - validity).max() < 0.02
    shown = validity[..., None] * np.abs(made.permute(1, 2, 0).numpy() - rgb)
    assert shown.max() < 2 / 255
    assert shown.mean() < 0.1 / 255


@pytest.mark.parametrize("region", REGIONS)
def test_layers_over_one_another(pair, region: Region) -> None:
    same(Layer(pair.aligned, 0.7), pair.wide, region)
    same(Over([Layer(pair.aligned, 0.5), Layer(pair.aligned)]), pair.wide, region)


@pytest.mark.parametrize("region", REGIONS)
def test_photos_from_elsewhere(pair, region: Region) -> None:
    one, other = Elsewhere(pair.aligned), Elsewhere(pair.aligned, share=0.6)
    same(one, pair.wide, region)
    same(Best([one, other]), pair.wide, region)
    same(Over([Layer(pair.aligned, 0.4), Best([other])]), pair.wide, region)


def test_the_map_of_what_contributed_is_the_hosts_when_it_is_finished(pair) -> None:
    maps = []
    for on_host in (True, False):
        source = Contribution(pair.aligned, Size.of(pair.wide), 0.8)
        there = source if on_host else twin(source, Picture(pair.wide, CPU))
        for region in (Region(-16, -16, 256, 420), Region(200, -16, 276, 420)):
            there.tile(region)
        if not on_host:
            assert not source.map.any()
            there.finish()
        maps.append(source.map.astype(int))
    assert maps[0].max() > 150
    assert np.abs(maps[0] - maps[1]).max() <= 3
    assert np.abs(maps[0] - maps[1]).mean() < 0.1


def test_where_nothing_reaches_there_is_none(pair) -> None:
    wide, region = Picture(pair.wide, CPU), Region(-40, -40, 80, 90)
    for source in (Over([Layer(pair.aligned)]), Best([Elsewhere(pair.aligned)]), Elsewhere(pair.aligned)):
        assert twin(source, wide).tile(region) is None


def test_what_holds_an_unknown_one_has_no_twin(pair) -> None:
    wide, unknown = Picture(pair.wide, CPU), SimpleNamespace()
    for source in (Layer(unknown), Over([pair.aligned, unknown]), Contribution(unknown, wide.size, 1.0)):
        assert twin(source, wide) is None
