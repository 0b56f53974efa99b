"""Scores on simulated captures of photographs that training never sees, and on real pairs where some are named."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.contract import RestorationNetwork
from dualzoom.training.batches import Batch, collate, drawn
from dualzoom.training.config import TrainConfig

CHUNK = 16


class Validation:
    """Fixed batches, half of halved and half of native wides, each scored with its reference and without; and the named
    pairs."""

    def __init__(self, photos: Sequence[NDArray[np.uint8]], config: TrainConfig) -> None:
        self.batches: dict[str, list[Batch]] = {}
        self._measure_pairs: Callable[[RestorationNetwork, torch.device], dict[str, float]] | None = None
        if config.validate_pairs:
            # Here, because simulated pairs need no image library but OpenCV, and a training machine may have no other.
            from dualzoom.training import validate_pairs

            pairs = [validate_pairs.load_pair(Path(folder)) for folder in config.validate_pairs]
            self._measure_pairs = functools.partial(validate_pairs.measure, pairs)
        # Halved and native wides, under the names in which logs and provenance hold their scores.
        for kind, share in (("clean", 1.0), ("real", 0.0)):
            simulation = replace(config.simulation, halved=share, drawn=0.0)
            count = max(CHUNK, config.validation_samples // 2)
            samples = [
                drawn(photos, (config.seed, 7, i), replace(config, simulation=simulation))
                for i in range(count)
            ]
            self.batches[kind] = [collate(samples[i : i + CHUNK], True) for i in range(0, count, CHUNK)]

    @torch.no_grad()
    def measure(self, network: RestorationNetwork, device: torch.device) -> dict[str, float]:
        """Mean PSNR in dB by kind: of bicubic, without and with the reference; and of the named pairs."""
        scores: dict[str, float] = {}
        for kind, chunks in self.batches.items():
            rows: dict[str, list[Tensor]] = {"bicubic": [], "alone": [], "reference": []}
            for chunk in chunks:
                batch = chunk.to(device)
                rows["bicubic"].append(_psnr(bicubic_up(batch.lr), batch.truth))
                rows["alone"].append(_psnr(_enlarged(network, batch, with_reference=False), batch.truth))
                rows["reference"].append(_psnr(_enlarged(network, batch), batch.truth))
            scores |= {
                f"{kind}.{name}": round(float(torch.cat(values).mean()), 3) for name, values in rows.items()
            }
        return scores | (self._measure_pairs(network, device) if self._measure_pairs else {})

    @torch.no_grad()
    def samples(
        self, network: RestorationNetwork, device: torch.device, rows: int = 3
    ) -> list[list[NDArray[np.float32]]]:
        """Crops to look at, by rows: bicubic, reference, result, truth (h w 3 each)."""
        strip = []
        for chunks in self.batches.values():
            batch = chunks[0].to(device)
            result = _enlarged(network, batch)
            assert batch.ref is not None
            columns = (bicubic_up(batch.lr), batch.ref, result.float(), batch.truth)
            strip += [[c[i].permute(1, 2, 0).cpu().numpy() for c in columns] for i in range(rows)]
        return strip


def _enlarged(network: RestorationNetwork, batch: Batch, *, with_reference: bool = True) -> Tensor:
    ref, validity = (batch.ref, batch.validity) if with_reference else (None, None)
    return network(batch.lr, ref, validity, batch.degradation, *batch.beside)


def _psnr(picture: Tensor, truth: Tensor) -> Tensor:
    """B: PSNR in dB of each item, over all channels."""
    error = (picture.float().clamp(0, 1) - truth).square().mean((1, 2, 3))
    return -10 * torch.log10(error.clamp_min(1e-10))
