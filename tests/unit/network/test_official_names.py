"""The release's names: no two of ours alike, read back under ours, and nothing but tensors is ever opened."""

import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from dualzoom.errors import WeightsError
from dualzoom.network.compat import OfficialConfig, OfficialDcsr
from dualzoom.network.official_names import MAX_BYTES, official_name, read_official

OURS = {
    "phi.conv1.weight": torch.arange(6.0).reshape(2, 3),
    "psi.fine.stack.blocks.0.conv2.bias": torch.ones(4),
    "decoder_lr.tail.weight": torch.full((2,), 3.0),
}
THEIRS = {official_name(name): value for name, value in OURS.items()}
FIRST = "feature_match.feature_extract.0.weight"


def refused(path: Path, ours: dict[str, Tensor] | None = None) -> str:
    with pytest.raises(WeightsError) as caught:
        read_official(path, OURS if ours is None else ours)
    assert caught.value.subject == str(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_every_parameter_has_a_name_of_its_own_in_the_release() -> None:
    with torch.device("meta"):
        ours = list(OfficialDcsr(OfficialConfig()).state_dict())
    theirs = [official_name(name) for name in ours]
    assert len(set(theirs)) == len(theirs) == 194
    assert {name.rsplit(".", 1)[1] for name in theirs} == {"weight", "bias"}


def test_blocks_and_tails_are_called_as_there() -> None:
    assert list(THEIRS) == [FIRST, "res1.RBs.0.conv2.bias", "decoder1.conv_tail.weight"]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda tensors: tensors,
        lambda tensors: {"state_dict": tensors},
        lambda tensors: {"checkpoint": {"state_dict": tensors}},
        lambda tensors: {f"module.{name}": value for name, value in tensors.items()},
        lambda tensors: {"state_dict": {f"module.{name}": value for name, value in tensors.items()}},
    ],
    ids=["plain", "state_dict", "twice", "module", "both"],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_come_back_under_our_names(tmp_path: Path, wrapped, zipped: bool) -> None:
    torch.save(wrapped(THEIRS), tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    found = read_official(tmp_path / "a.pt", OURS)
    assert found.keys() == OURS.keys()
    assert all(torch.equal(value, OURS[name]) for name, value in found.items())


def test_a_safetensors_file_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(THEIRS, path)
    assert all(torch.equal(value, OURS[name]) for name, value in read_official(path, OURS).items())
    path.write_bytes(path.read_bytes()[:-1])
    refused(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({FIRST: None}, f"1 names differ (first: {FIRST})"),
        ({"extra": torch.zeros(1)}, "1 names differ (first: extra)"),
        ({FIRST: torch.zeros(3, 2)}, "is (3, 2) float32, not (2, 3) float32"),
        ({FIRST: torch.zeros(2, 3, dtype=torch.float16)}, "is (2, 3) float16"),
        ({FIRST: torch.full((2, 3), float("nan"))}, "holds NaN or infinity"),
        ({FIRST: torch.full((2, 3), float("inf"))}, "holds NaN or infinity"),
        ({FIRST: 3}, "no table of tensors"),
        ({3: torch.zeros(1)}, "no table of tensors"),
        ({FIRST: torch.zeros(2, 3).to_sparse()}, "no table of tensors"),
    ],
)
def test_another_table_is_refused_by_its_first_fault(tmp_path: Path, change, said: str) -> None:
    table = {name: value for name, value in {**THEIRS, **change}.items() if value is not None}
    torch.save(table, tmp_path / "a.pt")
    assert said in refused(tmp_path / "a.pt")


@pytest.mark.parametrize("content", [{}, [THEIRS], None, {"state_dict": {}}])
def test_what_is_no_table_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "a.pt")
    assert "no table of tensors" in refused(tmp_path / "a.pt")


class Trap:
    """Opened by an ordinary reader, it would fail the test."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("the pickle was run",))


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_never_run(tmp_path: Path, zipped: bool) -> None:
    torch.save({**THEIRS, FIRST: Trap()}, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    assert "could run code" in refused(tmp_path / "a.pt")


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    torch.save(THEIRS, path)
    whole = path.read_bytes()
    for length in range(0, len(whole), 37):
        path.write_bytes(whole[:length])
        refused(path)


def test_sizes_are_refused_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was opened"))
    path = tmp_path / "a.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", bytes(MAX_BYTES + 1))
    assert path.stat().st_size < 1 << 20
    assert "unpacks to more than" in refused(path)
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than" in refused(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "a.pt")
    assert "no such file" in refused(tmp_path)
