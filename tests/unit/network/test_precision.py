"""Where bfloat16 pays, and a layout that changes nothing but speed."""

import pytest
import torch
from torch import nn

from dualzoom.network.precision import bf16_pays, channels_last

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("capabilities", "pays"),
    [({}, False), ({"avx512_f": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True}, True),
     ({"avx512_bf16": False, "amx_bf16": False}, False)],
)  # fmt: skip
def test_on_cpus_it_pays_with_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], pays: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert bf16_pays(CPU) is pays


def test_where_torch_does_not_say_it_does_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert bf16_pays(CPU) is False


@pytest.mark.parametrize(
    ("generation", "pays"), [((7, 5), False), ((8, 0), True), ((8, 9), True), ((9, 0), True)]
)
def test_on_nvidia_it_pays_from_ampere_on(
    monkeypatch: pytest.MonkeyPatch, generation: tuple[int, int], pays: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _device: generation)
    assert bf16_pays(CUDA) is pays


def test_elsewhere_it_does_not_pay() -> None:
    assert not bf16_pays(torch.device("mps"))


@torch.no_grad()
def test_the_layout_changes_no_weight_and_no_result() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    x = torch.rand(2, 3, 9, 11)
    plain = module(x)
    assert channels_last(module, CPU) is module
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(part.weight.is_contiguous(memory_format=torch.channels_last) for part in module)
    torch.testing.assert_close(module(x), plain)
