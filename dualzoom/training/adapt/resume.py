"""Saves an adaptation after each judgement, and restores it, to the bit, for the same run only."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dualzoom.errors import UsageError
from dualzoom.training import checkpoint
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.adapt.config import AdaptConfig
from dualzoom.training.adapt.selection import Selection
from dualzoom.training.adapt.validation import SCORES_VERSION
from dualzoom.training.config import in_current_names


def identity(config: AdaptConfig, origin: Mapping[str, Any]) -> dict[str, Any]:
    """Returns all that must be equal for a run to go on: `origin` (base weights and photos), settings, way of scoring.

    Of the settings only the run's length may change half-way.
    """
    settings = {name: value for name, value in asdict(config).items() if name not in ("steps", "patience")}
    return {**origin, "settings": settings, "scores": SCORES_VERSION}


def save(folder: Path, adapter: Adapter, selection: Selection, identity: Mapping[str, Any]) -> None:
    """Writes a checkpoint; raises WriteError."""
    tensors = adapter.tensors() | selection.tensors()
    checkpoint.save(folder, adapter.step, tensors, {**selection.to_json(), "identity": identity})


def take_up(path: Path, adapter: Adapter, selection: Selection, identity: Mapping[str, Any]) -> None:
    """Restores both from the checkpoint at `path`; raises UsageError where it belongs to another run, WeightsError."""
    tensors, state = checkpoint.load(path, adapter.device)
    if _current(state.get("identity")) != json.loads(json.dumps(identity)):
        reason = "it was made from other photos, weights or settings"
        raise UsageError(path, reason, "repeat that run with what it had, or start anew")
    adapter.take_up(tensors, int(state["step"]))
    selection.take_up(tensors, state)


def _current(identity: Any) -> Any:
    """Renames the settings that earlier versions stored to today's names."""
    if not isinstance(identity, dict) or not isinstance(settings := identity.get("settings"), dict):
        return identity
    simulation = in_current_names(settings.get("simulation") or {})
    return {**identity, "settings": {**settings, "simulation": simulation}}
