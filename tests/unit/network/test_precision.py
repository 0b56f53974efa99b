"""Which format is taken, who may override it, and a layout that changes nothing but speed."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from dualzoom.errors import UsageError
from dualzoom.network import precision
from dualzoom.network.precision import (
    VARIABLE,
    bf16_pays,
    channels_last,
    name_of,
    number_format,
    promised,
    short_format,
    using,
)

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


@pytest.fixture
def ratio(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`ratio(2.0)`: the short format is found to be twice as fast, on a machine where nothing is kept."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(precision, "device_name", str)
    monkeypatch.setattr(precision, "kept_format", lambda _name, measure: measure())

    def found(times: float) -> None:
        monkeypatch.setattr(precision, "times_faster", lambda _format, _device: times)

    return found


@pytest.mark.parametrize(
    ("times", "with_instructions", "expected"),
    [(0.1, True, "fp32"), (1.04, True, "fp32"), (1.1, True, "bf16"), (5.0, True, "bf16"),
     (0.1, False, "fp32"), (1.1, False, "fp32"), (1.39, False, "fp32"), (1.41, False, "bf16")],
)  # fmt: skip
def test_what_is_clear_is_taken_and_between_instructions_decide(
    monkeypatch: pytest.MonkeyPatch, ratio, times: float, with_instructions: bool, expected: str
) -> None:
    ratio(times)
    monkeypatch.setattr(
        torch.cpu, "get_capabilities", lambda: {"avx512_bf16": with_instructions}, raising=False
    )
    assert name_of(number_format(CPU)) == expected
    assert bf16_pays(CPU) is (expected == "bf16")


@pytest.mark.parametrize(
    ("capabilities", "there"),
    [({}, False), ({"avx512_f": True}, False), ({"avx512_bf16": True}, True), ({"amx_bf16": True}, True),
     ({"avx512_bf16": False, "amx_bf16": False}, False)],
)  # fmt: skip
def test_what_cpus_promise(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], there: bool
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    assert promised(CPU) is there


def test_where_torch_does_not_say_nothing_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert promised(CPU) is False


@pytest.mark.parametrize(
    ("generation", "name"), [((7, 5), "fp16"), ((8, 0), "bf16"), ((8, 9), "bf16"), ((9, 0), "bf16")]
)
def test_short_formats(monkeypatch: pytest.MonkeyPatch, generation: tuple[int, int], name: str) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _device: generation)
    assert short_format(CUDA) == name
    assert (short_format(CPU), short_format(MPS)) == ("bf16", "fp16")


def test_training_never_runs_in_float16(ratio) -> None:
    ratio(3.0)
    assert number_format(MPS) == torch.float16
    assert not bf16_pays(MPS)


@pytest.mark.parametrize("asked", ["fp32", "bf16", "fp16"])
def test_who_asks_for_a_format_gets_it_and_nothing_is_measured(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(precision, "kept_format", None)
    with using(asked):
        assert name_of(number_format(CPU)) == asked
        with using("auto"):
            assert name_of(number_format(CPU)) == asked
    monkeypatch.setenv(VARIABLE, f" {asked.upper()} ")
    assert name_of(number_format(CPU)) == asked
    with using("fp32"):
        assert number_format(CPU) == torch.float32


@pytest.mark.parametrize("text", ["", "auto"])
def test_the_variable_may_leave_it_open(monkeypatch: pytest.MonkeyPatch, ratio, text: str) -> None:
    ratio(3.0)
    monkeypatch.setenv(VARIABLE, text)
    assert number_format(CPU) == torch.bfloat16


def test_a_variable_that_says_nothing_known_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "double")
    with pytest.raises(UsageError, match="DUALZOOM_PRECISION=double"):
        number_format(CPU)


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
