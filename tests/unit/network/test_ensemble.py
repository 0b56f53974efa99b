"""Laws of the self-ensemble: turns undo each other, an equivariant network is unchanged, any other becomes one."""

import pytest
import torch
from torch import Tensor

from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.ensemble import ORIENTATIONS, SelfEnsemble, turn, turn_back


class Lopsided(RestorationNetwork):
    """Looks to the right, above and at the reference: no two orientations give the same."""

    receptive_radius_px = 1

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(
        self, lr: Tensor, ref: Tensor | None, validity: Tensor | None, degradation: Tensor | None
    ) -> Tensor:
        seen = lr.roll(1, -1) + 2 * lr.roll(1, -2)
        picture = seen.repeat_interleave(2, -1).repeat_interleave(2, -2)
        return picture if ref is None else picture + ref.roll(1, -1) * validity


def test_the_eight_orientations_differ_and_are_undone() -> None:
    picture = torch.arange(6.0).reshape(1, 1, 2, 3)
    seen = [turn(picture, number) for number in range(ORIENTATIONS)]
    assert len({(*x.shape, *x.flatten().tolist()) for x in seen}) == ORIENTATIONS
    assert all(torch.equal(turn_back(x, number), picture) for number, x in enumerate(seen))


@pytest.mark.parametrize("form", [torch.contiguous_format, torch.channels_last])
def test_the_memory_format_stays(form: torch.memory_format) -> None:
    picture = torch.rand(2, 3, 4, 5).contiguous(memory_format=form)
    for number in range(ORIENTATIONS):
        there = turn(picture, number)
        assert there.is_contiguous(memory_format=form)
        assert turn_back(there, number).is_contiguous(memory_format=form)


@pytest.mark.parametrize("with_tele", [True, False])
@pytest.mark.parametrize("network", [Lopsided(), DcsrLite(DcsrLiteConfig(channels=8, decoder_blocks=1))])
@torch.no_grad()
def test_turned_inputs_give_the_turned_result(network: torch.nn.Module, with_tele: bool) -> None:
    torch.manual_seed(4)
    lr, ref, validity = torch.rand(1, 3, 12, 10), torch.rand(1, 3, 24, 20), torch.rand(1, 1, 24, 20)
    degradation, whole = torch.rand(1, 5), SelfEnsemble(network.eval())
    inputs = (lr, ref, validity) if with_tele else (lr, None, None)
    made = whole(*inputs, degradation)
    once = network(*inputs, degradation)
    assert made.shape == once.shape
    assert not torch.allclose(made, once, atol=1e-4)  # or this test would show nothing
    for number in range(ORIENTATIONS):
        turned = (None if part is None else turn(part, number) for part in inputs)
        assert torch.allclose(turn_back(whole(*turned, degradation), number), made, atol=1e-5)


def test_the_mean_is_taken_in_float32() -> None:
    class Half(Lopsided):
        def forward(self, *inputs: Tensor | None) -> Tensor:
            return super().forward(*inputs).bfloat16()

    assert SelfEnsemble(Half())(torch.rand(1, 3, 4, 4), None, None, None).dtype == torch.float32
