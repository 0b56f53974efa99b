"""Untrained it is dcsr-lite; trained it uses what a burst saw; turned inputs give turned results."""

import pytest
import torch

from dualzoom.network.blocks import folded
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.degradation import SIZE
from dualzoom.network.ensemble import SelfEnsemble, turn
from dualzoom.network.frames.dcsr_frames import DcsrFrames, DcsrFramesConfig
from dualzoom.network.registry import build_network, describe

SMALL = {"channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1}


@pytest.fixture
def network() -> DcsrFrames:
    torch.manual_seed(3)
    return DcsrFrames(DcsrFramesConfig(**SMALL)).eval()


@pytest.fixture
def given() -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(5)
    return {
        "lr": torch.rand(2, 3, 20, 24, generator=draw),
        "burst": torch.rand(2, 5, 40, 48, generator=draw) * 0.1,
        "degradation": torch.rand(2, SIZE, generator=draw),
    }


def awake(network: DcsrFrames) -> DcsrFrames:
    """With entrances as if trained."""
    torch.manual_seed(4)
    for part in (network.burst_head[2], network.short_cut):
        torch.nn.init.normal_(part.weight, std=0.05)
    return network


@torch.no_grad()
def test_untrained_it_is_dcsr_lite_on_the_merged_wide(network, given) -> None:
    lite = DcsrLite(DcsrLiteConfig(**SMALL)).eval()
    lite.load_state_dict({k: v for k, v in network.state_dict().items() if k in lite.state_dict()})
    expected = lite(given["lr"], degradation=given["degradation"])
    assert torch.equal(network(**given), expected)
    assert torch.equal(network(given["lr"], degradation=given["degradation"]), expected)


@torch.no_grad()
def test_a_burst_counts_within_the_receptive_radius_and_nowhere_else(network, given) -> None:
    awake(network)
    before = network(**given)
    changed = given["burst"].clone()
    changed[:, :, 20, 24] += 0.5
    off = (network(**{**given, "burst": changed}) - before).abs().amax((0, 1))
    assert off[20, 24] > 1e-4
    rows, columns = off.nonzero(as_tuple=True)
    reach = 2 * network.receptive_radius_px + 1
    assert (rows - 20).abs().max() <= reach
    assert (columns - 24).abs().max() <= reach


@torch.no_grad()
def test_the_short_cut_puts_detail_where_it_was_seen(network, given) -> None:
    """A short cut that is the identity on detail adds it to the picture, pixel by pixel."""
    plain = network(**given)
    with torch.no_grad():
        for channel in range(12):
            network.short_cut.weight[channel, channel, 1, 1] = 1 / 8
    added = network(**given) - plain
    assert added == pytest.approx(given["burst"][:, :3], abs=1e-6)


@torch.no_grad()
def test_a_tele_and_a_folded_degradation_work_beside_a_burst(network, given) -> None:
    awake(network)
    ref, validity = torch.rand(2, 3, 40, 48), torch.zeros(2, 1, 40, 48)
    alone = network(**given)
    assert torch.allclose(network(**given, ref=ref, validity=validity), alone, atol=1e-6)
    assert not torch.allclose(network(**given, ref=ref), alone, atol=1e-3)
    one = {"lr": given["lr"][:1], "burst": given["burst"][:1]}
    told = given["degradation"][:1]
    assert torch.allclose(folded(network, told[0])(**one), network(**one, degradation=told), atol=1e-5)


@torch.no_grad()
def test_an_ensemble_turns_the_burst_with_the_wide(network, given) -> None:
    both = SelfEnsemble(awake(network))
    upright = both(**given)
    turned = both(turn(given["lr"], 3), degradation=given["degradation"], burst=turn(given["burst"], 3))
    assert torch.allclose(turned, turn(upright, 3), atol=1e-5)


def test_its_description_builds_it_again(network) -> None:
    again = build_network(describe(network))
    assert isinstance(again, DcsrFrames)
    assert again.config == network.config
    with pytest.raises(ValueError, match="dcsr-frames"):
        build_network({"architecture": "dcsr-frames", "frames": 8})
