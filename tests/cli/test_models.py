"""`models`: list, verify, import."""

import json
from pathlib import Path

import pytest
import torch

from dualzoom.network import weights
from dualzoom.network.compat import load_official
from dualzoom.network.official_names import official_name
from dualzoom.network.registry import build_network

CONFIG = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """A checkpoint as the authors release them: their names, pickled by torch."""
    torch.manual_seed(5)
    module = build_network({"architecture": "dcsr-official"})
    path = tmp_path / "DCSR.pt"
    torch.save({official_name(name): value for name, value in module.state_dict().items()}, path)
    return path


def test_list_names_each_model(run, shelf):
    outcome = run("models", "list")
    assert outcome.code == 0
    assert outcome.out.startswith("small  dcsr-lite  ")
    assert outcome.out.count("\n") == 1
    found = json.loads(run("models", "list", "--json").out)
    assert found["model"] == "small"
    assert found["ok"] is True
    assert found["provenance"] == {"made": "by hand"}


def test_list_of_nothing_says_so(run, shelf):
    for path in shelf.iterdir():
        path.unlink()
    outcome = run("models", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert "no models" in outcome.err


def test_verify_finds_a_changed_byte_and_still_checks_the_rest(run, shelf, tmp_path):
    weights.save(build_network(CONFIG), shelf / "good.safetensors", config=CONFIG)
    assert run("models", "verify").code == 0
    data = bytearray((shelf / "small.safetensors").read_bytes())
    data[-1] ^= 1
    (shelf / "small.safetensors").write_bytes(data)
    outcome = run("models", "verify", "small", "good")
    assert (outcome.code, outcome.out) == (8, "good\n")
    assert len(outcome.error_lines) == 1
    assert "small.safetensors: its contents are not those recorded" in outcome.err
    lines = [json.loads(line) for line in run("models", "verify", "--json").out.splitlines()]
    assert {line["model"]: line["ok"] for line in lines} == {"small": False, "good": True}


def test_verify_of_nothing_is_a_failure(run, shelf):
    for path in shelf.iterdir():
        path.unlink()
    assert run("models", "verify").code == 8


@pytest.mark.parametrize("flag_8k", [False, True])
def test_import_gives_the_same_network(run, official, tmp_path, flag_8k):
    out = tmp_path / "imported.safetensors"
    outcome = run("models", "import", official, "-o", out, *(["--8k"] if flag_8k else []))
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{out}\n", "")
    ours = weights.load(out).module
    theirs = load_official(official, flag_8k=flag_8k)
    torch.manual_seed(1)
    lr, ref = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(ours(lr, ref), theirs(lr, ref))
    assert run("models", "verify", out).code == 0


def test_import_overwrites_nothing(run, official, tmp_path):
    out = tmp_path / "imported.safetensors"
    out.write_bytes(b"mine")
    assert run("models", "import", official, "-o", out).code == 7
    assert out.read_bytes() == b"mine"
    assert not out.with_suffix(".json").exists()


def test_import_refuses_other_names_and_other_files(run, official, tmp_path):
    assert run("models", "import", official, "-o", tmp_path / "x.pt").code == 2
    assert run("models", "import", tmp_path / "lost.pt", "-o", tmp_path / "x.safetensors").code == 8
    (tmp_path / "letter.pt").write_text("Dear reader")
    assert run("models", "import", tmp_path / "letter.pt", "-o", tmp_path / "x.safetensors").code == 8
    assert not (tmp_path / "x.safetensors").exists()
