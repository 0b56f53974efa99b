"""A run's log: every entry once, drawn where it holds scores, and a failure names the file."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.errors import WriteError
from dualzoom.training import run_log


def test_a_diary_that_cannot_be_written_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    for write in (
        lambda: run_log.note(tmp_path / "run", {"step": 1}),
        lambda: run_log.show(tmp_path / "run", []),
    ):
        with pytest.raises(WriteError, match="run"):
            write()


def test_the_diary_draws_what_it_was_told(tmp_path: Path) -> None:
    for step in (100, 200, 200, 300):
        run_log.note(tmp_path, {"step": step, "loss": 1 / step, "psnr": {"clean.alone": step / 10}})
    assert [entry["step"] for entry in run_log.read(tmp_path)] == [100, 200, 300]
    drawn = cv2.imread(str(tmp_path / "curves.png"))
    assert drawn is not None
    empty = run_log.curves([])
    assert drawn.shape == empty.shape
    assert (drawn[..., ::-1] != empty).any(2).sum() > 500
    crops = [[np.full((8, 8, 3), shade, np.float32) for shade in (0.0, 0.5, 1.0)]] * 2
    run_log.show(tmp_path, crops)
    strip = cv2.imread(str(tmp_path / "samples.png"))
    assert strip is not None
    assert strip.shape == (16, 24, 3)
    assert strip[4, 4, 0] == 0
    assert strip[4, 20, 0] == 255


def test_without_scores_nothing_is_drawn(tmp_path: Path) -> None:
    run_log.note(tmp_path / "run", {"step": 1, "loss": 0.5})
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["log.jsonl"]


def test_a_step_that_is_repeated_after_resuming_counts_as_it_was_last(tmp_path: Path) -> None:
    for step, loss in ((1, 0.5), (2, 0.4), (2, 0.3)):
        run_log.note(tmp_path, {"step": step, "loss": loss})
    assert run_log.read(tmp_path) == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.3}]


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5, 0.5], [0.0, 1e-9], [1e6, -1e6]])
def test_any_values_can_be_drawn(values: list[float]) -> None:
    entries = [{"step": n, "loss": value, "psnr": {"a": value}} for n, value in enumerate(values)]
    assert run_log.curves(entries).shape == run_log.curves([]).shape


def test_a_curve_that_falls_is_drawn_falling() -> None:
    """Rows of the loss's line, in its colour, from left to right."""
    entries = [{"step": n, "loss": 1 - n / 10} for n in range(11)]
    panel = np.split(run_log.curves(entries), 2)[0].astype(int)
    line = np.abs(panel - run_log._COLOURS[0]).sum(2) < 30
    line[:, 900 - 190 :] = False  # the legend
    columns = np.flatnonzero(line.any(0))
    heights = [np.flatnonzero(line[:, x]).mean() for x in columns]
    assert len(columns) > 100  # it is drawn smooth, so not all of it is in the pure colour
    assert (np.diff(heights) >= -1.5).all()
    assert heights[-1] - heights[0] > 200
