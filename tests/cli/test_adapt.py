"""`adapt`: from files to weights with a story, or to a clear word and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from dualzoom import capture
from dualzoom.cli import demo_pair
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.degradation import DegradationEstimator
from dualzoom.network.registry import build_network
from dualzoom.scene import render
from dualzoom.settings import WriteSettings
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.validation import Judge, Scores

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
SMALL = AdaptConfig(batch=2, evaluate_every=2, tile_px=24, crop_px=16, min_tiles=2, judged_tiles=2)
OVER = WriteSettings(on_exists="overwrite")
START = Scores(tele_db=30, detail=0.8, energy=1.0, consistency_db=55)


def grey() -> capture.Photo:
    return capture.Photo(pixels=np.full((240, 320, 3), 90, np.uint8))


@pytest.fixture(scope="module")
def scene():
    return render(3, size=Size(320, 240), noise=0.1, depth_layers=False)


@pytest.fixture
def pair(scene, tmp_path: Path) -> Path:
    """A folder with one pair, house-wide.jpg and house-tele.jpg."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    for name, photo in demo_pair.photos(scene).items():
        if name != "truth.png":
            capture.write(photo, folder / f"house-{name}")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    return weights.save(build_network(NETWORK), tmp_path / "base.safetensors", config=NETWORK)


@pytest.fixture
def adapt(run, base, monkeypatch):
    """The command with small tiles and a small network."""
    monkeypatch.setattr("dualzoom.training.adapt.config.AdaptConfig", lambda **kw: replace(SMALL, **kw))
    return lambda *arguments: run("adapt", *arguments, "--model", base, "--device", "cpu")


@pytest.fixture
def gains(monkeypatch):
    """Held-out scores that rise with every look."""
    rising = (replace(START, tele_db=START.tele_db + step) for step in range(100))
    monkeypatch.setattr(Judge, "measure", lambda *_: next(rising))


def test_adapted_weights_carry_their_story(adapt, run, gains, pair, base, tmp_path, monkeypatch):
    monkeypatch.setattr(DegradationEstimator, "settle", lambda *_: torch.full((5,), 0.3))
    out = tmp_path / "mine.safetensors"
    outcome = adapt(pair, "-o", out, "--steps", 2)
    assert (outcome.code, outcome.out) == (0, f"{out}\n")
    gained = "held-out tele 31.00 dB (+1.00), detail 0.800 (+0.000), energy 1.00 (+0.00), tones 55.0 dB"
    assert gained in outcome.err
    story = weights.load(out).info["provenance"]
    assert story["adapted_from"]["base_sha256"] == weights.verify(base)["sha256"]
    assert len(story["adapted_from"]["pairs"]) == 1
    assert (story["before"]["tele_db"], story["after"]["tele_db"]) == (30, 31)
    assert story["settings"]["steps"] == 2
    assert weights.load(out).config["assume_native"] is True
    with safe_open(out, "pt") as file:
        assert json.loads(file.metadata()["provenance"]) == story
    assert str(pair) not in json.dumps(story)
    told = run("models", "verify", out)
    assert "adapted from base on 1 pair: tele 30.00 -> 31.00 dB, detail 0.800 -> 0.800" in told.out
    report = capture.read(tmp_path / "mine-report.png")
    assert report.size.width > 3 * 2 * 24
    assert not (tmp_path / "mine.run").exists()
    assert adapt(pair, "-o", out).code == 7  # nothing is overwritten


def test_nothing_gained_writes_nothing_and_says_so(adapt, monkeypatch, pair, base, tmp_path):
    monkeypatch.setattr(Judge, "measure", lambda *_: START)
    before = sorted(tmp_path.iterdir())
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 2)
    assert (outcome.code, outcome.out) == (0, "")
    assert "nothing beat the starting weights" in outcome.err
    assert sorted(tmp_path.iterdir()) == before
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 0, "--always-write", "--json")
    facts = json.loads(outcome.out)
    assert (facts["improved"], facts["steps"]) == (False, 0)
    same, old = (weights.load(path).module.state_dict() for path in (facts["output"], base))
    assert all(torch.equal(value, old[name]) for name, value in same.items())


@pytest.mark.parametrize(
    ("lost", "said"),
    [({"consistency_db": 40}, "tones 40.0 dB"), ({"energy": 0.8}, "energy 0.80 (-0.20)"),
     ({"detail": 0.7}, "detail 0.700 (-0.100)")],
)  # fmt: skip
def test_a_gain_refused_for_the_tones_or_the_details_sake_is_told(
    adapt, monkeypatch, pair, tmp_path, lost, said
):
    scores = iter([START])
    far = replace(START, tele_db=31, **lost)
    monkeypatch.setattr(Judge, "measure", lambda *_: next(scores, far))
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 2, "--json")
    assert "refused for the tones' or the detail's sake: held-out tele 31.00 dB (+1.00)" in outcome.err
    assert said in outcome.err
    assert json.loads(outcome.out)["refused"] == far.to_json()


def test_there_is_no_longer_a_choice_of_correcting_the_wide(adapt, pair, tmp_path):
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--correct-wide")
    assert outcome.code == 2
    assert not list(tmp_path.glob("mine*"))


def test_dry_run_only_lists(adapt, pair, tmp_path):
    (pair / "alone-wide.jpg").write_bytes((pair / "house-wide.jpg").read_bytes())
    outcome = adapt(pair, "--dry-run")
    assert outcome.code == 0
    assert outcome.out == f"house  {pair / 'house-wide.jpg'}  {pair / 'house-tele.jpg'}\n"
    assert "alone-wide.jpg: left out, its tele photo is missing" in outcome.err
    named = adapt(pair / "house-wide.jpg", pair / "house-tele.jpg", "--dry-run", "--json")
    assert json.loads(named.out)["tele"] == str(pair / "house-tele.jpg")


def test_a_full_disk_loses_nothing(adapt, gains, pair, tmp_path, monkeypatch):
    """The state stays, and --resume writes the weights without another step."""
    out = tmp_path / "mine.safetensors"

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(weights, "publish", full)
        outcome = adapt(pair, "-o", out, "--steps", 2)
    assert outcome.code == 7
    assert "No space left" in outcome.err
    assert not out.exists()
    resumed = adapt(pair, "-o", out, "--steps", 2, "--resume", "--json")
    facts = json.loads(resumed.out)
    assert (facts["steps"], facts["after"]["tele_db"]) == (2, 31)
    assert out.exists()


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda folder: [path.unlink() for path in folder.iterdir()], 2, "no pairs"),
        (lambda folder: (folder / "house-tele.jpg").unlink(), 2, "its tele photo is missing"),
        (lambda folder: (folder / "house-tele.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more"), 4, "house-tele.jpg"),
        (lambda folder: capture.write(grey(), folder / "house-tele.jpg", OVER), 5, "house-tele.jpg"),
    ],
    ids=["empty folder", "missing partner", "unreadable", "mismatched"],
)  # fmt: skip
def test_bad_input_has_its_own_code(adapt, pair, tmp_path, spoil, code, words):
    spoil(pair)
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 2)
    assert (outcome.code, outcome.out) == (code, "")
    assert words in outcome.err
    assert not list(tmp_path.glob("mine*"))


def test_2_a_name_that_is_none_for_weights(adapt, pair, tmp_path):
    assert adapt(pair, "-o", tmp_path / "mine.pt").code == 2
    assert adapt(pair).code == 2
