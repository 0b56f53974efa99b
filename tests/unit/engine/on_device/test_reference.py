"""A reference on a device is the host's: inside, across and beyond the frame."""

import numpy as np
import pytest
import torch

from dualzoom.engine.on_device import Picture, twin
from dualzoom.geometry import Region

REGIONS = [
    Region(60, 44, 300, 260),
    Region(131, 97, 55, 71),
    Region(-24, -30, 200, 180),
    Region(300, 200, 190, 200),
]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("which", ["pair", "deep_pair"])
def test_it_is_the_hosts_within_a_grey_level(request, which: str, region: Region) -> None:
    pair = request.getfixturevalue(which)
    rgb, validity = pair.aligned.tile(region)
    assert validity.any()
    found = twin(pair.aligned, Picture(pair.wide, torch.device("cpu"))).tile(region)
    made, believed = found[0].permute(1, 2, 0).numpy(), found[1][0].numpy()
    assert np.abs(believed - validity).max() < 0.01
    assert np.abs(believed - validity).mean() < 2e-4
    shown = np.minimum(validity, believed)[..., None] * np.abs(made - rgb)
    assert shown.max() < 1.5 / 255
    assert shown.mean() < 0.1 / 255


def test_the_pair_tests_something(pair) -> None:
    _, validity = pair.aligned.tile(Region(0, 0, 460, 380))
    inside = validity[pair.registration.window.scale(2).slices]
    assert (inside > 0.8).mean() > 0.2
    assert (inside < 0.1).mean() > 0.1


def test_where_it_does_not_reach_there_is_none(pair) -> None:
    there = twin(pair.aligned, Picture(pair.wide, torch.device("cpu")))
    assert there.tile(Region(-40, -40, 80, 90)) is None


def test_what_is_not_known_has_no_twin(pair) -> None:
    assert twin(object(), Picture(pair.wide, torch.device("cpu"))) is None
