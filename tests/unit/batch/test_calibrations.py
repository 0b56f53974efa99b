"""What pairs leave for the next photo of their camera: found again under like conditions, and never in the way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from dualzoom.batch.calibrations import CalibrationStore
from dualzoom.batch.kept import Kept
from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import WriteError
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.network.weights import LoadedModel
from dualzoom.training.calibration import Calibration

NETWORK = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}


@pytest.fixture
def base(tmp_path: Path) -> LoadedModel:
    return weights.load(
        str(weights.save(build_network(NETWORK), tmp_path / "small.safetensors", config=NETWORK))
    )


@pytest.fixture
def kept(tmp_path: Path, base: LoadedModel) -> CalibrationStore:
    return CalibrationStore(Kept(tmp_path / "calibrations"), base)


def photo(width: int = 32, make: str | None = "Maker", model: str | None = "Phone 3") -> Photo:
    return Photo(pixels=np.zeros((24, width, 3), np.uint8), lens=Lens(make=make, model=model))


def learned(seed: int = 1) -> Calibration:
    torch.manual_seed(seed)
    return Calibration(network=build_network(NETWORK).eval(), steps=9, tiles=12)


def test_the_next_photo_of_the_camera_finds_what_the_last_one_left(kept: CalibrationStore) -> None:
    assert kept.find(photo()) is None
    for seed in (1, 2):
        kept.keep(photo(), learned(seed))
    found = kept.find(photo())
    assert found is not None
    newest = learned(2).network
    assert newest is not None
    assert all(torch.equal(value, newest.state_dict()[name]) for name, value in found.state_dict().items())


@pytest.mark.parametrize(
    "other", [photo(width=40), photo(make="Other"), photo(model="Phone 4")], ids=["size", "make", "model"]
)
def test_another_camera_finds_nothing(kept: CalibrationStore, other: Photo) -> None:
    kept.keep(photo(), learned())
    assert kept.find(other) is None


def test_a_photo_turned_by_90_degrees_is_of_the_same_camera(kept: CalibrationStore) -> None:
    kept.keep(photo(), learned())
    upright = replace(photo(), pixels=np.zeros((32, 24, 3), np.uint8))
    assert kept.find(upright) is not None


def test_a_photo_that_names_no_camera_leaves_and_finds_nothing(
    kept: CalibrationStore, tmp_path: Path
) -> None:
    unknown = photo(make=None, model=None)
    kept.keep(unknown, learned())
    assert kept.find(unknown) is None
    assert not (tmp_path / "calibrations").exists()


def test_what_gained_nothing_is_not_kept(kept: CalibrationStore) -> None:
    kept.keep(photo(), Calibration(network=None, reason="nothing was gained"))
    assert kept.find(photo()) is None


def test_another_model_is_told_apart(kept: CalibrationStore, base: LoadedModel, tmp_path: Path) -> None:
    kept.keep(photo(), learned())
    other = replace(base, info={**base.info, "sha256": "0" * 64})
    assert CalibrationStore(Kept(tmp_path / "calibrations"), other).find(photo()) is None


def test_what_is_damaged_or_cannot_be_written_stops_nobody(
    kept: CalibrationStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep(photo(), learned())
    (file,) = (tmp_path / "calibrations").glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:-5])
    assert kept.find(photo()) is None
    assert "cannot be used" in kept.notes[0]

    def full(*_: object, **__: object) -> None:
        raise WriteError(file, "no space left", "make room")

    monkeypatch.setattr(weights, "save", full)
    kept.keep(photo(), learned())
    assert "no space left" in kept.notes[1]


def test_kept_weights_are_weights_like_any_other(kept: CalibrationStore, tmp_path: Path) -> None:
    kept.keep(photo(), learned())
    (file,) = (tmp_path / "calibrations").glob("*.safetensors")
    story = weights.load(str(file)).info["provenance"]
    assert isinstance(story, dict)
    assert (story["calibrated_from"], story["steps"], story["used"]) == ("small", 9, True)
