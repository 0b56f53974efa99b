"""Where adapted weights come from: told inside the tensor file and in the .json beside it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from torch import nn

from dualzoom.network.condition import presumes_real
from dualzoom.network.weights import LoadedModel
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.loop import Adapted
from dualzoom.training.adapt.tiles import PairTiles


def identity(base: LoadedModel, pairs: Sequence[PairTiles]) -> dict[str, Any]:
    """What a run is of: resuming it with anything else would be another run."""
    return {"base_sha256": base.info.get("sha256"), "pairs": sorted(pair.digest for pair in pairs)}


def configuration(base: LoadedModel, network: nn.Module) -> dict[str, Any]:
    """What builds an adapted network again: the base's configuration, and what is not weights but changed with them."""
    described = dict(base.config)
    if presumes_real(network) and not presumes_real(base.module):
        described["presumes_real"] = True
    return described


def provenance(
    base: LoadedModel, pairs: Sequence[PairTiles], config: AdaptConfig, result: Adapted, version: str
) -> dict[str, Any]:
    """The story of the weights in plain JSON values; names of files stay private, their pixels' sha256 does not."""
    return {
        "adapted_from": {"name": base.name, **identity(base, pairs)},
        "settings": asdict(config),
        "tiles": sum(pair.inside for pair in pairs),
        "steps": result.steps,
        "stopped": result.stopped,
        "before": result.before.to_json(),
        "after": result.after.to_json(),
        "dualzoom": version,
        "base_provenance": base.info.get("provenance"),
    }
