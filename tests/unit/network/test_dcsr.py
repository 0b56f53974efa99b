"""DCSR at the paper's size: what an invalid reference may change (nothing), and what a valid one must."""

import pytest
import torch
from torch import Tensor

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.dcsr import Dcsr, DcsrConfig
from dualzoom.network.degradation import SIZE
from dualzoom.network.matching import Match, match_global

SMALL = DcsrConfig(
    channels=8,
    encoder_blocks=1,
    reference_blocks=1,
    decoder_lr_blocks=1,
    decoder_hr_blocks=1,
    matching_width=8,
    matching_channels=4,
    transformer_channels=8,
)


def network(config: DcsrConfig = SMALL) -> Dcsr:
    torch.manual_seed(0)
    module = Dcsr(config)
    for parameter in module.parameters():  # as far from the start as training may take it
        torch.nn.init.normal_(parameter, std=0.1)
    return module.eval()


def pictures(height: int = 12, width: int = 16) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    lr = torch.rand(2, 3, height, width, generator=generator)
    ref = torch.rand(2, 3, 2 * height, 2 * width, generator=generator)
    return lr, ref, torch.ones(2, 1, 2 * height, 2 * width)


@pytest.mark.parametrize("bf16", [False, True])
@pytest.mark.parametrize("size", [(12, 16), (17, 13)])
@torch.no_grad()
def test_zero_validity_is_no_reference_bit_for_bit(bf16: bool, size: tuple[int, int]) -> None:
    module, (lr, ref, validity) = network(), pictures(*size)
    ref[..., 3] = torch.nan
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        alone = module(lr)
        assert torch.equal(module(lr, ref, 0 * validity), alone)
        assert not torch.equal(module(lr, ref.nan_to_num(), validity), alone)
    assert alone.dtype == torch.float32


@torch.no_grad()
def test_what_lies_where_validity_is_zero_is_never_looked_at() -> None:
    module, (lr, ref, validity) = network(), pictures()
    validity[..., :10] = 0
    other = ref.clone()
    other[..., :10] = torch.inf
    assert torch.equal(module(lr, ref, validity), module(lr, other, validity))
    other = ref.clone()
    other[..., 10:] = 0
    assert not torch.equal(module(lr, ref, validity), module(lr, other, validity))


@torch.no_grad()
def test_items_of_a_batch_do_not_see_each_other() -> None:
    module, (lr, ref, validity) = network(), pictures()
    whole = module(lr, ref, validity)
    for item in range(2):
        one = slice(item, item + 1)
        torch.testing.assert_close(module(lr[one], ref[one], validity[one]), whole[one], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_fresh_network_is_bicubic_plus_half_of_the_high_band() -> None:
    torch.manual_seed(0)
    module, (lr, _, _) = Dcsr(SMALL), pictures()
    halved = torch.zeros(2, SIZE)
    assert float((module(lr, degradation=halved) - bicubic_up(lr)).abs().max()) < 0.02
    flat = torch.full_like(lr, 0.5)
    lines = 0.2 * (torch.arange(32) % 2 - 0.5).expand(2, 3, 24, 32)  # beyond the band of the wide's grid
    torch.testing.assert_close(
        module(flat, 0.5 + lines, degradation=halved), 0.5 + 0.5 * lines, atol=0.02, rtol=0
    )


@torch.no_grad()
def test_the_condition_is_heard() -> None:
    module, (lr, _, _) = network(), pictures()
    own = module.estimator.of_batch(lr)
    torch.testing.assert_close(module(lr, degradation=own), module(lr))
    assert not torch.equal(module(lr, degradation=own), module(lr, degradation=torch.ones(2, SIZE)))


@torch.no_grad()
def test_another_search_can_take_the_place_of_the_window() -> None:
    asked: list[Match] = []

    class Everywhere(Dcsr):
        def match(self, query: Tensor, key: Tensor) -> Match:
            asked.append(match_global(query, key))
            return asked[-1]

    torch.manual_seed(0)
    lr, ref, validity = pictures()
    assert Everywhere(SMALL)(lr, ref, validity).shape == ref.shape
    assert asked[0].index.shape == (2, 12 * 16)


def test_every_parameter_learns_from_a_valid_reference() -> None:
    module, (lr, ref, validity) = network(), pictures()
    degradation = torch.full((len(lr), SIZE), 0.5)  # zero, of halved photos, teaches the modulation nothing
    module(lr, ref, validity, degradation).square().sum().backward()
    own = [
        (name, p) for name, p in module.named_parameters() if not name.startswith("estimator.")
    ]  # learns apart
    silent = [name for name, p in own if p.grad is None or not bool(p.grad.any())]
    assert silent == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")  # torch's own tracing
@torch.no_grad()
def test_compiles_without_graph_breaks() -> None:
    module, (lr, ref, validity) = network(), pictures()
    compiled = torch.compile(module, backend="eager", fullgraph=True)  # raises where the graph would break
    torch.testing.assert_close(compiled(lr, ref, validity), module(lr, ref, validity))


@pytest.mark.parametrize("wrong", [{"channels": 0}, {"channels": 10**6}, {"max_shift_px": -1.0}])
def test_configurations_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        DcsrConfig(**wrong)
    with pytest.raises(TypeError, match="channels"):
        DcsrConfig(channels="64")
