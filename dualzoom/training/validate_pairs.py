"""Scores on real pairs while training runs: both photos halved, the wide itself the truth (the paper's protocol)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from dualzoom.capture.photo import Photo
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError, UsageError
from dualzoom.geometry import Region
from dualzoom.metrics.halved import halved_pair, score
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import HALVED_BICUBIC
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.build import build
from dualzoom.settings import EngineSettings, TilingSettings
from dualzoom.training.photos import SUFFIXES, decode


@dataclass(frozen=True, kw_only=True)
class HalvedPair:
    """A halved wide, the registered reference on its 2× grid, and the truth."""

    name: str
    wide: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    reference: AlignedTele
    overlap: Region


def load_pair(folder: Path) -> HalvedPair:
    """A folder that holds wide.* and tele.*; raises UsageError where it does not or they do not register,
    CaptureError."""
    wide, tele = (_read(folder, name) for name in ("wide", "tele"))
    half, half_tele, truth = halved_pair(wide, tele)
    try:
        aligned = build(Photo(pixels=half), Photo(pixels=half_tele))
    except RegistrationError as error:
        raise UsageError(
            folder, f"cannot validate: {error.reason}", "leave it out of validate_pairs"
        ) from error
    return HalvedPair(
        name=folder.name,
        wide=half,
        truth=truth,
        reference=aligned,
        overlap=aligned.registration.window.scale(2),
    )


def measure(pairs: list[HalvedPair], network: RestorationNetwork, device: torch.device) -> dict[str, float]:
    """PSNR in dB of each pair, inside and outside the tele's view."""
    engine = Engine(network, EngineSettings(device=str(device)))
    halved = np.array(HALVED_BICUBIC, np.float32)
    scores: dict[str, float] = {}
    for pair in pairs:
        result = engine.upscale(pair.wide, pair.reference, TilingSettings(), degradation=halved).pixels
        found = score(result, pair.truth, pair.overlap)
        scores |= {
            f"{pair.name}.inside": round(found.inside, 3),
            f"{pair.name}.outside": round(found.outside, 3),
        }
    return scores


def _read(folder: Path, name: str) -> NDArray[np.uint8]:
    """The photo of that name in `folder`; raises UsageError where there is none, CaptureError."""
    found = sorted(path for path in folder.glob(f"{name}.*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise UsageError(
            folder, f"holds no {name} photo to validate on", "name a folder with wide.jpg and tele.jpg"
        )
    return decode(found[0], upright=False)  # as the protocol compares
