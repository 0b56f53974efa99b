"""`doctor`: what this machine offers, and whether the tool is whole."""

import json

import torch


def test_doctor_tells_machine_and_models(run, shelf):
    outcome = run("doctor", "--json")
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert found["models"] == {"small": "ok"}
    assert found["libraries"]["torch"].startswith(torch.__version__.split("+")[0])
    assert None not in found["libraries"].values()
    assert found["cpu"]["precision"] in ("fp32", "bf16", "fp16")
    assert found["memory_gb"]["total"] >= found["memory_gb"]["available"] > 0
    assert set(found["extras"]) == {"cluster", "video"}
    said = run("doctor").out
    assert "small: ok" in said
    assert found["libraries"]["numpy"] in said


def test_doctor_finds_a_damaged_model(run, shelf):
    (shelf / "small.json").write_text("{}")
    outcome = run("doctor")
    assert outcome.code == 8
    assert "small" in outcome.err
    assert "cpu" in outcome.out


def test_doctor_without_any_model_is_a_failure(run, shelf):
    for path in shelf.iterdir():
        path.unlink()
    outcome = run("doctor", "--json")
    assert outcome.code == 8
    assert json.loads(outcome.out)["models"] == {}
    assert "there are none" in outcome.err
