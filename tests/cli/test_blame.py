"""Every failure names the file at fault: errors of parts that see only pixels, too."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.cli.demo_pair import photos
from dualzoom.geometry import Size
from dualzoom.scene import render

pytestmark = pytest.mark.usefixtures("repeat")


@pytest.fixture(scope="module")
def wide_photo(tmp_path_factory) -> Path:
    return capture.write(_rendered()["wide.jpg"], tmp_path_factory.mktemp("blame") / "IMG_1.png")


def _rendered():
    return photos(render(11, size=Size(252, 189)))


@pytest.fixture
def odd_tele(tmp_path):
    """`odd_tele(change)`: the tele with its pixels changed, as a file."""

    def made(change) -> Path:
        photo = _rendered()["tele.jpg"]
        changed = np.clip(np.rint(change(photo.pixels.astype(float))), 0, 255).astype(np.uint8)
        return capture.write(photo.with_pixels(changed), tmp_path / "IMG_2.png")

    return made


@pytest.mark.parametrize("command", ["zoom", "inspect"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tele: tele * 0.06, "it is exposed -"),
        (lambda tele: tele[..., [2, 0, 1]], "its colours"),
        (lambda tele: tele[::-1, ::-1] * 0 + 90, "it does not match"),
    ],
)
def test_a_tele_of_other_colours_is_refused_by_its_name(run, wide_photo, odd_tele, command, change, words):
    tele = odd_tele(change)
    outcome = run(command, wide_photo, tele)
    assert outcome.code == 5
    (line,) = outcome.error_lines
    assert line.startswith(f"dualzoom: {tele}: {words}")


def test_a_photo_too_small_to_enlarge_is_of_an_unsupported_kind(run, tmp_path):
    small = capture.write(capture.Photo(pixels=np.zeros((15, 40, 3), np.uint8)), tmp_path / "icon.png")
    outcome = run("zoom", small)
    assert outcome.code == 4
    assert outcome.error_lines == [f"dualzoom: {small}: 40×15 is too small; use one of at least 16 px a side"]


def test_a_photo_larger_than_memory_is_named(run, monkeypatch, wide_photo):
    def full(*_args):
        raise MemoryError

    monkeypatch.setattr("dualzoom.capture.orientation.upright", full)
    outcome = run("zoom", wide_photo)
    assert outcome.code == 6
    assert outcome.error_lines[0].startswith(f"dualzoom: {wide_photo}: there is not enough memory for it")


@pytest.mark.parametrize("stage", ["register", "fit_colour", "check_result"])
def test_whatever_runs_out_of_memory_is_said_of_a_file(run, monkeypatch, wide_photo, odd_tele, stage):
    def full(*_args):
        raise MemoryError

    room = "dualzoom.enlarge" if stage == "check_result" else "dualzoom.reference.build"
    monkeypatch.setattr(import_module(room), stage, full)
    tele = odd_tele(lambda tele: tele)
    outcome = run("zoom", wide_photo, tele)
    assert outcome.code == 6
    (line,) = outcome.error_lines
    assert line.startswith(
        f"dualzoom: {wide_photo if stage == 'check_result' else tele}: there is not enough"
    )
