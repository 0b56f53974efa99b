"""Fine-tuning on gathered tiles: never worse than it began, stopped and resumed at any step, to the bit.

tiles ─► adapter: batch, loss, Adam, EMA ─► every n steps: selection: judge, keep the best ─► checkpoint
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import torch

from dualzoom.network.contract import RestorationNetwork
from dualzoom.training import checkpoint
from dualzoom.training.adapt import resume
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.interrupt import Interruption, polite
from dualzoom.training.adapt.selection import Selection
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge, Scores
from dualzoom.training.parallel import Group

Stopped = Literal["steps", "minutes", "plateau", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class AdaptReport:
    """How an adaptation stands: held-out scores at the start, now and of the best; `fraction` of the whole done."""

    step: int
    fraction: float
    loss: float
    start: Scores
    now: Scores | None
    best: Scores


Progress = Callable[[AdaptReport], None]


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """The best weights found (on the CPU, in eval mode), the scores they began with and have, and how it ended.

    `refused`: the scores nearest to the tele among weights that broke a limit, if nearer than those kept.
    """

    network: RestorationNetwork
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
    network: RestorationNetwork,
    tiles: TileSet,
    config: AdaptConfig,
    *,
    device: torch.device,
    group: Group | None = None,
    folder: Path | None = None,
    resuming: bool = False,
    origin: Mapping[str, Any] | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
    before: Scores | None = None,
) -> Adapted:
    """Fine-tunes a copy of `network` on `tiles` and returns the best weights by the held-out tiles.

    `folder`: where checkpoints go (none: nowhere); `resuming` continues from the newest there if `origin` (base weights
    and photos) is the same. `minutes` of training; Ctrl-C ends it as well. `before`: scores of another network, which
    are to be beaten instead of those of `network`. Raises UsageError, WeightsError, WriteError.
    """
    adapter, judge = Adapter(network, config, device, group), Judge(tiles, config)
    selection = Selection(network, lambda candidate: judge.measure(candidate, device), config, device)
    identity = resume.identity(config, origin or {})
    newest = checkpoint.latest(folder) if folder and resuming else None
    if newest:
        resume.take_up(newest, adapter, selection, identity)
    selection.begin(before)
    save = partial(resume.save, folder, adapter, selection, identity) if folder else _nowhere
    with polite() as interruption:
        stopped = _loop(adapter, selection, tiles, save, minutes, interruption, progress)
    kept = selection.result()
    if selection.improved and tiles.assume_native:
        kept = kept.with_config(assume_native=True)
    return Adapted(
        network=kept,
        before=selection.start,
        after=selection.best,
        refused=selection.tempting(),
        steps=adapter.step,
        stopped=stopped,
    )


def _nowhere() -> None:
    """Saves nothing."""


def _loop(
    adapter: Adapter,
    selection: Selection,
    tiles: TileSet,
    save: Callable[[], None],
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
            now, judged_at = selection.judge(adapter.average), adapter.step
            save()
        minutes_done = (time.monotonic() - began) / 60
        ending = _ending(adapter, selection, minutes, minutes_done, interruption)
        if group.leads and ending and adapter.step > judged_at:
            save()  # first: a resumed run must not know of this extra judgement
            now, judged_at = selection.judge(adapter.average), adapter.step
        if progress and group.leads:
            loss = float(total) / max(1, count)
            progress(_report(adapter, selection, _fraction(adapter, first, minutes, minutes_done), loss, now))
        if group.decided(ending is not None, adapter.device):
            return ending or "steps"
        total, count = total + adapter.train_step(tiles), count + 1


def _ending(
    adapter: Adapter,
    selection: Selection,
    minutes: float | None,
    minutes_done: float,
    interruption: Interruption,
) -> Stopped | None:
    """Returns why the run should end now, None where it should go on."""
    if interruption.asked:
        return "interrupted"
    if selection.stale >= adapter.config.patience:
        return "plateau"
    if adapter.step >= adapter.config.steps:
        return "steps"
    return "minutes" if minutes is not None and minutes_done >= minutes else None


def _fraction(adapter: Adapter, first: int, minutes: float | None, minutes_done: float) -> float:
    """Returns how much of the run is done, by steps or by time, 0..1."""
    by_steps = (adapter.step - first) / max(1, adapter.config.steps - first)
    by_time = minutes_done / minutes if minutes else 0.0
    return min(1.0, max(by_steps, by_time))


def _report(
    adapter: Adapter, selection: Selection, fraction: float, loss: float, now: Scores | None
) -> AdaptReport:
    return AdaptReport(
        step=adapter.step,
        fraction=fraction,
        loss=loss if math.isfinite(loss) else 0.0,
        start=selection.start,
        now=now,
        best=selection.best,
    )
