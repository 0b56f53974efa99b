"""The timing finds the ratio whatever disturbs it, and leaves the machine as it was."""

from collections.abc import Callable

import pytest
import torch

from dualzoom.network import format_timing
from dualzoom.network.format_timing import device_name, times_faster

CPU = torch.device("cpu")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[torch.dtype]]:
    """`runs(fp32=[…], short=[…])`: the times that runs in each format seem to take; returns a list of what ran."""

    def faked(fp32: list[float], short: list[float]) -> list[torch.dtype]:
        ran: list[torch.dtype] = []
        waiting = {torch.float32: [9.0, *fp32], torch.bfloat16: [9.0, *short]}  # the first only warms up

        def seconds(_work: object, format_: torch.dtype, *_: object) -> float:
            ran.append(format_)
            return waiting[format_].pop(0)

        monkeypatch.setattr(format_timing, "_seconds", seconds)
        return ran

    return faked


def test_the_best_of_each_counts(runs) -> None:
    runs(fp32=[8, 9, 3, 4, 30], short=[5, 1.5, 2, 90, 7])
    assert times_faster(torch.bfloat16, CPU) == pytest.approx(2.0)


def test_formats_take_turns_so_that_a_busy_second_meets_both(runs) -> None:
    ran = runs(fp32=[1.0] * 5, short=[1.0] * 5)
    times_faster(torch.bfloat16, CPU)
    assert ran == [torch.float32, torch.bfloat16] * 6


def test_what_is_much_slower_is_not_run_again(runs) -> None:
    ran = runs(fp32=[1.0] * 5, short=[10.0] * 5)
    assert times_faster(torch.bfloat16, CPU) == pytest.approx(0.1)
    assert len(ran) == 4


def test_it_runs_what_it_times_and_gives_the_threads_back() -> None:
    ticks = iter(range(1000))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        assert times_faster(torch.bfloat16, CPU, clock=lambda: float(next(ticks))) == 1.0
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert next(ticks) == 24  # twice for each of twelve runs


def test_devices_are_told_apart_by_what_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    here = device_name(CPU)
    assert torch.__version__ in here
    monkeypatch.setattr(format_timing, "_processor", lambda: "another")
    other = device_name(CPU)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _device: "a GPU")
    assert len({here, other, device_name(torch.device("cuda")), device_name(torch.device("mps"))}) == 4
