"""Settings of a training run: what a file says is read, and what it cannot mean is refused by file and key."""

import dataclasses
from pathlib import Path

import pytest

from dualzoom.errors import UsageError
from dualzoom.training.config import LossConfig, TrainConfig, in_current_names, load_config
from dualzoom.training.simulate import SimulationConfig


def test_an_empty_file_is_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "train.toml").touch()
    assert load_config(tmp_path / "train.toml") == TrainConfig()


def test_every_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text(
        'steps = 7\nvalidate_pairs = ["a", "b"]\n[network]\narchitecture = "dcsr"\n'
        '[loss]\nreconstruction = "eq5"\n[simulation]\ndrawn = 0.5\n'
    )
    assert load_config(path) == TrainConfig(
        steps=7,
        validate_pairs=("a", "b"),
        network={"architecture": "dcsr"},
        loss=LossConfig(reconstruction="eq5"),
        simulation=SimulationConfig(drawn=0.5),
    )


def test_no_setting_of_today_is_taken_for_one_of_before() -> None:
    now = {field.name: 0 for field in dataclasses.fields(SimulationConfig)}
    assert in_current_names(now) == now
    assert in_current_names(in_current_names({"clean": 1})) == {"halved": 1}


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml: there is no such file"):
        load_config(tmp_path / "nowhere.toml")
    (tmp_path / "train.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"train\.toml: cannot be read as TOML"):
        load_config(tmp_path / "train.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        load_config(tmp_path)


def test_an_unknown_loss_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text('[loss]\nreconstruction = "l3"\n')
    with pytest.raises(UsageError, match=r"reconstruction = 'l3' is unknown"):
        load_config(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps = ", "TOML"),
        ("stepps = 3", "stepps"),
        ("[loss]\nfidelty = 1", "fidelty"),
        ("[simulation]\nclear = 1", "clear"),
    ],
)
def test_bad_settings_name_file_and_key(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "train.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words) as caught:
        load_config(path)
    assert "train.toml" in str(caught.value)


def test_settings_of_older_files_are_read_under_todays_names(tmp_path: Path) -> None:
    found = []
    for name in ("clean", "halved"):
        path = tmp_path / f"{name}.toml"
        path.write_text(f"steps = 7\n[simulation]\n{name} = 0.25\nharsh = 0.5\n")
        found.append(load_config(path))
    assert found[0] == found[1]
    assert found[0].simulation.halved == 0.25


def test_lessons_need_a_trained_network(tmp_path: Path) -> None:
    path = tmp_path / "train.toml"
    path.write_text("[lessons]\nsteps = 12\n")
    with pytest.raises(UsageError, match=r"train\.toml: lessons need a trained network"):
        load_config(path)
    path.write_text('start_from = "dcsr-lite"\n[lessons]\nsteps = 12\n')
    assert load_config(path).lessons.steps == 12


def test_a_loss_that_reads_features_needs_a_network_that_has_them(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[network]\narchitecture = "dcsr"\n[loss]\nreference_texture = 0.1\n', "utf-8")
    with pytest.raises(UsageError, match="reference_texture reads features that dcsr lacks"):
        load_config(path)
