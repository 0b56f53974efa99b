"""Fine-tuning on gathered tiles: never worse than it began, stopped and resumed at any step, to the bit.

tiles ─► batch (seed, step) ─► loss ─► Adam ─► EMA ─► every n steps: judge ─► keep the best that breaks no limit,
                                                       or go a part of the way only
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from dualzoom.network.condition import presume_real
from dualzoom.training import checkpoint
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.interrupt import Interruption, polite
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import SCORES_VERSION, Judge, Scores
from dualzoom.training.parallel import Group

Stopped = Literal["steps", "minutes", "plateau", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an adaptation stands: held-out scores at the start, now and of the best; `fraction` of the whole done."""

    step: int
    fraction: float
    loss: float
    start: Scores
    now: Scores | None
    best: Scores


Progress = Callable[[Report], None]


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """The best weights found (on the CPU, in eval mode), the scores they began with and have, and how it ended.

    `refused`: the scores nearest to the tele among weights that broke a limit, if nearer than those kept.
    """

    network: nn.Module
    before: Scores
    after: Scores
    refused: Scores | None
    steps: int
    stopped: Stopped

    @property
    def improved(self) -> bool:
        """Whether anything beat the starting weights."""
        return self.after != self.before


def adapt(
    network: nn.Module,
    tiles: TileSet,
    config: AdaptConfig,
    *,
    device: torch.device,
    group: Group | None = None,
    folder: Path | None = None,
    resume: bool = False,
    identity: dict[str, Any] | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
) -> Adapted:
    """Fine-tune a copy of `network` on `tiles` and return the best weights that the held-out tiles found.

    `folder`: where checkpoints go (none: nowhere); `resume` takes up the newest there if `identity` (what the run
    is of) is the same. `minutes` of training; Ctrl-C ends it as well. Raises UsageError, WeightsError, WriteError.
    """
    adapter = Adapter(network, config, device, group)
    identity = {**(identity or {}), "settings": _fixed(config), "scores": SCORES_VERSION}
    newest = checkpoint.latest(folder) if folder and resume else None
    if newest:
        adapter.restore(newest, identity)
    judge = Judge(tiles, config)
    if adapter.start_scores is None:
        adapter.judge(judge)
    with polite() as interruption:
        stopped = _loop(adapter, tiles, judge, folder, identity, minutes, interruption, progress)
    assert adapter.start_scores is not None
    assert adapter.best_scores is not None
    kept = adapter.result()
    if adapter.improved and tiles.presumes_real:
        presume_real(kept)
    return Adapted(
        network=kept,
        before=adapter.start_scores,
        after=adapter.best_scores,
        refused=adapter.tempting(),
        steps=adapter.step,
        stopped=stopped,
    )


def _fixed(config: AdaptConfig) -> dict[str, Any]:
    """The settings that a run cannot change half-way: all but how long it lasts."""
    return {name: value for name, value in asdict(config).items() if name not in ("steps", "patience")}


def _loop(
    adapter: Adapter,
    tiles: TileSet,
    judge: Judge,
    folder: Path | None,
    identity: dict[str, Any],
    minutes: float | None,
    interruption: Interruption,
    progress: Progress | None,
) -> Stopped:
    config, group = adapter.config, adapter.group
    first, judged_at, began = adapter.step, adapter.step, time.monotonic()
    total, count = torch.zeros((), device=adapter.device), 0
    while True:
        now = None
        if group.leads and adapter.step > judged_at and adapter.step % config.evaluate_every == 0:
            now, judged_at = adapter.judge(judge), adapter.step
            _save(adapter, folder, identity)
        minutes_done = (time.monotonic() - began) / 60
        ending = _ending(adapter, minutes, minutes_done, interruption)
        if group.leads and ending and adapter.step > judged_at:
            _save(adapter, folder, identity)  # first: a resumed run must not know of this extra look
            now, judged_at = adapter.judge(judge), adapter.step
        if progress and group.leads:
            progress(_report(adapter, first, minutes, minutes_done, float(total) / max(1, count), now))
        if group.decided(ending is not None, adapter.device):
            return ending or "steps"
        total, count = total + adapter.train_step(tiles), count + 1


def _save(adapter: Adapter, folder: Path | None, identity: dict[str, Any]) -> None:
    if folder is not None:
        adapter.save(folder, identity)


def _ending(
    adapter: Adapter, minutes: float | None, minutes_done: float, interruption: Interruption
) -> Stopped | None:
    """Why the run should end now, if it should."""
    if interruption.asked:
        return "interrupted"
    if adapter.stale >= adapter.config.patience:
        return "plateau"
    if adapter.step >= adapter.config.steps:
        return "steps"
    return "minutes" if minutes is not None and minutes_done >= minutes else None


def _report(
    adapter: Adapter, first: int, minutes: float | None, minutes_done: float, loss: float, now: Scores | None
) -> Report:
    assert adapter.start_scores is not None
    assert adapter.best_scores is not None
    by_steps = (adapter.step - first) / max(1, adapter.config.steps - first)
    by_time = minutes_done / minutes if minutes else 0.0
    return Report(
        step=adapter.step,
        fraction=min(1.0, max(by_steps, by_time)),
        loss=loss if math.isfinite(loss) else 0.0,
        start=adapter.start_scores,
        now=now,
        best=adapter.best_scores,
    )
