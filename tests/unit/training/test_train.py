"""The trainer: resuming to the bit, learning, and a start from weights of the same network only."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from dualzoom.errors import UsageError
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.training import checkpoint, run_log
from dualzoom.training.batches import Batch, batches
from dualzoom.training.config import LessonConfig, LossConfig, TrainConfig, load_config
from dualzoom.training.losses import correspondence_loss
from dualzoom.training.photos import PhotoPool, find_photos
from dualzoom.training.simulate import SimulationConfig, patterns
from dualzoom.training.train import Trainer, run
from dualzoom.training.validate import Validation

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
CONFIG = TrainConfig(
    steps=6, batch=2, workers=0, warmup_steps=2, validate_every=6, checkpoint_every=100, validation_samples=4,
    held_out_every=2, estimator_samples=64, network=NETWORK, simulation=SimulationConfig(lr_patch_px=48),
)  # fmt: skip


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for i in range(3):
        cv2.imwrite(str(folder / f"{i}.png"), (255 * patterns.draw(300, rng)).astype(np.uint8))
    return folder


def trained(photographs: Path, until: int, start: Trainer | None = None) -> Trainer:
    trainer = start or Trainer(CONFIG, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    for batch in batches(pool, CONFIG, trainer.step):
        if trainer.step == until:
            break
        trainer.train_step(batch)
    return trainer


def test_resuming_is_the_same_to_the_bit(photographs: Path, tmp_path: Path) -> None:
    straight = trained(photographs, 6)
    half = trained(photographs, 3)
    half.save(tmp_path / "run")
    newest = checkpoint.latest(tmp_path / "run")
    assert newest is not None
    resumed = Trainer(CONFIG, torch.device("cpu"))
    resumed.restore(newest)
    trained(photographs, 6, resumed)
    for name, value in straight.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
        assert torch.equal(straight.average[name], resumed.average[name]), name


def test_a_run_writes_weights_that_load_and_an_early_stop_resumes(photographs: Path, tmp_path: Path) -> None:
    output = tmp_path / "model.safetensors"
    assert run([photographs], CONFIG, output, minutes=0) is None
    assert not output.exists()
    assert run([photographs], CONFIG, output, resume=True) == output
    provenance = weights.load(output).info["provenance"]
    assert isinstance(provenance, dict)
    assert provenance["training"]["steps"] == 6
    assert "clean.reference" in provenance["validation_psnr"]
    assert len(run_log.read(tmp_path / "model.run")) == 1
    assert (tmp_path / "model.run" / "samples.png").is_file()


def test_training_learns(photographs: Path) -> None:
    """Sixty steps on one batch bring its error well below where it began."""
    config = replace(CONFIG, steps=60, learning_rate=4e-3)
    trainer = Trainer(config, torch.device("cpu"))
    batch = next(batches(PhotoPool(find_photos([photographs])), config, 0))
    losses = [float(trainer.train_step(batch)) for _ in range(60)]
    assert min(losses[-5:]) < 0.85 * losses[0]


def test_weights_of_another_network_are_no_start(tmp_path: Path) -> None:
    """But fields of older files that mean nothing now do not make another network."""
    network = dict(CONFIG.network)
    path = weights.save(build_network(network), tmp_path / "a.safetensors", config=network)
    for same in ({}, {"projection": False, "projection_leeway": 0.5}):
        assert Trainer(replace(CONFIG, start_from=str(path), network=network | same), torch.device("cpu"))
    for other in ({"decoder_blocks": 2}, {"matching_channels": 8}):
        with pytest.raises(UsageError, match="another network"):
            Trainer(replace(CONFIG, start_from=str(path), network=network | other), torch.device("cpu"))


def test_supervision_teaches_the_matching(photographs: Path) -> None:
    """With nothing but the known displacement, the weights of T come to point at it."""
    config = replace(CONFIG, steps=40, learning_rate=1e-2, loss=LossConfig(matching=1.0, matching_every=1))
    trainer = Trainer(config, torch.device("cpu"))
    pool = PhotoPool(find_photos([photographs]))
    batch = next(b for b in batches(pool, config, 0) if b.ref is not None)
    assert batch.ref is not None
    assert batch.shift is not None

    @torch.no_grad()
    def left() -> float:
        _, found = trainer.network.match(batch.lr, F.avg_pool2d(batch.ref, 2))  # type: ignore[operator]
        return float(correspondence_loss(found, batch.shift, batch.lr, 2))

    before = left()
    for _ in range(40):
        trainer.train_step(batch)
    assert left() < 0.8 * before


def test_without_samples_the_estimator_stays(photographs: Path, tmp_path: Path) -> None:
    """A run that begins with a trained network may keep its estimator: nothing of it changes."""
    start = weights.save(
        build_network(dict(CONFIG.network)), tmp_path / "a.safetensors", config=dict(CONFIG.network)
    )
    config = replace(CONFIG, steps=2, estimator_samples=0, start_from=str(start))
    written = run([photographs], config, tmp_path / "b.safetensors")
    assert written is not None
    before, after = (weights.load(path).module.state_dict() for path in (start, written))
    kept = [name for name in before if name.startswith("estimator.")]
    assert kept
    assert all(torch.equal(before[name], after[name]) for name in kept)


def test_a_run_with_lessons_resumes_to_the_bit(photographs: Path, tmp_path: Path) -> None:
    start = weights.save(
        build_network(dict(CONFIG.network)), tmp_path / "a.safetensors", config=dict(CONFIG.network)
    )
    lessons = LessonConfig(steps=2, batch=1, tiles=4, questions=2)
    config = replace(CONFIG, steps=4, estimator_samples=0, start_from=str(start), lessons=lessons)
    straight = run([photographs], config, tmp_path / "b.safetensors")
    assert run([photographs], config, tmp_path / "c.safetensors", minutes=0) is None  # one step
    resumed = run([photographs], config, tmp_path / "c.safetensors", resume=True)
    assert straight is not None
    assert resumed is not None
    first, second = (weights.load(path).module.state_dict() for path in (straight, resumed))
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
    assert straight.read_bytes() == resumed.read_bytes()
    plain = run([photographs], replace(config, lessons=LessonConfig()), tmp_path / "d.safetensors")
    assert plain is not None
    other = weights.load(plain).module.state_dict()
    assert any(not torch.equal(value, other[name]) for name, value in first.items())


def test_compiling_without_a_compiler_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(UsageError, match=r"C\+\+ compiler"):
        Trainer(replace(CONFIG, compile=True), torch.device("cpu"))


def test_learning_rate_warms_up_and_ends_at_zero() -> None:
    trainer = Trainer(CONFIG, torch.device("cpu"))
    rates = []
    for trainer.step in range(CONFIG.steps + 1):
        rates.append(trainer.learning_rate())
    assert rates[0] < rates[1]
    assert rates[-1] == pytest.approx(0)


class Ticking:
    """A clock that moves by a second whenever it is read, and by five with every validation."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        measure = Validation.measure

        def slowly(*given: Any) -> dict[str, float]:
            self.now += 5
            return measure(*given)

        patch.setattr(Validation, "measure", slowly)

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


TIMED = replace(CONFIG, schedule="time", minutes=2.0, validate_every=4, checkpoint_every=3, steps=2)


def test_a_run_by_time_ends_in_time_with_weights_and_estimator(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rate rises and falls to nothing inside the minutes; the steps of the settings end nothing."""
    output, clock = tmp_path / "model.safetensors", Ticking(monkeypatch)
    rates = []
    whole = Trainer.train_step

    def listen(trainer: Trainer, batch: Batch, _lesson: None) -> torch.Tensor:
        rates.append(trainer.learning_rate())
        return whole(trainer, batch)

    monkeypatch.setattr(Trainer, "train_step", listen)
    assert run([photographs], TIMED, output, clock=clock) == output
    assert clock.now <= 60 * TIMED.minutes
    peak = int(np.argmax(rates))
    assert len(rates) > 10
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] < 0.05 * TIMED.learning_rate
    loaded = weights.load(output)
    assert loaded.info["provenance"]["training"]["steps"] == len(rates)
    assert loaded.module.estimator is not None
    assert float(loaded.module.estimator.centre.abs().sum()) > 0  # it was trained


def test_pieces_of_a_run_by_time_follow_one_schedule(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a deterministic clock: pieces take as long together as one run, and the estimator is trained once."""
    output = tmp_path / "model.safetensors"
    pieces, taken = 0, 0.0
    written = None
    while written is None:
        with monkeypatch.context() as patch:
            clock = Ticking(patch)
            written = run([photographs], TIMED, output, resume=pieces > 0, minutes=0.5, clock=clock)
        pieces, taken = pieces + 1, taken + clock.now
        assert pieces < 12
    assert pieces > 2
    assert taken <= 60 * TIMED.minutes + 3 * pieces  # a piece reads the clock once more than it writes down
    entries = run_log.read(tmp_path / "model.run")
    assert [entry["step"] for entry in entries] == sorted(entry["step"] for entry in entries)


def test_minutes_too_few_for_a_step_are_refused(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes in (0.0, 0.05):
        with pytest.raises(UsageError, match="minutes"):
            run(
                [photographs],
                replace(TIMED, minutes=minutes),
                tmp_path / "m.safetensors",
                clock=Ticking(monkeypatch),
            )
    assert not (tmp_path / "m.safetensors").exists()


def test_against_a_critic_resuming_is_the_same_to_the_bit(photographs: Path, tmp_path: Path) -> None:
    """With every term of appearance: network, average, critic and both optimizers."""
    loss = LossConfig(structure=0.1, texture=0.5, adversarial=0.01, adversarial_from=2)
    config = replace(CONFIG, loss=loss)
    stream = list(batches(PhotoPool(find_photos([photographs])), config, 0))
    straight, half, resumed = (Trainer(config, torch.device("cpu")) for _ in range(3))
    for batch in stream:
        straight.train_step(batch)
    for batch in stream[:3]:
        half.train_step(batch)
    half.save(tmp_path / "run")
    newest = checkpoint.latest(tmp_path / "run")
    assert newest is not None
    resumed.restore(newest)
    for batch in stream[3:]:
        resumed.train_step(batch)
    for name, value in straight.tensors().items():
        assert torch.equal(value, resumed.tensors()[name]), name
    assert any(name.startswith("critic_adam.exp_avg.") for name in straight.tensors())
    terms = straight.terms.taken()
    assert terms is not None
    assert set(terms) == {"structure", "texture", "adversarial", "critic"}


def test_recipes_beside_the_weights_are_understood() -> None:
    recipes = sorted((Path(__file__).parents[3] / "models").glob("*.toml"))
    assert len(recipes) >= 5
    for recipe in recipes:
        assert build_network(load_config(recipe).network).config


def test_a_pooled_estimator_needs_a_trained_network_where_it_comes_first(tmp_path: Path) -> None:
    network = {"architecture": "dcsr-lite", "pooled_estimator": True}
    config = TrainConfig(schedule="time", minutes=1, network=network)
    with pytest.raises(UsageError, match="learns through a trained network"):
        run([tmp_path], config, tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())
