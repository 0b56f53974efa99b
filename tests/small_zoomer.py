"""A zoomer with a small network that has learned nothing yet but shows a reference, and a simulated phone's pair."""

from pathlib import Path

import cv2
import numpy as np
import torch

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import PHONES, Capture, photograph
from dualzoom.geometry import Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.pipeline import Zoomer
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, EngineSettings, ZoomSettings

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
SHORT = ZoomSettings(calibration=CalibrationSettings(seconds=3))


def small_zoomer(folder: Path) -> Zoomer:
    """The zoomer; its weights lie in `folder`."""
    torch.manual_seed(1)
    path = weights.save(build_network(NETWORK), folder / "small.safetensors", config=NETWORK)
    return Zoomer(str(path), EngineSettings(device="cpu"))


def street() -> Capture:
    """A rendered street, photographed by a phone by day: wide 560 × 420."""
    return photograph(render(3, size=Size(560, 420)).truth, PHONES[0], seed=1)


def named(pixels: np.ndarray) -> Photo:
    return Photo(pixels=np.ascontiguousarray(pixels), source=Path("IMG_2-tele.jpg"))


def crop(shot: Capture) -> Photo:
    """What many phones write as a tele: the wide's own middle, enlarged."""
    height, width = shot.wide.shape[:2]
    middle = shot.wide[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2]
    return named(cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC))
