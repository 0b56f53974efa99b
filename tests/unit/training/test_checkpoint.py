"""Checkpoints: to the bit, in parts that are small enough, whole or absent, and only the newest stays."""

from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualzoom.errors import WeightsError, WriteError
from dualzoom.training import checkpoint

CPU = torch.device("cpu")
KINDS = (torch.float32, torch.bfloat16, torch.int64, torch.uint8)
tensors = st.dictionaries(
    st.text("abc.", min_size=1, max_size=6),
    st.tuples(st.sampled_from(KINDS), st.lists(st.integers(0, 4), max_size=3), st.integers(0, 99)),
    max_size=6,
)


@given(
    tensors, st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=4)
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_saved_comes_back(tmp_path: Path, described, state) -> None:
    wanted = {
        name: (200 * torch.rand(shape, generator=torch.Generator().manual_seed(seed))).to(kind)
        for name, (kind, shape, seed) in described.items()
    }
    found, told = checkpoint.load(checkpoint.save(tmp_path, 5, wanted, state), CPU)
    assert told == {**state, "step": 5}
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].dtype == value.dtype
        assert torch.equal(found[name], value)


def test_a_part_of_a_larger_tensor_and_one_in_another_order_come_back_as_they_look(tmp_path: Path) -> None:
    whole = torch.arange(24.0).reshape(4, 6)
    wanted = {"column": whole[:, 1], "turned": whole.T, "again": whole.T}
    found, _ = checkpoint.load(checkpoint.save(tmp_path, 0, wanted, {}), CPU)
    assert all(torch.equal(found[name], value) for name, value in wanted.items())


def test_checkpoints_are_split_whole_and_damage_is_told(tmp_path: Path) -> None:
    tensors = {f"t{i}": torch.full((1 << 20,), float(i)) for i in range(9)}  # 36 MiB
    path = checkpoint.save(tmp_path, 7, tensors, {})
    parts = sorted(path.glob("part-*"))
    assert len(parts) == 3
    assert all(part.stat().st_size < 16 << 20 for part in parts)
    loaded, state = checkpoint.load(path, torch.device("cpu"))
    assert state["step"] == 7
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    parts[0].write_bytes(parts[0].read_bytes()[:1000])
    with pytest.raises(WeightsError, match="damaged"):
        checkpoint.load(path, torch.device("cpu"))


def test_older_checkpoints_go_when_a_newer_is_whole(tmp_path: Path) -> None:
    for step in (1, 2):
        checkpoint.save(tmp_path, step, {"a": torch.ones(1)}, {})
    newest = checkpoint.latest(tmp_path)
    assert newest is not None
    assert newest.name == "step-0000002"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_newest_is_the_one_of_the_last_step(tmp_path: Path) -> None:
    assert checkpoint.latest(tmp_path) is None
    assert checkpoint.latest(tmp_path / "nowhere") is None
    for step in (9, 10, 100):
        (tmp_path / f"step-{step:07d}").mkdir()
    (tmp_path / ".draft-0000999").mkdir()
    assert checkpoint.latest(tmp_path) == tmp_path / "step-0000100"


def test_a_step_may_be_saved_again_over_a_draft_that_a_crash_has_left(tmp_path: Path) -> None:
    draft = tmp_path / ".draft-0000003"
    draft.mkdir()
    (draft / "part-009.safetensors").write_bytes(b"torn")
    for value in (1.0, 2.0):
        path = checkpoint.save(tmp_path, 3, {"a": torch.full((2,), value)}, {})
    assert torch.equal(checkpoint.load(path, CPU)[0]["a"], torch.full((2,), 2.0))
    assert [one.name for one in tmp_path.iterdir()] == ["step-0000003"]


@pytest.mark.parametrize("at", ["part", "state", "name"])
def test_a_disk_that_fills_up_leaves_the_older_one(tmp_path: Path, monkeypatch, at: str) -> None:
    older = checkpoint.save(tmp_path, 1, {"a": torch.ones(1)}, {})

    def full(*_given: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    if at == "part":
        monkeypatch.setattr(checkpoint, "save_file", full)
    else:
        monkeypatch.setattr(Path, "write_text" if at == "state" else "rename", full)
    with pytest.raises(WriteError, match="No space left"):
        checkpoint.save(tmp_path, 2, {"a": torch.zeros(1)}, {})
    monkeypatch.undo()
    assert checkpoint.latest(tmp_path) == older
    assert torch.equal(checkpoint.load(older, CPU)[0]["a"], torch.ones(1))


@pytest.mark.parametrize("text", ["", "{", "\xff"])
def test_a_damaged_state_is_told(tmp_path: Path, text: str) -> None:
    path = checkpoint.save(tmp_path, 1, {"a": torch.ones(1)}, {})
    (path / "state.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(WeightsError, match="damaged"):
        checkpoint.load(path, CPU)
    (path / "state.json").unlink()
    with pytest.raises(WeightsError, match="damaged"):
        checkpoint.load(path, CPU)
