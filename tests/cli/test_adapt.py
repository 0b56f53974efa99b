"""`adapt`: from files to weights with a story, or to a clear word and nothing else."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from dualzoom import capture
from dualzoom.cli import comparison
from dualzoom.evaluation.scene import render
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.back_projection import leeway_of, projects
from dualzoom.network.condition import ConditionEstimator
from dualzoom.network.registry import build
from dualzoom.settings import WriteSettings
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.score import Judge, Scores

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
SMALL = AdaptConfig(batch=2, evaluate_every=2, tile_px=24, crop_px=16, min_tiles=2, judged_tiles=2)
OVER = WriteSettings(on_exists="overwrite")
START = Scores(tele_db=30, detail=0.8, consistency_db=44)


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
    for name, photo in comparison.photos(scene).items():
        if name != "truth.png":
            capture.write(photo, folder / f"house-{name}")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    return weights.save(build(NETWORK), tmp_path / "base.safetensors", config=NETWORK)


@pytest.fixture
def adapt(run, base, monkeypatch):
    """The command with small tiles and a small network."""
    monkeypatch.setattr("dualzoom.training.adapt.AdaptConfig", lambda **kw: replace(SMALL, **kw))
    return lambda *arguments: run("adapt", *arguments, "--model", base, "--device", "cpu")


@pytest.fixture
def gains(monkeypatch):
    """Held-out scores that rise with every look."""
    rising = (replace(START, tele_db=START.tele_db + step) for step in range(100))
    monkeypatch.setattr(Judge, "measure", lambda *_: next(rising))


def test_adapted_weights_carry_their_story(adapt, run, gains, pair, base, tmp_path, monkeypatch):
    monkeypatch.setattr(ConditionEstimator, "settle", lambda *_: torch.full((5,), 0.3))
    out = tmp_path / "mine.safetensors"
    outcome = adapt(pair, "-o", out, "--steps", 2)
    assert (outcome.code, outcome.out) == (0, f"{out}\n")
    assert "held-out tele 31.00 dB (+1.00), wide 44.00 dB (+0.00)" in outcome.err
    story = weights.load(out).info["provenance"]
    assert story["adapted_from"]["base_sha256"] == weights.verify(base)["sha256"]
    assert len(story["adapted_from"]["pairs"]) == 1
    assert (story["before"]["tele_db"], story["after"]["tele_db"]) == (30, 31)
    assert story["settings"]["steps"] == 2
    assert weights.load(out).config["presumes_real"] is True
    with safe_open(out, "pt") as file:
        assert json.loads(file.metadata()["provenance"]) == story
    assert str(pair) not in json.dumps(story)
    told = run("models", "verify", out)
    assert "adapted from base on 1 pair: tele 30.00 -> 31.00 dB, wide 44.00 -> 44.00 dB" in told.out
    report = capture.read(tmp_path / "mine-report.png")
    assert report.size.width > 3 * 2 * 24
    assert not (tmp_path / "mine.run").exists()
    assert adapt(pair, "-o", out).code == 7  # nothing is overwritten


def test_results_that_stray_are_held_closer_in_use_too(adapt, monkeypatch, pair, tmp_path):
    def measure(_, network, *__):
        strict = leeway_of(network) < 1
        far = replace(START, tele_db=32, consistency_db=42)
        return replace(START, tele_db=31) if strict else next(said, far)

    said = iter([START])
    monkeypatch.setattr(Judge, "measure", measure)
    out = tmp_path / "mine.safetensors"
    assert adapt(pair, "-o", out, "--steps", 2).code == 0
    saved = weights.load(out)
    assert saved.config["projection_leeway"] == pytest.approx(0.99 * 10 ** (-1.75 / 20))
    assert leeway_of(saved.module) == saved.config["projection_leeway"]


def test_a_corrected_wide_is_no_longer_projected_onto(adapt, run, gains, pair, base, tmp_path):
    out = tmp_path / "mine.safetensors"
    outcome = adapt(pair, "-o", out, "--steps", 2, "--correct-wide")
    assert outcome.code == 0
    assert ", wide as this camera shows it " in outcome.err
    story = weights.load(out)
    assert not projects(story.module)
    told = run("models", "verify", out).out
    assert ", wide as this camera shows it " in told
    assert told.endswith("corrects the wide\n")
    assert story.info["provenance"]["settings"]["correct_wide"] is True
    assert projects(weights.load(base).module)


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


def test_a_gain_refused_for_the_wides_sake_is_told(adapt, monkeypatch, pair, tmp_path):
    said = iter([START])
    far = Scores(tele_db=31, detail=0.8, consistency_db=40)
    monkeypatch.setattr(Judge, "measure", lambda *_: next(said, far))
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 2, "--json")
    assert "refused" in outcome.err
    assert "held-out tele 31.00 dB (+1.00), wide 40.00 dB (-4.00)" in outcome.err
    assert json.loads(outcome.out)["refused"]["consistency_db"] == 40


@pytest.mark.parametrize(("cost", "told"), [(0.4, False), (0.6, True)])
def test_what_holding_to_the_wide_costs_is_told_where_it_is_much(
    adapt, monkeypatch, pair, tmp_path, cost, told
):
    free = replace(START, tele_db=START.tele_db + cost, consistency_db=33)
    monkeypatch.setattr(Judge, "measure", lambda _, network, *__: START if projects(network) else free)
    outcome = adapt(pair, "-o", tmp_path / "mine.safetensors", "--steps", 2, "--json")
    assert json.loads(outcome.out)["unprojected"] == free.to_json()
    assert ("further from the tele" in outcome.err) is told
    assert ("--correct-wide" in outcome.err) is told


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
