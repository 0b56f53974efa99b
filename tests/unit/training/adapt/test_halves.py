"""The gradient by halves is the whole batch's, whatever the number of threads."""

import pytest
import torch

from dualzoom.training.adapt.batches import ExampleBatch
from dualzoom.training.adapt.halves import gradients_by_halves, halves
from dualzoom.training.adapt.objective import objective
from dualzoom.training.confidence import Confidence


def batch(kind: str, items: int) -> ExampleBatch:
    torch.manual_seed(1)
    alone = kind == "alone"
    return ExampleBatch(
        kind=kind,  # type: ignore[arg-type]
        wide=torch.rand(items, 3, 16, 16),
        ref=None if alone else torch.rand(items, 3, 32, 32),
        validity=None if alone else torch.rand(items, 1, 32, 32),
        truth=torch.rand(items, 3, 32, 32),
        weight=torch.rand(items, 1, 32, 32),
        degradation=torch.rand(items, 5),
    )


def test_halves_are_equal_or_the_batch_stays_whole() -> None:
    made = batch("reference", 4)
    first, second = halves(made)
    assert torch.equal(torch.cat([first.wide, second.wide]), made.wide)
    assert len(first.truth) == len(second.truth) == 2
    assert halves(batch("alone", 3))[0].ref is None
    assert len(halves(batch("alone", 3))) == 1


@pytest.mark.parametrize("kind", ["reference", "alone"])
@pytest.mark.parametrize("items", [1, 4])
def test_their_mean_is_the_gradient_of_the_batch(kind: str, items: int, network, config, monkeypatch) -> None:
    monkeypatch.setattr("dualzoom.training.adapt.halves.bf16_pays", lambda _device: False)
    made, parameters = batch(kind, items), dict(network.named_parameters())
    loss, found = gradients_by_halves(network, made, parameters, config)
    whole = objective(network, made, Confidence(), config)
    expected = torch.autograd.grad(whole, list(parameters.values()), allow_unused=True)
    torch.testing.assert_close(loss, whole.detach())
    for (name, _), gradient in zip(parameters.items(), expected, strict=True):
        assert (gradient is None) == (name not in found)
        if gradient is not None:
            torch.testing.assert_close(found[name], gradient, atol=1e-6, rtol=1e-3)


def test_threads_change_nothing(network, config) -> None:
    made, parameters = batch("reference", 4), dict(network.named_parameters())
    threads, results = torch.get_num_threads(), []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            results.append(gradients_by_halves(network, made, parameters, config)[1])
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])


def test_an_error_in_a_thread_is_raised(network, config, monkeypatch) -> None:
    monkeypatch.setattr(network, "forward", lambda *_: (_ for _ in ()).throw(MemoryError("full")))
    with pytest.raises(MemoryError, match="full"):
        gradients_by_halves(network, batch("alone", 2), dict(network.named_parameters()), config)
