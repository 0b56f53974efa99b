"""What a run begins with."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dualzoom.errors import UsageError
from dualzoom.network import weights
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.registry import build_network
from dualzoom.training.config import TrainConfig
from dualzoom.training.start import begin, with_blocks

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 2, "reference_blocks": 1, "decoder_blocks": 3,
    "matching_channels": 4,
}  # fmt: skip


@pytest.fixture
def network() -> RestorationNetwork:
    torch.manual_seed(3)
    made = build_network(NETWORK)
    for value in made.parameters():
        value.data.add_(0.02 * torch.randn_like(value))
    return made.eval()


def test_blocks_that_are_left_out_pass_their_input_on(network: RestorationNetwork) -> None:
    """The shallower network equals the deep one whose other blocks add nothing."""
    left = with_blocks(network, {"encoder": [1], "decoder": [0, 2]}).eval()
    for block in (network.encoder.blocks[0], network.decoder.blocks[1]):  # type: ignore[union-attr, index]
        block.conv2.weight.data.zero_()
        block.conv2.bias.data.zero_()
    lr, ref = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(left(lr, ref), network(lr, ref))


@pytest.mark.parametrize("kept", [{"decoder": [3]}, {"decoder": [1, 0]}, {"decoder": [0, 0]}, {"tail": [0]}])
def test_blocks_that_are_not_there_are_refused(
    network: RestorationNetwork, kept: dict[str, list[int]]
) -> None:
    with pytest.raises(UsageError, match="are not blocks of"):
        with_blocks(network, kept)


def test_a_run_begins_with_the_blocks_it_names(network: RestorationNetwork, tmp_path: Path) -> None:
    path = weights.save(network, tmp_path / "deep.safetensors", config=NETWORK)
    config = TrainConfig(network=NETWORK | {"decoder_blocks": 2}, start_from=str(path))
    with pytest.raises(UsageError, match="another network"):
        begin(config)
    begun = begin(replace(config, start_blocks={"decoder": [0, 2]}))
    assert torch.equal(begun.state_dict()["tail.weight"], network.state_dict()["tail.weight"])


def test_a_network_for_bursts_begins_as_one_for_single_photos(
    network: RestorationNetwork, tmp_path: Path
) -> None:
    path = weights.save(network, tmp_path / "single.safetensors", config=NETWORK)
    bursts = NETWORK | {"architecture": "dcsr-frames"}
    begun = begin(TrainConfig(network=bursts, start_from=str(path))).eval()
    assert begun.architecture == "dcsr-frames"
    lr, burst = torch.rand(1, 3, 64, 64), torch.rand(1, 5, 128, 128)
    told = torch.rand(1, 5)
    with torch.no_grad():
        assert torch.equal(begun(lr, None, None, told, burst), network(lr, None, None, told))
    with pytest.raises(UsageError, match="another network"):
        begin(TrainConfig(network=bursts | {"channels": 16}, start_from=str(path)))


def test_a_network_with_a_pooled_estimator_begins_as_one_without(
    network: RestorationNetwork, tmp_path: Path
) -> None:
    path = weights.save(network, tmp_path / "plain.safetensors", config=NETWORK)
    begun = begin(TrainConfig(network=NETWORK | {"pooled_estimator": True}, start_from=str(path)))
    assert begun.estimator is not None
    assert begun.estimator.pooled is not None
    for name, value in network.state_dict().items():
        assert torch.equal(begun.state_dict()[name], value)
    pooling = weights.save(
        begun, tmp_path / "pooling.safetensors", config=NETWORK | {"pooled_estimator": True}
    )
    with pytest.raises(UsageError, match="another network"):  # its numbers would be lost
        begin(TrainConfig(network=NETWORK, start_from=str(pooling)))
