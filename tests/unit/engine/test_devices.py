"""Devices by name, and errors that mean that memory ran out."""

import pytest
import torch

from dualzoom.engine import choose_device, out_of_memory
from dualzoom.errors import UsageError


def test_other_runtime_errors_are_not_taken_for_memory() -> None:
    assert not out_of_memory(RuntimeError("shapes differ"))
    assert out_of_memory(
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes.")
    )


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_takes_the_fastest_that_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto") == torch.device(chosen)


@pytest.mark.parametrize("name", ["gpu", "cuda:99", "cuda:x", "meta"])
def test_devices_that_are_not_there_are_usage_errors(name: str) -> None:
    with pytest.raises(UsageError):
        choose_device(name)
