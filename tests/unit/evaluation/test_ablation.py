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
from dualzoom.network.condition import SIZE, presume_real, presumes_real
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.window import shifts, window_gather

SMALL = DcsrLiteConfig(
    channels=8, encoder_blocks=1, reference_blocks=1, decoder_blocks=2, matching_channels=4
)


@pytest.fixture
def network() -> DcsrLite:
    torch.manual_seed(4)
    network = DcsrLite(SMALL).eval()
    for parameter in network.parameters():  # no layer may hide behind a quiet start
        torch.nn.init.normal_(parameter, std=0.15)
    return network


def inputs() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    g = torch.Generator().manual_seed(9)
    lr, ref = torch.rand(2, 3, 24, 20, generator=g), torch.rand(2, 3, 48, 40, generator=g)
    return lr, ref, torch.rand(2, 1, 48, 40, generator=g), torch.rand(2, SIZE, generator=g)


def test_an_ablated_copy_presumes_what_the_network_presumes(network: DcsrLite) -> None:
    assert not presumes_real(ablated(network, "soft"))
    presume_real(network)
    for name in ABLATIONS:
        assert presumes_real(ablated(network, name))


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
def test_without_reference_is_the_single_image_branch(network: DcsrLite) -> None:
    lr, ref, validity, condition = inputs()
    bare = ablated(network, "no-reference")
    assert torch.equal(bare(lr, ref, validity, condition), network(lr, None, None, condition))


@torch.no_grad()
def test_without_attention_every_cell_stays_in_place(network: DcsrLite) -> None:
    lr, ref, validity, condition = inputs()
    centred = ablated(network, "no-attention")
    picture, _, evidence = centred.align(lr, ref, F.avg_pool2d(validity, 2))
    torch.testing.assert_close(picture, F.pixel_unshuffle(ref, 2))
    similarity, weights = centred.match(lr, ref)
    one_hot = torch.zeros(2, len(shifts(2)), 24, 20)
    one_hot[:, shifts(2).index((0, 0))] = 1
    assert torch.equal(weights, one_hot)
    assert torch.equal(window_gather(lr, weights, 2), lr)
    middle = network.match(lr, ref)[0][:, shifts(2).index((0, 0))]
    torch.testing.assert_close(similarity[:, 0], middle)
    torch.testing.assert_close(evidence[:, :1], similarity * F.avg_pool2d(validity, 2))
    assert not torch.allclose(centred(lr, ref, validity, condition), network(lr, ref, validity, condition))


@torch.no_grad()
def test_features_only_leave_the_high_band_out(network: DcsrLite) -> None:
    lr, ref, validity, condition = inputs()
    without = ablated(network, "feature-only")
    same = gated(network, lambda name, _: torch.tensor(0.0 if name == "g_r" else 1.0))
    torch.testing.assert_close(without(lr, ref, validity, condition), same(lr, ref, validity, condition))
    assert not torch.allclose(without(lr, ref, validity, condition), network(lr, ref, validity, condition))


@torch.no_grad()
def test_summation_does_not_look_at_the_confidence(network: DcsrLite) -> None:
    """Whatever the evidence, the gates say what they say of a perfect match."""
    blind = ablated(network, "summation")
    g = torch.Generator().manual_seed(3)
    evidence, decoded = torch.rand(1, 3, 24, 20, generator=g), torch.rand(1, 8, 24, 20, generator=g)
    perfect = torch.tensor([1.0, 1.0, 0.0])[None, :, None, None].expand_as(evidence)
    torch.testing.assert_close(blind.g(evidence), network.g(perfect))
    both = torch.cat([decoded, evidence], 1)
    torch.testing.assert_close(blind.g_r(both), network.g_r(torch.cat([decoded, perfect], 1)))


@torch.no_grad()
def test_soft_is_summation_times_the_confidence(network: DcsrLite) -> None:
    lr, ref, validity, condition = inputs()

    def confidence(_: str, evidence: Tensor) -> Tensor:
        return (evidence[:, :1] / evidence[:, 1:2]).clamp(0, 1)

    summed = ablated(network, "summation")
    assert isinstance(summed, DcsrLite)
    for name in ("g", "g_r"):
        getattr(summed, name).register_forward_hook(
            lambda _module, given, made: made * confidence("", given[0][:, -3:])
        )
    soft = ablated(network, "soft")
    torch.testing.assert_close(soft(lr, ref, validity, condition), summed(lr, ref, validity, condition))


@pytest.mark.parametrize("name", ABLATIONS)
@torch.no_grad()
def test_the_network_stays_as_it_is_and_conditions_fold(network: DcsrLite, name: str) -> None:
    lr, ref, validity, condition = inputs()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    copied = ablated(network, name)
    one = condition[:1].expand(2, -1)
    whole = copied(lr, ref, validity, one)
    torch.testing.assert_close(folded(copied, one[0])(lr, ref, validity, one), whole, rtol=1e-3, atol=1e-3)
    assert not copied.training
    for parameter in copied.parameters():
        parameter.zero_()
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize("name", sorted(set(ABLATIONS) - {"no-reference"}))
@torch.no_grad()
def test_where_nothing_is_valid_every_ablation_is_the_single_image_branch(
    network: DcsrLite, name: str
) -> None:
    lr, ref, validity, condition = inputs()
    made = ablated(network, name)(lr, ref, torch.zeros_like(validity), condition)
    assert torch.equal(made, network(lr, None, None, condition))


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
