"""Laws of the ablations: each takes away its part and nothing else, and leaves the network itself alone."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.errors import UsageError
from dualzoom.evaluation import ablation
from dualzoom.evaluation.ablation import ABLATIONS, ablated
from dualzoom.network.blocks import folded
from dualzoom.network.contract import rebuilt
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.window import shifts, window_gather

Inputs = tuple[Tensor, Tensor, Tensor, Tensor]


@pytest.fixture
def network(lite_network: DcsrLite) -> DcsrLite:
    return lite_network


@pytest.fixture
def inputs(lite_inputs) -> Inputs:
    return lite_inputs(24, 20)


def test_an_ablated_copy_is_configured_as_the_network(network: DcsrLite) -> None:
    for given in (network, network.with_config(assume_native=True)):
        for name in ABLATIONS:
            copied = ablated(given, name)
            assert copied.config == given.config
            assert copied.estimator.assume_native == given.config.assume_native


def gated(network: DcsrLite, gate: Callable[[str, Tensor], Tensor]) -> DcsrLite:
    """A copy whose gates' results go through `gate(name, evidence)`, multiplied."""
    changed = DcsrLite(network.config).eval()
    changed.load_state_dict(network.state_dict())
    for name in ("g", "g_r"):
        getattr(changed, name).register_forward_hook(
            lambda _module, given, made, name=name: made * gate(name, given[0][:, -3:])
        )
    return changed


@torch.no_grad()
def test_without_reference_is_the_single_image_branch(network: DcsrLite, inputs: Inputs) -> None:
    lr, ref, validity, degradation = inputs
    bare = ablated(network, "no-reference")
    assert torch.equal(bare(lr, ref, validity, degradation), network(lr, None, None, degradation))


@torch.no_grad()
def test_without_attention_every_cell_stays_in_place(network: DcsrLite, inputs: Inputs) -> None:
    lr, ref, validity, degradation = inputs
    centred = ablated(network, "no-attention")
    cells, low = F.pixel_unshuffle(ref, 2), F.avg_pool2d(ref, 2)
    picture, _, evidence = centred.align(lr, cells, F.avg_pool2d(validity, 2))
    torch.testing.assert_close(picture, cells)
    similarity, weights = centred.match(lr, low)
    one_hot = torch.zeros(2, len(shifts(2)), 24, 20)
    one_hot[:, shifts(2).index((0, 0))] = 1
    assert torch.equal(weights, one_hot)
    assert torch.equal(window_gather(lr, weights, 2), lr)
    middle = network.match(lr, low)[0][:, shifts(2).index((0, 0))]
    torch.testing.assert_close(similarity[:, 0], middle)
    torch.testing.assert_close(evidence[:, :1], similarity * F.avg_pool2d(validity, 2))
    assert not torch.allclose(
        centred(lr, ref, validity, degradation), network(lr, ref, validity, degradation)
    )


@torch.no_grad()
def test_features_only_leave_the_high_band_out(network: DcsrLite, inputs: Inputs) -> None:
    lr, ref, validity, degradation = inputs
    without = ablated(network, "feature-only")
    same = gated(network, lambda name, _: torch.tensor(0.0 if name == "g_r" else 1.0))
    torch.testing.assert_close(without(lr, ref, validity, degradation), same(lr, ref, validity, degradation))
    assert not torch.allclose(
        without(lr, ref, validity, degradation), network(lr, ref, validity, degradation)
    )


@torch.no_grad()
def test_summation_does_not_look_at_the_confidence(network: DcsrLite) -> None:
    """Whatever the evidence, the gates say what they say of a perfect match."""
    blind = ablated(network, "summation")
    g = torch.Generator().manual_seed(3)
    evidence, decoded = torch.rand(1, 3, 24, 20, generator=g), torch.rand(1, 8, 24, 20, generator=g)
    perfect = torch.tensor([1.0, 1.0, 0.0])[None, :, None, None].expand_as(evidence)
    torch.testing.assert_close(blind.feature_gate(evidence), network.feature_gate(perfect))
    torch.testing.assert_close(blind.image_gate(decoded, evidence), network.image_gate(decoded, perfect))


@torch.no_grad()
def test_soft_is_summation_times_the_confidence(network: DcsrLite, inputs: Inputs) -> None:
    lr, ref, validity, degradation = inputs

    class Scaled(type(ablated(network, "summation"))):
        """Its gates times C, which the evidence holds multiplied by the validity."""

        def feature_gate(self, evidence: Tensor) -> Tensor:
            return super().feature_gate(evidence) * (evidence[:, :1] / evidence[:, 1:2]).clamp(0, 1)

        def image_gate(self, decoded: Tensor, evidence: Tensor) -> Tensor:
            return super().image_gate(decoded, evidence) * (evidence[:, :1] / evidence[:, 1:2]).clamp(0, 1)

    scaled, soft = rebuilt(Scaled, network), ablated(network, "soft")
    torch.testing.assert_close(soft(lr, ref, validity, degradation), scaled(lr, ref, validity, degradation))


@pytest.mark.parametrize("name", ABLATIONS)
@torch.no_grad()
def test_the_network_stays_as_it_is_and_degradations_fold(
    network: DcsrLite, inputs: Inputs, name: str
) -> None:
    lr, ref, validity, degradation = inputs
    before = {key: value.clone() for key, value in network.state_dict().items()}
    copied = ablated(network, name)
    one = degradation[:1].expand(2, -1)
    whole = copied(lr, ref, validity, one)
    torch.testing.assert_close(folded(copied, one[0])(lr, ref, validity, one), whole, rtol=1e-3, atol=1e-3)
    assert not copied.training
    for parameter in copied.parameters():
        parameter.zero_()
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize("name", sorted(set(ABLATIONS) - {"no-reference"}))
@torch.no_grad()
def test_where_nothing_is_valid_every_ablation_is_the_single_image_branch(
    network: DcsrLite, inputs: Inputs, name: str
) -> None:
    lr, ref, validity, degradation = inputs
    made = ablated(network, name)(lr, ref, torch.zeros_like(validity), degradation)
    assert torch.equal(made, network(lr, None, None, degradation))


def test_what_cannot_be_taken_away_is_said(network: DcsrLite) -> None:
    with pytest.raises(UsageError, match="choose from no-reference"):
        ablated(network, "no-luck")
    other = Dcsr(DcsrConfig())
    with pytest.raises(UsageError, match="dcsr-lite"):
        ablated(other, "soft")


def test_the_command_offers_all_of_them() -> None:
    from dualzoom.cli.evaluate_options import Ablation
    from dualzoom.evaluation.displaced import DISPLACED

    assert tuple(part.value for part in Ablation) == (*ablation.ABLATIONS, *DISPLACED)
