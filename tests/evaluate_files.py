"""Pairs, pictures and weights as files for the tests of `evaluate`, and the lines of JSON that it prints."""

import json
from pathlib import Path

import numpy as np
import torch

from dualzoom import capture
from dualzoom.cli import demo_pair
from dualzoom.geometry import Region, Size
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.settings import WriteSettings

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip


SIZE = Size(320, 240)


OVER = WriteSettings(on_exists="overwrite")


INSIDE = Region(90, 70, 140, 100)
#: Two simulated phones.
PHONE = ("--protocol", "phone", "--phone", "day", "--phone", "old")


def save(path: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    return weights.save(build_network(NETWORK), path, config=NETWORK)


def write(scenes, folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        for file, photo in demo_pair.photos(scenes[name]).items():
            if file != "truth.png":
                capture.write(photo, folder / f"{name}-{file}")
    return folder


def pixels(path: Path) -> np.ndarray:
    return np.asarray(capture.read(path).pixels, np.uint8)


def put(folder: Path, name: str, picture: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    capture.write(capture.Photo(pixels=picture), folder / f"{name}.png", OVER)
    return folder


def objects(outcome) -> list[dict]:
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]
