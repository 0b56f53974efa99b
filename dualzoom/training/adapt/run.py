"""The whole of `adapt`: reads pairs, writes weights (unless nothing beat the old ones), returns a report."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from dualzoom.engine import Engine
from dualzoom.network import weights
from dualzoom.network.precision import channels_last
from dualzoom.network.registry import describe
from dualzoom.settings import EngineSettings
from dualzoom.training import parallel
from dualzoom.training.adapt import provenance
from dualzoom.training.adapt.before_after import sheet
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.gather import PairSource, gather
from dualzoom.training.adapt.loop import Adapted, AdaptReport, adapt
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge
from dualzoom.version import installed_version

#: Called with the stage ("gather" or "adapt"), how much of it is done (0..1), and how adapting stands.
Progress = Callable[[str, float, AdaptReport | None], None]


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of a run. `written`: the weights' file, None without a gain or where another process writes it.

    `sheet`: before | after | tele, RGB uint8, None where nothing was written. `leads`: whether this process reports.
    """

    adapted: Adapted
    pairs: int
    tiles: int
    left_out: tuple[tuple[str, str], ...]
    written: Path | None
    sheet: NDArray[np.uint8] | None
    leads: bool


def run(
    sources: Sequence[PairSource],
    output: Path,
    config: AdaptConfig,
    *,
    model: str,
    device: torch.device,
    minutes: float | None = None,
    resume: bool = False,
    always_write: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Adapts `model` to the pairs and writes `output` (.safetensors, .json) if that made it better.

    The run keeps its state in `<output>.run/` until it has ended for good. Raises RegistrationError, CaptureError,
    UsageError, WeightsError, WriteError.
    """
    tell: Progress = progress or (lambda _stage, _fraction, _report: None)
    base = weights.load(model)
    group, device = parallel.join(config.batch, device)
    try:
        engine = Engine(base.module, EngineSettings(device=str(device)))
        found = gather(sources, engine, config, lambda fraction: tell("gather", fraction, None))
        tiles = TileSet(found.pairs, config)
        folder = output.with_suffix(".run")
        result = adapt(
            engine.network,
            tiles,
            config,
            device=device,
            group=group,
            folder=folder,
            resuming=resume,
            origin=provenance.origin(base, found.pairs),
            minutes=minutes,
            progress=lambda report: tell("adapt", report.fraction, report),
        )
        parallel.finish()
        written, picture = None, None
        if group.leads and (result.improved or always_write):
            story = provenance.provenance(base, found.pairs, config, result, installed_version())
            written = weights.save(result.network, output, config=describe(result.network), provenance=story)
            after = channels_last(result.network, device)
            picture = sheet(Judge(tiles, config), engine.network, after, device)
        if group.leads and result.stopped in ("steps", "plateau"):
            shutil.rmtree(folder, ignore_errors=True)  # only now: a full disk must not cost the run
    finally:
        parallel.leave()
    return RunResult(
        adapted=result,
        pairs=len(found.pairs),
        tiles=sum(pair.inside for pair in found.pairs),
        left_out=found.left_out,
        written=written,
        sheet=picture,
        leads=group.leads,
    )
