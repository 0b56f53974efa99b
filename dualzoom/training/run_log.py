"""A run's log beside its checkpoints: log.jsonl, curves.png (loss, PSNR by kind) and samples.png (crops)."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.atomic import publish
from dualzoom.errors import WriteError

Canvas: TypeAlias = NDArray[Any]

_WIDTH, _HEIGHT, _LEFT, _TOP = 900, 320, 70, 30
_COLOURS = ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75))


def note(folder: Path, entry: dict[str, Any]) -> None:
    """Append one entry to the log; redraw the curves when it holds scores. Raises WriteError."""
    log = folder / "log.jsonl"
    with _write_errors(log):
        folder.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
    if entry.get("psnr"):
        _save(folder / "curves.png", curves(read(folder)))


def read(folder: Path) -> list[dict[str, Any]]:
    """All entries; the last one of a step that was repeated after resuming."""
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return list({entry["step"]: entry for entry in map(json.loads, lines)}.values())


def show(folder: Path, rows: Sequence[Sequence[NDArray[np.float32]]]) -> None:
    """Write crops, one row for each sample: RGB (h w 3) in 0..1, all of one size. Raises WriteError."""
    with _write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    strip = np.vstack([np.hstack(row) for row in rows])
    _save(folder / "samples.png", (np.clip(strip, 0, 1) * 255).round().astype(np.uint8))


def curves(entries: Sequence[dict[str, Any]]) -> Canvas:
    """Two panels under each other: the loss, and every row of scores in dB."""
    loss = {"loss": [(entry["step"], entry["loss"]) for entry in entries]}
    scores: dict[str, list[tuple[int, float]]] = {}
    for entry in entries:
        for name, value in (entry.get("psnr") or {}).items():
            scores.setdefault(name, []).append((entry["step"], value))
    return np.vstack([_panel("loss", loss), _panel("PSNR / dB", scores)])


def _panel(title: str, lines: dict[str, list[tuple[int, float]]]) -> Canvas:
    canvas = np.full((_HEIGHT, _WIDTH, 3), 255, np.uint8)
    points = [point for line in lines.values() for point in line]
    if not points:
        return canvas
    steps, values = np.array(points, np.float64).T
    last, low, high = max(steps.max(), 1), values.min(), values.max()
    high = high if high > low else low + 1
    bottom, right = _HEIGHT - 30, _WIDTH - 190

    def place(step: float, value: float) -> tuple[int, int]:
        x = _LEFT + (right - _LEFT) * step / last
        return round(x), round(bottom - (bottom - _TOP) * (value - low) / (high - low))

    cv2.rectangle(canvas, (_LEFT, _TOP), (right, bottom), (180, 180, 180), 1)
    _write(canvas, title, (_LEFT, _TOP - 10))
    for value in np.linspace(low, high, 5):
        _write(canvas, f"{value:.4g}", (6, place(0, value)[1] + 4))
    _write(canvas, f"{last:.0f} steps", (right - 90, bottom + 20))
    for number, (name, line) in enumerate(sorted(lines.items())):
        colour = _COLOURS[number % len(_COLOURS)]
        corners = np.array([place(*point) for point in sorted(line)], np.int32)
        cv2.polylines(canvas, [corners], False, colour, 1, cv2.LINE_AA)
        _write(canvas, name, (right + 10, _TOP + 12 + 18 * number), colour)
    return canvas


def _write(canvas: Canvas, text: str, at: tuple[int, int], colour: tuple[int, ...] = (60, 60, 60)) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)


def _save(path: Path, rgb: Canvas) -> None:
    done, data = cv2.imencode(".png", np.ascontiguousarray(rgb[..., ::-1]))
    assert done  # a canvas of bytes can be encoded
    with _write_errors(path):
        publish(path, [data.tobytes()], overwrite=True)  # readers never find half a picture


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError into a WriteError about `path`."""
    try:
        yield
    except OSError as error:
        raise WriteError(path, f"cannot be written ({error.strerror})", "check the disk") from error
