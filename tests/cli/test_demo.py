"""`demo` with nothing replaced but the weights: a small network that has learned nothing yet."""

import functools
import json
from pathlib import Path

import pytest

from dualzoom import capture, scene
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network

CONFIG = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """As training starts: bicubic, plus half of the high band of whatever the tele shows."""
    module = build_network(CONFIG)
    module.tail.weight.data.zero_()
    return weights.save(module, tmp_path / "half.safetensors", config=CONFIG)


@pytest.fixture(autouse=True)
def _small_street(monkeypatch: pytest.MonkeyPatch) -> None:
    small = functools.partial(scene.render, size=Size(504, 378))
    monkeypatch.setattr("dualzoom.scene.render", small)


def test_the_demo_writes_everything_and_tells_the_decibels(run, model, tmp_path):
    folder = tmp_path / "new" / "demo"
    outcome = run("demo", folder, "--model", model, "--device", "cpu", "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    names = {"wide", "tele", "truth", "zoomed", "crops"}
    assert {Path(found[name]).parent for name in names} == {folder}
    assert sorted(p.name for p in folder.iterdir()) == sorted(Path(found[name]).name for name in names)
    wide, truth, zoomed = (capture.read(found[name]) for name in ("wide", "truth", "zoomed"))
    assert zoomed.size == truth.size == wide.size.scale(2)
    ours, bicubic = found["psnr"]["dualzoom"], found["psnr"]["bicubic"]
    assert bicubic["outside"] - 0.1 < ours["outside"] < bicubic["outside"] + 1.0  # what calibration teaches
    assert ours["inside"] > bicubic["inside"] + 0.3
    assert ours["whole"] > bicubic["whole"]
    assert found["result"]["registration"]["inliers"] > 50
    assert found["result"]["tele"]["used"] is True
    assert found["result"]["calibration"]["tiles"] > 0

    assert run("demo", folder, "--model", model).code == 7  # an earlier demo is not overwritten unasked


def test_8_the_demo_without_weights(run, tmp_path):
    outcome = run("demo", tmp_path, "--model", tmp_path / "lost.safetensors")
    assert (outcome.code, outcome.out) == (8, "")


def test_7_the_demo_where_it_may_not_write(run, tmp_path):
    (tmp_path / "file").write_text("mine")
    outcome = run("demo", tmp_path / "file")
    assert (outcome.code, outcome.out) == (7, "")
