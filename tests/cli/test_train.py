"""`train`: what reaches the trainer, and what is said of its progress."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from dualzoom.training.config import TrainConfig
from dualzoom.training.train import TrainReport


class Trainer:
    """Stands in for hours of training."""

    finished = True

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def run(self, photos: Any, config: Any, output: Path, *, progress: Any, **options: Any) -> Path | None:
        self.seen = {"photos": photos, "config": config, "output": output, **options}
        progress(TrainReport(step=50, steps=100, loss=0.02, samples_per_s=9.0))
        progress(
            TrainReport(
                step=100, steps=100, loss=0.01, samples_per_s=9.0, psnr={"bicubic": 30.0, "ours": 32.5}
            )
        )
        return output if self.finished else None


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Trainer:
    fake = Trainer()
    monkeypatch.setattr("dualzoom.training.train.run", fake.run)
    return fake


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "train.toml"
    path.write_text("steps = 7\n[network]\narchitecture = 'dcsr-lite'\n")
    return path


def test_the_trainer_gets_what_was_asked(run, trainer, config, tmp_path):
    out = tmp_path / "mine.safetensors"
    arguments = [tmp_path, "--config", config, "-o", out, "--device", "cpu", "--minutes", "2.5"]
    outcome = run("train", *arguments)
    assert (outcome.code, outcome.out) == (0, f"{out}\n")
    assert "32.50 dB" in outcome.err
    assert outcome.err.count("\n") == 1
    seen = trainer.seen
    assert (seen["photos"], seen["output"], seen["minutes"]) == ([tmp_path], out, 2.5)
    assert (seen["config"].steps, seen["resume"]) == (7, False)
    assert seen["device"] == torch.device("cpu")


@pytest.mark.parametrize(
    ("said", "whole", "piece"),
    [
        (["--schedule", "time", "--minutes", "25"], ("time", 25.0), None),
        (["--schedule", "time", "--minutes", "25", "--piece", "10"], ("time", 25.0), 10.0),
        (["--minutes", "25"], ("steps", 0.0), 25.0),
        (["--minutes", "25", "--piece", "10"], ("steps", 0.0), 10.0),
    ],
)
def test_minutes_are_the_whole_runs_where_time_is_its_schedule(run, trainer, tmp_path, said, whole, piece):
    assert run("train", tmp_path, "-o", tmp_path / "mine.safetensors", *said).code == 0
    config = trainer.seen["config"]
    assert (config.schedule, config.minutes) == whole
    assert trainer.seen["minutes"] == piece


def test_2_a_schedule_by_time_without_minutes(run, tmp_path):
    outcome = run("train", tmp_path, "-o", tmp_path / "mine.safetensors", "--schedule", "time")
    assert outcome.code == 2
    assert "--minutes" in outcome.err
    assert len(outcome.error_lines) == 1


def test_without_a_config_the_defaults_hold(run, trainer, tmp_path):
    outcome = run("train", tmp_path, "-o", tmp_path / "mine.safetensors", "--json")
    assert json.loads(outcome.out) == {"output": str(tmp_path / "mine.safetensors")}
    assert trainer.seen["config"] == TrainConfig()


def test_an_unfinished_run_gives_no_result_but_says_how_to_go_on(run, trainer, tmp_path):
    trainer.finished = False
    outcome = run("train", tmp_path, "-o", tmp_path / "mine.safetensors")
    assert (outcome.code, outcome.out) == (0, "")
    assert "--resume" in outcome.err


def test_weights_are_replaced_only_by_going_on(run, trainer, tmp_path):
    out = tmp_path / "mine.safetensors"
    out.write_bytes(b"mine")
    assert run("train", tmp_path, "-o", out).code == 7
    assert trainer.seen == {}
    assert run("train", tmp_path, "-o", out, "--resume").code == 0


@pytest.mark.parametrize("text", ["steps = 7\nstepz = 8\n", "steps = \n", "orientations = 9\n", None])
def test_2_a_config_with_mistakes(run, tmp_path, text):
    path = tmp_path / "train.toml"
    if text is not None:
        path.write_text(text)
    outcome = run("train", tmp_path, "--config", path, "-o", tmp_path / "mine.safetensors")
    assert outcome.code == 2
    assert "train.toml" in outcome.err
    assert len(outcome.error_lines) == 1


def test_2_a_folder_without_photographs(run, tmp_path):
    (tmp_path / "empty").mkdir()
    outcome = run("train", tmp_path / "empty", "-o", tmp_path / "mine.safetensors")
    assert outcome.code == 2
    assert "empty" in outcome.err
