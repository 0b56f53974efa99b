"""What the tests of `evaluate` share: rendered pairs, a small network, sharp photos."""

from pathlib import Path

import pytest
from evaluate_files import SIZE, put, save, write

from dualzoom.scene import render


@pytest.fixture(scope="module")
def scenes():
    return {
        name: render(seed, size=SIZE, noise=0.1, depth_layers=False) for name, seed in (("a", 3), ("b", 4))
    }


@pytest.fixture
def folder(scenes, tmp_path: Path) -> Path:
    """One pair, a-wide.jpg and a-tele.jpg."""
    return write(scenes, tmp_path / "pairs", "a")


@pytest.fixture
def two(scenes, tmp_path: Path) -> Path:
    return write(scenes, tmp_path / "pairs", "a", "b")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save(tmp_path / "small.safetensors", seed=1)


@pytest.fixture
def sharp(scenes, tmp_path) -> Path:
    """Two sharp photos, one and two."""
    put(tmp_path / "sharp", "one", scenes["a"].truth)
    return put(tmp_path / "sharp", "two", scenes["b"].truth)
