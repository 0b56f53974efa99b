"""Where adapted weights come from: stored in the tensor file and in the .json beside it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dualzoom.network.weights import LoadedModel
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.loop import Adapted
from dualzoom.training.adapt.tiles import PairTiles


def origin(base: LoadedModel, pairs: Sequence[PairTiles]) -> dict[str, Any]:
    """Identifies a run's base weights and photos."""
    return {"base_sha256": base.info.get("sha256"), "pairs": sorted(pair.digest for pair in pairs)}


def provenance(
    base: LoadedModel, pairs: Sequence[PairTiles], config: AdaptConfig, result: Adapted, version: str
) -> dict[str, Any]:
    """Returns the weights' origin as JSON values: with the photos' digests, without their names, which are private."""
    return {
        "adapted_from": {"name": base.name, **origin(base, pairs)},
        "settings": asdict(config),
        "tiles": sum(pair.inside for pair in pairs),
        "steps": result.steps,
        "stopped": result.stopped,
        "before": result.before.to_json(),
        "after": result.after.to_json(),
        "dualzoom": version,
        "base_provenance": base.info.get("provenance"),
    }
