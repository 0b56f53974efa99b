"""Keeps number formats by device in the user's cache folder: one file, which may be deleted at any time.

A folder that cannot be read or written, or a file that is damaged, costs a measurement each time and nothing else.
"""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dualzoom.atomic import publish
from dualzoom.settings import Precision

#: Of this process, by device.
_known: dict[str, Precision] = {}
_FORMATS: tuple[Precision, ...] = ("fp32", "bf16", "fp16")
_MOST_BYTES = 64 << 10
_MOST_DEVICES = 64


def kept_format(device: str, measure: Callable[[], Precision]) -> Precision:
    """The format known for a device by its name; where none is, what `measure` finds, which is kept."""
    if device not in _known:
        path = cache_file()
        found = {} if path is None else _read(path)
        if device not in found:
            found = {**dict(list(found.items())[1 - _MOST_DEVICES :]), device: measure()}
            if path is not None:
                _write(path, found)
        _known[device] = found[device]
    return _known[device]


def cache_file() -> Path | None:
    """Where they are kept; None where this installation cannot say (training runs without all of the libraries)."""
    try:
        from platformdirs import user_cache_path
    except ImportError:
        return None
    return user_cache_path("dualzoom", appauthor=False) / "number-formats.json"


def _read(path: Path) -> dict[str, Precision]:
    """Formats by device; none of a file that is not ours."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        found: Any = json.loads(text) if len(text) <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {device: kept for device, kept in found.items() if kept in _FORMATS}


def _write(path: Path, formats: dict[str, Precision]) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(path, [json.dumps(formats, indent=1).encode()], overwrite=True)
