"""Weights on disk: what is saved comes back; anything else is refused with one line."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from dualzoom.errors import WeightsError
from dualzoom.network import registry, weights

CONFIG = {"architecture": "toy", "channels": 4}


class Toy(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3)
        self.register_buffer("constant", torch.arange(3.0), persistent=False)


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILDERS, "toy", lambda fields: Toy(**fields))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return weights.save(Toy(4), tmp_path / "toy.safetensors", config=CONFIG, provenance={"steps": 3})


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        weights.load(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def canonical(config: object) -> str:
    return json.dumps(config, sort_keys=True, separators=(",", ":"))


def reseal(path: Path) -> None:
    """Make the recorded checksum agree with an edited file, as a careful forger would."""
    description = path.with_suffix(".json")
    info = json.loads(description.read_text())
    info["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    description.write_text(json.dumps(info))


def rewrite(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    save_file(tensors, path, metadata={"config": canonical(CONFIG)})
    reseal(path)


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    module = Toy(4)
    path = weights.save(module, tmp_path / "new" / "toy.safetensors", config=CONFIG, provenance={"steps": 3})
    loaded = weights.load(path)
    assert (loaded.name, loaded.config, loaded.path) == ("toy", CONFIG, path)
    assert loaded.info["provenance"] == {"steps": 3}
    assert loaded.info["parameters"] == 4 * 27 + 4
    assert not loaded.module.training
    for name, value in module.state_dict().items():
        assert torch.equal(loaded.module.state_dict()[name], value)
    assert torch.equal(loaded.module.get_buffer("constant"), torch.arange(3.0))
    assert sorted(p.name for p in path.parent.iterdir()) == ["toy.json", "toy.safetensors"]
    assert weights.verify(path) == loaded.info


def test_the_same_weights_are_the_same_file(tmp_path: Path) -> None:
    """safetensors writes metadata in any order; a checksum must not depend on it."""
    module = Toy(4)
    told = {"config": CONFIG, "provenance": {"steps": 3}}
    files = {weights.save(module, tmp_path / "toy.safetensors", **told).read_bytes() for _ in range(12)}
    assert len(files) == 1


def test_models_are_found_by_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "models_dir", lambda: path.parent)
    assert weights.available() == ("toy",)
    assert weights.load("toy").path == path
    with pytest.raises(WeightsError, match="one of: toy"):
        weights.load("other")


def test_a_configuration_of_another_module_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not build"):
        weights.save(Toy(4), tmp_path / "toy.safetensors", config={"architecture": "toy", "channels": 5})
    assert list(tmp_path.iterdir()) == []


def test_every_single_truncation_is_refused(path: Path) -> None:
    data = path.read_bytes()
    for length in [0, 1, 7, 8, 9, 60, len(data) // 2, len(data) - 4, len(data) - 1]:
        path.write_bytes(data[:length])
        refused(path)
    path.write_bytes(data + b"\0")
    refused(path)
    path.write_bytes(data)
    weights.load(path)


def test_a_flipped_bit_is_refused(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    assert "contents" in refused(path)


def test_pickles_are_refused_unopened(path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle was opened",))

    torch.save(Trap(), path)
    reseal(path)
    assert "pickle" in refused(path)
    torch.save(Trap(), path, _use_new_zipfile_serialization=False)
    reseal(path)
    assert "pickle" in refused(path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda t: {"renamed.weight": t["conv.weight"], "conv.bias": t["conv.bias"]},
        lambda t: {"conv.weight": t["conv.weight"]},
        lambda t: t | {"extra": torch.zeros(1)},
        lambda t: t | {"conv.weight": t["conv.weight"].reshape(3, 4, 3, 3)},
        lambda t: {name: value.half() for name, value in t.items()},
    ],
    ids=["renamed", "missing", "extra", "reshaped", "half"],
)
def test_other_tensors_are_refused_even_with_a_true_checksum(path: Path, edit) -> None:
    rewrite(path, edit(load_file(path)))
    assert "tensors" in refused(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_finite_are_refused(path: Path, value: float) -> None:
    tensors = load_file(path)
    tensors["conv.bias"][2] = value
    rewrite(path, tensors)
    assert "conv.bias holds NaN or infinity" in refused(path)
    with pytest.raises(WeightsError, match="NaN"):
        weights.verify(path)


def test_the_description_must_fit(path: Path) -> None:
    description = path.with_suffix(".json")
    info = json.loads(description.read_text())
    for change in ({"config": CONFIG | {"channels": 5}}, {"config": 3}, {"format": 2}, {"sha256": "0" * 64}):
        description.write_text(json.dumps(info | change))
        refused(path)
    for text in ("", "[]", "{", "[" * 100_000, "null"):
        description.write_text(text)
        refused(path)
    description.unlink()
    refused(path)


def test_unknown_architectures_and_fields_are_refused(path: Path) -> None:
    tensors = load_file(path)
    description = path.with_suffix(".json")
    info = json.loads(description.read_text())
    nowhere = ({"architecture": "later"}, {"channels": 4}, CONFIG | {"depth": 2}, {"architecture": ["toy"]})
    for config in nowhere:
        save_file(tensors, path, metadata={"config": canonical(config)})
        description.write_text(json.dumps(info | {"config": config}))
        reseal(path)
        assert "configuration" in refused(path)


def test_sizes_are_refused_before_memory_is_taken(path: Path) -> None:
    claims = [
        {"conv.weight": {"dtype": "F32", "shape": [10**6, 10**6], "data_offsets": [0, 4 * 10**12]}},
        {"conv.weight": {"dtype": "F32", "shape": [-4, -4], "data_offsets": [0, 64]}},
        {"conv.weight": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}},
        {"conv.weight": {"dtype": "F99", "shape": [1], "data_offsets": [0, 4]}},
        {"conv.weight": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}},
        {"conv.weight": 3},
        [1],
        "text",
    ]
    for claim in claims:
        header = json.dumps(claim).encode()
        path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(64))
        assert "header" in refused(path)
    path.write_bytes((1 << 62).to_bytes(8, "little") + bytes(64))
    refused(path)


def test_two_models_cannot_swap_their_descriptions(path: Path, tmp_path: Path) -> None:
    other = weights.save(Toy(4), tmp_path / "other.safetensors", config=CONFIG)
    shutil.copy(other.with_suffix(".json"), path.with_suffix(".json"))
    assert "contents" in refused(path)
