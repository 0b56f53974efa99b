"""Running the command line inside the test, and a zoom that takes no time."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from dualzoom.cli import main


@dataclass(frozen=True)
class CommandResult:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., CommandResult]


@pytest.fixture
def drained() -> Callable[[int], str]:
    """Reads all that is written to a terminal, given its master side, until the other side is closed."""

    def read(master: int) -> str:
        written = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # what Linux says at the end
                break
            if not part:
                break
            written += part
        return written.decode()

    return read


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call `main` with arguments; warnings stay errors, as they are everywhere else in the tests."""
    monkeypatch.setattr(sys, "warnoptions", ["error"])

    def call(*arguments: object) -> CommandResult:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return CommandResult(code, out, err)

    return call


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A small picture with something in it."""
    return _picture(tmp_path / "wide.png", seed=1)


@pytest.fixture
def tele(tmp_path: Path) -> Path:
    """Another, of other things."""
    return _picture(tmp_path / "tele.png", seed=2)


def _picture(path: Path, seed: int) -> Path:
    noise = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), np.uint8)
    assert cv2.imwrite(str(path), cv2.GaussianBlur(noise, (0, 0), 1.5))
    return path


@dataclass
class Engine:
    """Stands in for the pipeline: doubles by repetition, or raises what it is told to."""

    error: BaseException | None = None
    notes: tuple[str, ...] = ()
    calls: int = 0
    seen: dict[str, Any] | None = None
    worth: Any = None

    def zoom(self, wide: Any, tele: Any, **options: Any) -> Any:
        from dualzoom.pipeline import ZoomResult

        self.calls += 1
        self.seen = {"wide": wide, "tele": tele, **options}
        if self.error is not None:
            raise self.error
        photo = wide.with_pixels(wide.pixels.repeat(2, axis=0).repeat(2, axis=1))
        return ZoomResult(
            photo=photo,
            registration=None,
            colour=None,
            tele=None if self.worth is None else self._use(),
            model="fake",
            device="cpu",
            tile_px=64,
            degradation=None,
            notes=self.notes,
            seconds={"network": 0.0},
            contribution=np.pad(np.ones((12, 16), np.uint8), ((0, 12), (0, 16))),
        )

    def _use(self) -> Any:
        return SimpleNamespace(worth=self.worth, calibration=None, to_json=lambda: {"used": self.worth.used})


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The pipeline replaced by one that needs no weights and no time."""
    fake = Engine()
    monkeypatch.setattr("dualzoom.pipeline.zoom", fake.zoom)
    return fake


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of twelve small photos."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(12):
        noise = np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8)
        assert cv2.imwrite(str(folder / f"p{number:02}.png"), cv2.GaussianBlur(noise, (0, 0), 1.5))
    return folder


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models that come with the tool, replaced by a folder with one small one."""
    from dualzoom.network import weights
    from dualzoom.network.registry import build_network

    folder = tmp_path / "shelf"
    monkeypatch.setattr("dualzoom.network.weights.models_dir", lambda: folder)
    config = {"architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "decoder_blocks": 1}
    provenance = {"made": "by hand"}
    weights.save(build_network(config), folder / "small.safetensors", config=config, provenance=provenance)
    return folder


@pytest.fixture
def zoomer(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A model of `batch` that doubles by repetition; the list names the wides it saw."""
    from dualzoom.pipeline import ZoomResult

    seen: list[str] = []

    class Fake:
        def __init__(self, *_options: object) -> None:
            self.loaded = self.taught = type("Loaded", (), {"info": {"sha256": "0"}, "path": "fake"})

            device = SimpleNamespace(type="cpu")
            self.engine = SimpleNamespace(device=device, use_threads=lambda: None)

        def prepare(self, wide, tele=None, settings=None, clock=None, frames=None, fits=None) -> Any:
            return wide

        def teach(self, wide, settings=None, clock=None, memory=None) -> Any:
            return wide

        def make(self, wide, settings=None, clock=None) -> "ZoomResult":
            seen.append(wide.source.name)
            photo = wide.with_pixels(wide.pixels.repeat(2, axis=0).repeat(2, axis=1))
            return ZoomResult(
                photo=photo, registration=None, colour=None, tele=None, model="fake", device="cpu",
                tile_px=1, degradation=None,
                notes=("a note",), seconds={},
            )  # fmt: skip

    monkeypatch.setattr("dualzoom.batch.worker.Zoomer", Fake)
    monkeypatch.setattr("dualzoom.batch.worker.model_sha256", lambda _model: "0")
    return seen
