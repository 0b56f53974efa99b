"""The network's own confidence is overheard while the block lasts, and asks nothing of it afterwards."""

import pytest
import torch

from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.training.confidence import Confidence, overheard


class Other(RestorationNetwork):
    """A network without matching."""

    receptive_radius_px = 0

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(self, lr, ref=None, validity=None, degradation=None):
        return lr


@pytest.fixture
def networks(lite_network):
    torch.manual_seed(0)
    return lite_network, Dcsr(DcsrConfig(encoder_blocks=1, decoder_lr_blocks=1, decoder_hr_blocks=1)).eval()


@torch.no_grad()
def test_it_is_not_negative_on_the_wides_grid_and_nothing_where_nothing_is_valid(
    networks, lite_inputs
) -> None:
    lr, ref, validity, degradation = lite_inputs(16, 20)
    validity = torch.ones_like(validity)
    validity[..., :20] = 0
    for network in networks:
        with overheard(network) as confidence:
            network(lr, ref, validity, degradation)
            weights = confidence.weights(validity)
        assert weights.shape == (2, 1, 16, 20)
        assert weights.min() >= 0
        assert weights[..., :10].max() == 0
        assert weights[..., 10:].max() > 0


@torch.no_grad()
def test_listening_changes_no_result_and_ends_with_the_block(networks, lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(16, 20)
    for network in networks:
        plain = network(lr, ref, validity, degradation)
        with overheard(network) as confidence:
            assert torch.equal(network(lr, ref, validity, degradation), plain)
        last = confidence.last
        network(lr.flip(0), ref, validity, degradation)
        assert confidence.last is last
        with pytest.raises(KeyboardInterrupt), overheard(network):
            raise KeyboardInterrupt
        assert not any(part._forward_pre_hooks for part in network.modules())


def test_no_gradient_flows_through_it(lite_network, lite_inputs) -> None:
    with overheard(lite_network) as confidence:
        lite_network(*lite_inputs(16, 20))
    assert confidence.last is not None
    assert confidence.last.requires_grad
    assert not confidence.weights(torch.ones(2, 1, 32, 40)).requires_grad


def test_a_network_that_says_nothing_is_taken_for_confident(lite_inputs) -> None:
    lr, ref, validity, degradation = lite_inputs(16, 20)
    with overheard(Other()) as confidence:
        Other()(lr, ref, validity, degradation)
    assert torch.equal(confidence.weights(validity), validity)


def test_what_is_below_zero_asks_nothing() -> None:
    confidence = Confidence()
    confidence.last = torch.tensor([[[[-0.5, 0.25, 1.5]]]], dtype=torch.float16)
    weights = confidence.weights(torch.ones(1, 1, 1, 3))
    torch.testing.assert_close(weights, torch.tensor([[[[0.0, 0.25, 1.5]]]]))
