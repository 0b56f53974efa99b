"""Configurations from files: the known is built, what older ones say beside it means nothing, the rest is refused."""

import pytest
import torch

from dualzoom.network.registry import build_network

SIZES = {"channels": 8, "encoder_blocks": 1, "reference_blocks": 1}
SMALL = {
    "dcsr-lite": {**SIZES, "decoder_blocks": 1},
    "dcsr": {**SIZES, "decoder_lr_blocks": 1, "decoder_hr_blocks": 1},
}


@pytest.mark.parametrize("architecture", SMALL)
def test_what_older_files_say_of_projection_means_nothing(architecture: str) -> None:
    config = {"architecture": architecture, **SMALL[architecture]}
    made = []
    for retired in ({}, {"projection": False, "projection_leeway": 0.5}, {"projection_leeway": "much"}):
        torch.manual_seed(2)
        made.append(build_network({**config, **retired}).eval())
    assert made[0].config == made[1].config == made[2].config
    lr, condition = torch.rand(1, 3, 16, 16), torch.full((1, 5), 0.3)
    with torch.no_grad():
        pictures = [network(lr, None, None, condition) for network in made]
    assert torch.equal(pictures[0], pictures[1])


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"architecture": "dcsr-huge"},
        {"architecture": "dcsr-lite", "projektion": True},
        {"architecture": 3},
    ],
)
def test_what_is_unknown_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        build_network(config)
