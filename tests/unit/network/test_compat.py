"""The authors' checkpoint: translated names, safe loading, and what the release gets wrong."""

import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from dualzoom.errors import WeightsError
from dualzoom.network import weights
from dualzoom.network.compat import OfficialConfig, OfficialDcsr, load_official
from dualzoom.network.official_names import official_name


@pytest.fixture(scope="module")
def checkpoint() -> dict[str, Tensor]:
    torch.manual_seed(0)
    network = OfficialDcsr(OfficialConfig())
    return {official_name(name): value.clone() for name, value in network.state_dict().items()}


@pytest.fixture(scope="module")
def network(checkpoint: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> OfficialDcsr:
    path = tmp_path_factory.mktemp("official") / "official.pt"
    torch.save(checkpoint, path)
    return load_official(path)


def refused(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_official(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_names_and_size_are_those_of_the_release(checkpoint: dict[str, Tensor]) -> None:
    assert len(checkpoint) == 194
    assert sum(value.numel() for value in checkpoint.values()) == 3_193_384
    for name in (
        "res1.RBs.3.conv2.weight",
        "aa1.align.p_conv.4.bias",
        "feature_match.feature_extract.map.0.weight",
    ):
        assert name in checkpoint


def test_every_wrapping_of_the_same_tensors_loads(checkpoint: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "official.pt"
    forms: list[object] = [
        checkpoint,
        OrderedDict(checkpoint),
        {"state_dict": checkpoint},
        {f"module.{name}": value for name, value in checkpoint.items()},
    ]
    for form in forms:
        torch.save(form, path)
        assert_holds(load_official(path, flag_8k=True), checkpoint)
    torch.save(checkpoint, path, _use_new_zipfile_serialization=False)
    assert_holds(load_official(path), checkpoint)
    save_file(checkpoint, tmp_path / "official.safetensors")
    assert_holds(load_official(tmp_path / "official.safetensors"), checkpoint)


def assert_holds(network: OfficialDcsr, checkpoint: dict[str, Tensor]) -> None:
    for name, value in network.state_dict().items():
        assert torch.equal(value, checkpoint[official_name(name)])
    assert not network.training


def test_code_in_a_checkpoint_is_never_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle was run",))

    for zipped in (True, False):
        torch.save({"a": Trap()}, tmp_path / "trap.pt", _use_new_zipfile_serialization=zipped)
        assert "run code" in refused(tmp_path / "trap.pt")


def test_damaged_files_are_refused(checkpoint: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "official.pt"
    torch.save(checkpoint, path)
    data = path.read_bytes()
    for length in (0, 3, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        refused(path)
    path.write_bytes(b"not a checkpoint at all")
    refused(path)
    refused(tmp_path / "absent.pt")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:  # a small file that unpacks to 100 MB
        archive.writestr("official/data.pkl", bytes(100 << 20))
    assert "unpacks" in refused(path)
    with path.open("wb") as file:
        file.truncate(65 << 20)
    assert "larger" in refused(path)


def test_other_tables_are_refused(checkpoint: dict[str, Tensor], tmp_path: Path) -> None:
    path = tmp_path / "official.pt"
    first = "res1.conv_tail.weight"
    without = {name: value for name, value in checkpoint.items() if name != first}
    wrong: dict[str, object] = {
        "names": without,
        "names ": checkpoint | {"extra": torch.zeros(1)},
        "names  ": without | {"res1.tail.weight": checkpoint[first]},
        "is (": checkpoint | {first: checkpoint[first][:32]},
        "is (64": checkpoint | {first: checkpoint[first].half()},
        "NaN": checkpoint | {first: checkpoint[first] * torch.nan},
        "table": [checkpoint],
        "table ": checkpoint | {first: 3},
        "table  ": {},
    }
    for reason, content in wrong.items():
        torch.save(content, path)
        assert reason.strip() in refused(path)


def test_imported_weights_come_back(network: OfficialDcsr, tmp_path: Path) -> None:
    config = {"architecture": "dcsr-official", "flag_8k": True}
    loaded = weights.load(weights.save(network, tmp_path / "official.safetensors", config=config))
    assert isinstance(loaded.module, OfficialDcsr)
    assert loaded.module.config.flag_8k
    for name, value in loaded.module.state_dict().items():
        assert torch.equal(value, network.state_dict()[name])


@pytest.mark.parametrize("flag_8k", [False, True])
@pytest.mark.parametrize("size", [(16, 16), (17, 19)])
@torch.no_grad()
def test_any_side_gives_twice_the_size(network: OfficialDcsr, flag_8k: bool, size: tuple[int, int]) -> None:
    module = OfficialDcsr(OfficialConfig(flag_8k=flag_8k)).eval()
    module.load_state_dict(network.state_dict())
    lr = torch.rand(1, 3, *size)
    doubled = (1, 3, 2 * size[0], 2 * size[1])
    for ref in (torch.rand(1, 3, 27, 38), torch.rand(doubled), None):
        assert module(lr, ref).shape == doubled


@torch.no_grad()
def test_rows_that_fill_no_cell_do_not_skew_the_rest(network: OfficialDcsr) -> None:
    lr, ref = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 32, 34)
    padded = torch.nn.functional.pad(ref, (0, 1, 0, 1))
    torch.testing.assert_close(network(lr, padded), network(lr, ref), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_an_invalid_reference_is_not_looked_at(network: OfficialDcsr) -> None:
    lr, ref = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 32, 32)
    nothing = torch.zeros(1, 1, 32, 32)
    alone = network(lr)
    assert torch.equal(network(lr, ref, nothing), alone)
    assert torch.equal(network(lr, ref * torch.nan, nothing), alone)
    assert not torch.equal(network(lr, ref, nothing + 1), alone)


def test_configurations_are_checked() -> None:
    with pytest.raises(TypeError, match="flag_8k"):
        OfficialConfig(flag_8k=1)
