"""A short clip, its tele."""

from importlib import import_module
from typing import Any

import pytest

from dualzoom.geometry import Size


@pytest.fixture(scope="session")
def clip_files() -> Any:
    return import_module("clip_files")


@pytest.fixture(scope="session")
def panned(clip_files: Any) -> Any:
    """A pan of eight frames, rendered."""
    return clip_files.pan(8, Size(256, 160), noise=1.0)
