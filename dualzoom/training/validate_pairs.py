"""Scores on real pairs while training runs: both photos halved, the wide itself the truth (the paper's protocol)."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError, UsageError
from dualzoom.geometry import Region
from dualzoom.network.condition import SIZE
from dualzoom.registration import Warper, register
from dualzoom.settings import ColourSettings, EngineSettings, TilingSettings
from dualzoom.tiling.patches import fit_colour
from dualzoom.tiling.reference import Reference

_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True, kw_only=True)
class HalvedPair:
    """A halved wide, the registered reference on its 2× grid, and the truth."""

    name: str
    wide: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    reference: Reference
    overlap: Region


def load_pair(folder: Path) -> HalvedPair:
    """A folder that holds wide.* and tele.*; raises UsageError where it does not or they do not register."""
    wide, tele = (_read(folder, name) for name in ("wide", "tele"))
    halves = [_halved(photo) for photo in (wide, tele)]
    try:
        registration = register(Photo(pixels=halves[0]), Photo(pixels=halves[1]))
    except RegistrationError as error:
        raise UsageError(
            folder, f"cannot validate: {error.reason}", "leave it out of validate_pairs"
        ) from error
    warper = Warper(halves[1], registration)
    colour = fit_colour(halves[0], warper, registration, ColourSettings())
    return HalvedPair(
        name=folder.name,
        wide=halves[0],
        truth=wide,
        reference=Reference(halves[0], warper, colour, registration),
        overlap=registration.window.scale(2),
    )


def measure(pairs: list[HalvedPair], network: nn.Module, device: torch.device) -> dict[str, float]:
    """PSNR in dB of each pair, inside and outside the tele's view."""
    from dualzoom.evaluation.protocol import score

    engine = Engine(network, EngineSettings(device=str(device)))
    clean = np.zeros(SIZE, np.float32)
    scores: dict[str, float] = {}
    for pair in pairs:
        result = engine.upscale(pair.wide, pair.reference, TilingSettings(), condition=clean).pixels
        found = score(result, pair.truth, pair.overlap)
        scores |= {
            f"{pair.name}.inside": round(found.inside, 3),
            f"{pair.name}.outside": round(found.outside, 3),
        }
    return scores


def _read(folder: Path, name: str) -> NDArray[np.uint8]:
    for suffix in _SUFFIXES:
        path = folder / f"{name}{suffix}"
        if path.is_file():
            photo = cv2.imdecode(
                np.fromfile(path, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
            )
            if photo is not None:
                height, width = (side // 4 * 4 for side in photo.shape[:2])
                return np.ascontiguousarray(photo[:height, :width], np.uint8)
    raise UsageError(
        folder, f"holds no {name} photo to validate on", "name a folder with wide.jpg and tele.jpg"
    )


def _halved(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from dualzoom.evaluation.protocol import halve

    return halve(photo)
