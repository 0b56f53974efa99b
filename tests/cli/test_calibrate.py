"""`--calibrate`: auto, off or seconds, wherever pairs are zoomed; anything else is nonsense."""

import json
from pathlib import Path

import pytest
import torch

from dualzoom import capture
from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.scene import render

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
COMMANDS = {"zoom": [], "batch": ["-o", "out"], "evaluate": []}


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Path:
    """A folder with a simulated phone's pair, street-wide.png and street-tele.png."""
    folder = tmp_path_factory.mktemp("pair")
    shot = photograph(render(3, size=Size(560, 420)).truth, PHONES[0], seed=1)
    for name, pixels in (("wide", shot.wide), ("tele", shot.tele)):
        capture.write(capture.Photo(pixels=pixels), folder / f"street-{name}.png")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    torch.manual_seed(1)
    return weights.save(
        build_network(NETWORK), tmp_path_factory.mktemp("model") / "small.safetensors", config=NETWORK
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("words", ["nonsense", "-5", "1e3", "123456", "2,5", ""])
def test_2_nonsense_ends_before_any_work(run, pair, tmp_path, monkeypatch, command, words):
    monkeypatch.chdir(tmp_path)
    photos = [pair / "street-wide.png", pair / "street-tele.png"] if command == "zoom" else [pair]
    outcome = run(command, *photos, *COMMANDS[command], "--calibrate", words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "auto, off, or a number of seconds" in " ".join(outcome.err.split()).replace("│ ", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "seconds"), [([], None), (["auto"], None), (["off"], 0), (["60"], 60), (["0.5"], 0.5)]
)
def test_what_is_asked_for_arrives(run, engine, wide, tmp_path, words, seconds):
    given = ["--calibrate", *words] if words else []
    assert run("zoom", wide, "-o", tmp_path / "out.png", *given).code == 0
    assert engine.seen["settings"].calibration.seconds == seconds


def test_zoom_tells_what_came_of_it(run, pair, model, tmp_path):
    wide, tele = pair / "street-wide.png", pair / "street-tele.png"
    given = ("zoom", wide, tele, "--model", model, "--device", "cpu", "--json")
    off, short = (
        json.loads(run(*given, "-o", tmp_path / f"{words}.png", "--calibrate", words).out)
        for words in ("off", "1")
    )
    for found in (off, short):
        assert found["tele"]["path"] == str(tele)
        assert found["tele"]["used"] is True
        assert found["tele"]["detail"] > 0
        assert "worth" in found["seconds"]
    assert off["calibration"] is None
    assert "calibrate" not in off["seconds"]
    assert short["calibration"]["steps"] == 18  # by the device, never by the clock
    assert short["calibration"]["tiles"] >= 10
    assert short["seconds"]["calibrate"] > 0


def test_batch_and_evaluate_pass_it_on(run, pair, model, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "dualzoom.tele_use.calibrate", lambda *given: (asked.append(given[4]), pytest.fail("asked for"))[1]
    )
    given = ("--model", model, "--device", "cpu", "--calibrate", "off", "--json")
    lines = run("batch", pair, "-o", tmp_path / "out", *given)
    assert lines.code == 0
    found = json.loads(lines.out)
    assert (found["calibration"], found["tele"]["path"]) == (None, str(pair / "street-tele.png"))
    assert run("evaluate", pair, "--row", "ours", *given).code == 0
    assert asked == []
