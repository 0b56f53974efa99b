"""Learning to be calibrated: first-order MAML (Finn, Abbeel and Levine, ICML 2017) over simulated cameras.

`zoom` calibrates a network on each pair for a few steps. So a training step may hold a lesson, which does the same to
a copy: the tiles of one simulated capture, calibrated on as in `training.calibration`, then questions by the same
cameras elsewhere, with the scene itself as truth. The gradient of what the calibrated copy gets wrong is added to the
network's own: it learns to be where a few steps lead far.

    photographs ─► lesson: tiles, questions ─► copy, a few steps on the tiles ─► its gradient at the questions
"""

import copy
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import PATCH_PX, DegradationEstimator
from dualzoom.network.fusion import high_band
from dualzoom.network.precision import bf16_pays
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.config import QUICK, AdaptConfig, untouched_share
from dualzoom.training.adapt.tiles import PairTiles, TileSet
from dualzoom.training.batches import Batch, one_thread
from dualzoom.training.config import LessonConfig, TrainConfig
from dualzoom.training.simulate import SimulationConfig
from dualzoom.training.simulate.camera import Shot
from dualzoom.training.simulate.one_camera import Place, draw_cameras, simulate_place

#: Photographs that a lesson's places come from: a capture's inside and outside show the same kinds of thing.
_PHOTOS = 2
#: Share of the noise that noise reduction takes from a tele, about.
_REDUCED = 0.6


class Lesson(NamedTuple):
    """`tiles` to calibrate on by `config`, and `questions`: all asked without a reference, the second half with one."""

    tiles: TileSet
    config: AdaptConfig
    questions: Batch


def make_lesson(
    photos: Sequence[NDArray[np.uint8]],
    seed: Sequence[int],
    config: LessonConfig,
    estimator: DegradationEstimator,
) -> Lesson:
    """Simulates the lesson of `seed`: the same for the same seed. `estimator` judges the wide, as in use."""
    rng = np.random.Generator(np.random.PCG64(list(seed)))
    near = [photos[int(rng.integers(len(photos)))] for _ in range(_PHOTOS)]
    cameras, scenes = draw_cameras(rng, config.shares()), SimulationConfig(drawn=config.drawn)

    def places(count: int, side_px: int, registered: int) -> list[Place]:
        return [
            simulate_place(near, cameras, side_px, scenes, rng, registered=number < registered)
            for number in range(count)
        ]

    learned = places(config.tiles, PATCH_PX, registered=config.tiles)
    asked = places(config.questions, QUICK.crop_px, registered=config.questions // 2)
    with torch.no_grad():
        wides = _stacked([place.wide for place in learned])
        degradation = estimator.settle(estimator(wides), wides, assume_native=True).numpy()
    adapting = replace(
        QUICK,
        seed=int(rng.integers(1 << 31)),
        steps=config.steps,
        batch=config.batch,
        learning_rate=config.learning_rate,
        untouched_share=untouched_share(_grey_levels(cameras.tele)),
        held_out=0.0,
    )
    tiles = TileSet((_as_pair(learned, degradation),), adapting)
    return Lesson(tiles, adapting, _as_batch(asked, degradation))


def _grey_levels(tele: Shot) -> float:
    """Noise that is left in a tele's photo, in grey levels."""
    return 255 * tele.noise * (1 - _REDUCED * tele.denoise)


def _as_pair(places: Sequence[Place], degradation: NDArray[np.float32]) -> PairTiles:
    def integers(pictures: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
        return np.rint(np.clip(np.stack(pictures), 0, 1) * 255).astype(np.uint8)

    return PairTiles(
        name="lesson",
        wide=integers([place.wide for place in places]),
        tele=integers([place.tele for place in places]),
        validity=integers([place.validity for place in places]),
        degradation=degradation,
        degradation_if_native=degradation,
        digest="",
    )


def _as_batch(places: Sequence[Place], degradation: NDArray[np.float32]) -> Batch:
    return Batch(
        lr=_stacked([place.wide for place in places]),
        ref=_stacked([place.tele for place in places]),
        validity=_stacked([place.validity[..., None] for place in places]),
        truth=_stacked([place.truth for place in places]),
        degradation=torch.from_numpy(np.stack([degradation] * len(places))),
    )


def _stacked(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()


class Lessons(Dataset[Lesson]):
    """Lesson number i of a run, or of process `rank` in it."""

    def __init__(
        self,
        photos: Sequence[NDArray[np.uint8]],
        config: LessonConfig,
        estimator: DegradationEstimator,
        seed: int,
        rank: int = 0,
    ) -> None:
        self.photos, self.config, self.seed, self.rank = photos, config, seed, rank
        self.estimator = estimator

    def __getitem__(self, number: int) -> Lesson:
        return make_lesson(self.photos, (self.seed, number, 3, self.rank), self.config, self.estimator)


def lessons(
    network: RestorationNetwork,
    photos: Sequence[NDArray[np.uint8]],
    config: TrainConfig,
    start: int,
    rank: int,
) -> Iterator[Lesson | None]:
    """Yields lessons start, start + 1, … without end, simulated in worker processes, in order; None for each step of a
    run without lessons. The network's estimator as it is now judges their wides.
    """
    if config.lessons.steps == 0 or network.estimator is None:
        return itertools.repeat(None)
    judge = copy.deepcopy(network.estimator).cpu().eval().requires_grad_(False)
    loader = DataLoader(
        Lessons(photos, config.lessons, judge, config.seed, rank),
        batch_size=None,
        sampler=itertools.count(start),
        num_workers=config.workers,
        prefetch_factor=2 if config.workers else None,
        worker_init_fn=one_thread,
        multiprocessing_context="spawn" if config.workers else None,
    )
    return iter(loader)


def gradients(network: RestorationNetwork, lesson: Lesson, device: torch.device) -> dict[str, Tensor]:
    """Calibrates a copy of `network` on the lesson; returns the gradient of its errors at the questions, by parameter.

    First order: as if the calibrated weights were the network's own plus a constant.
    """
    taught = Adapter(network, lesson.config, device)
    for _ in range(lesson.config.steps):
        taught.train_step(lesson.tiles)
    taught.optimizer.zero_grad()
    errors(taught.network, lesson.questions.to(device)).backward()  # type: ignore[no-untyped-call]
    return {name: p.grad for name, p in taught.parameters.items() if p.grad is not None}


def errors(network: RestorationNetwork, asked: Batch) -> Tensor:
    """ℓ1 against the truth, of the whole band and half of the high band: of all questions without a reference, and of
    the second half with one."""
    half = len(asked.lr) // 2
    alone = _missing(network, asked, slice(None), with_reference=False)
    shown = _missing(network, asked, slice(half, None), with_reference=True)
    fine = high_band(alone).abs().mean() + high_band(shown).abs().mean()
    return alone.abs().mean() + shown.abs().mean() + fine / 2


def _missing(network: RestorationNetwork, asked: Batch, part: slice, *, with_reference: bool) -> Tensor:
    device = asked.lr.device
    ref, validity = (asked.ref, asked.validity) if with_reference else (None, None)
    with torch.autocast(device.type, torch.bfloat16, enabled=bf16_pays(device)):
        picture = network(
            asked.lr[part].contiguous(memory_format=torch.channels_last),
            None if ref is None else ref[part],
            None if validity is None else validity[part],
            asked.degradation[part],
        )
    return picture.float() - asked.truth[part]
