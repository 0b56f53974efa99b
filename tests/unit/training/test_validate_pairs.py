"""Real pairs that judge a training: halved as the protocol has it, compared as they are stored."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from dualzoom.errors import CaptureError, RegistrationError, UsageError
from dualzoom.geometry import Size
from dualzoom.metrics.halved import score
from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render
from dualzoom.training import validate_pairs


class Bicubic(RestorationNetwork):
    """No network at all."""

    receptive_radius_px = 2

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(self, lr, ref=None, validity=None, degradation=None):
        return bicubic_up(lr)


def _orientation(number: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = number
    return exif


def test_a_real_pair_is_scored_as_the_protocol_has_it(tmp_path: Path) -> None:
    capture = render(5, size=Size(504, 376))
    for name, picture in (("wide", capture.wide), ("tele", capture.tele)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture[..., ::-1])
    pair = validate_pairs.load_pair(tmp_path)
    assert pair.wide.shape == (188, 252, 3)
    assert pair.truth.shape == (376, 504, 3)
    network = Bicubic().eval()
    turned = tmp_path / "turned"  # told to be turned, but compared as stored
    turned.mkdir()
    for name in ("wide", "tele"):
        Image.open(tmp_path / f"{name}.png").save(turned / f"{name}.png", exif=_orientation(6))
    np.testing.assert_array_equal(validate_pairs.load_pair(turned).truth, pair.truth)
    scores = validate_pairs.measure([pair], network, torch.device("cpu"))
    plain = score(enlarge_bicubic(pair.wide), pair.truth, pair.overlap)
    assert scores[f"{tmp_path.name}.outside"] == pytest.approx(plain.outside, abs=1)
    with pytest.raises(UsageError, match="no wide photo"):
        validate_pairs.load_pair(tmp_path / "nowhere")


def test_a_folder_without_both_photos_is_named(tmp_path: Path) -> None:
    for there, missing in (("tele", "wide"), ("wide", "tele")):
        folder = tmp_path / there
        folder.mkdir()
        cv2.imwrite(str(folder / f"{there}.png"), np.full((300, 300, 3), 128, np.uint8))
        (folder / f"{missing}.txt").touch()
        with pytest.raises(UsageError, match=f"{there}: holds no {missing} photo"):
            validate_pairs.load_pair(folder)
    (folder / "tele.png").write_bytes(b"torn")
    with pytest.raises(CaptureError, match=r"tele\.png"):
        validate_pairs.load_pair(folder)


def test_a_pair_that_does_not_register_is_named_by_its_folder(tmp_path: Path, monkeypatch) -> None:
    for name in ("wide", "tele"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((300, 300, 3), 128, np.uint8))

    def refuse(*_given: object) -> None:
        raise RegistrationError("tele", "it shows another place")

    monkeypatch.setattr(validate_pairs, "build", refuse)
    with pytest.raises(UsageError, match="cannot validate: it shows another place") as caught:
        validate_pairs.load_pair(tmp_path)
    assert caught.value.subject == str(tmp_path)
