"""Configurations from files: the known is built, what older ones say beside it means nothing, the rest is refused."""

from pathlib import Path

import pytest
import torch

from dualzoom.network import weights
from dualzoom.network.registry import build_network, describe

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
    lr, degradation = torch.rand(1, 3, 16, 16), torch.full((1, 5), 0.3)
    with torch.no_grad():
        pictures = [network(lr, None, None, degradation) for network in made]
    assert torch.equal(pictures[0], pictures[1])


@pytest.mark.parametrize("architecture", SMALL)
def test_older_names_of_fields_are_understood(architecture: str) -> None:
    config = {"architecture": architecture, **SMALL[architecture]}
    for value in (False, True):
        old, new = (build_network({**config, name: value}) for name in ("presumes_real", "assume_native"))
        assert old.config == new.config
        assert new.config.assume_native is new.estimator.assume_native is value
        assert build_network(describe(new)).config == new.config


def test_weights_of_an_earlier_version_load(tmp_path: Path) -> None:
    """As `adapt` wrote them: the configuration in the metadata and beside it, in the names of then."""
    config = {"architecture": "dcsr-lite", **SMALL["dcsr-lite"], "presumes_real": True, "projection": False}
    network = build_network(config)
    loaded = weights.load(weights.save(network, tmp_path / "old.safetensors", config=config)).module
    assert loaded.config == network.config
    assert loaded.estimator is not None
    assert loaded.estimator.assume_native
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in loaded.state_dict().items())


@pytest.mark.parametrize(
    "config",
    [
        {"architecture": "dcsr-lite", "presumes_real": True, "assume_native": False},
        {},
        {"architecture": "dcsr-huge"},
        {"architecture": "dcsr-lite", "projektion": True},
        {"architecture": 3},
    ],
)
def test_what_is_unknown_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        build_network(config)
