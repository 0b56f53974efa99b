"""What is on disk is taken up to the bit, by the same run only: another photo, weight or setting is another run."""

import json
from dataclasses import fields, replace

import pytest
import torch

from dualzoom.errors import UsageError, WeightsError
from dualzoom.training import checkpoint
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.resume import identity, save, take_up
from dualzoom.training.adapt.selection import Selection
from dualzoom.training.adapt.validation import Scores

CPU = torch.device("cpu")
ORIGIN = {"base_sha256": "ab", "pairs": ["1", "2"]}
START = Scores(tele_db=30, detail=0.8, energy=1.0, consistency_db=55)


@pytest.fixture
def begun(network, config):
    """`begun()`: an adapter and a selection at the start."""

    def make():
        selection = Selection(network, lambda _network: START, config, CPU)
        selection.begin()
        return Adapter(network, config, CPU), selection

    return make


@pytest.fixture
def saved(begun, tiles, config, tmp_path):
    """The state after two steps, and the checkpoint that holds it."""
    adapter, selection = begun()
    for _ in range(2):
        adapter.train_step(tiles)
    selection.judge(adapter.average)
    save(tmp_path, adapter, selection, identity(config, ORIGIN))
    return adapter, selection, checkpoint.latest(tmp_path)


def test_what_was_saved_comes_back_to_the_bit(saved, begun, config):
    first, kept, path = saved
    adapter, selection = begun()
    take_up(path, adapter, selection, identity(config, ORIGIN))
    assert adapter.step == 2
    for one, other in ((first.tensors(), adapter.tensors()), (kept.tensors(), selection.tensors())):
        assert one.keys() == other.keys()
        assert all(torch.equal(value, other[name]) for name, value in one.items())
    assert kept.to_json() == selection.to_json()


def test_how_long_a_run_lasts_may_change(saved, begun, config):
    longer = replace(config, steps=9999, patience=1)
    assert identity(longer, ORIGIN) == identity(config, ORIGIN)
    take_up(saved[2], *begun(), identity(longer, ORIGIN))


@pytest.mark.parametrize(
    "name", sorted({field.name for field in fields(AdaptConfig)} - {"steps", "patience", "simulation"})
)
def test_any_other_setting_makes_another_run(config, name):
    value = getattr(config, name)
    other = replace(config, **{name: (not value) if isinstance(value, bool) else value + 1})
    assert identity(other, ORIGIN) != identity(config, ORIGIN)


@pytest.mark.parametrize(
    "changed",
    [{"base_sha256": "cd"}, {"pairs": ["1"]}, {"pairs": ["2", "1"]}, {"scores": 0}, {"more": 1}],
    ids=str,
)
def test_a_checkpoint_of_another_run_is_refused_and_changes_nothing(saved, begun, config, changed):
    adapter, selection = begun()
    before = {name: value.clone() for name, value in adapter.tensors().items()}
    with pytest.raises(UsageError, match="other photos, weights or settings") as caught:
        take_up(saved[2], adapter, selection, {**identity(config, ORIGIN), **changed})
    assert caught.value.subject == str(saved[2])
    assert adapter.step == 0
    assert all(torch.equal(value, before[name]) for name, value in adapter.tensors().items())


@pytest.mark.parametrize("stored", [None, 3, [], {}, {"settings": None}, {"settings": []}])
def test_a_checkpoint_that_does_not_say_whose_it_is_is_nobodys(saved, begun, config, stored):
    path = saved[2]
    state = json.loads((path / "state.json").read_text())
    (path / "state.json").write_text(json.dumps({**state, "identity": stored}))
    with pytest.raises(UsageError):
        take_up(path, *begun(), identity(config, ORIGIN))


def test_a_setting_of_the_last_version_is_known_under_its_name_of_then(saved, begun, config):
    path = saved[2]
    state = json.loads((path / "state.json").read_text())
    simulation = state["identity"]["settings"]["simulation"]
    simulation["clean"] = simulation.pop("halved")
    (path / "state.json").write_text(json.dumps(state))
    take_up(path, *begun(), identity(config, ORIGIN))


def test_a_damaged_checkpoint_is_said_to_be_one(saved, begun, config):
    (saved[2] / "state.json").write_text("{")
    with pytest.raises(WeightsError, match="damaged"):
        take_up(saved[2], *begun(), identity(config, ORIGIN))
