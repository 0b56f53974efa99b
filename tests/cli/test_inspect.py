"""`inspect` and `demo` on rendered scenes, with nothing replaced."""

import json
from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.cli.demo_pair import photos
from dualzoom.geometry import Size
from dualzoom.scene import RenderedCapture, render
from dualzoom.settings import WriteSettings


@pytest.fixture(scope="module")
def scene() -> RenderedCapture:
    return render(11, size=Size(504, 378), roll_deg=1.5)


@pytest.fixture(scope="module")
def pair(scene: RenderedCapture, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pair")
    for name, photo in photos(scene).items():
        capture.write(photo, folder / name, WriteSettings())
    return folder / "wide.jpg", folder / "tele.jpg"


def test_the_pair_carries_its_focal_lengths(pair, scene):
    wide, tele = (capture.read(path) for path in pair)
    assert wide.lens.focal_35mm == scene.wide_focal_35mm
    assert tele.lens.focal_35mm == scene.tele_focal_35mm


def test_json_holds_the_homography_and_the_rest(run, pair, scene):
    outcome = run("inspect", *pair, "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    keys = {"homography", "inliers", "ratio", "overlap", "parallax_px", "colour", "seconds", "wide", "tele"}
    assert keys <= set(found)
    height, width = scene.tele.shape[:2]
    corners = np.array(
        [[0, 0, 1], [width - 1, 0, 1], [width - 1, height - 1, 1], [0, height - 1, 1]], float
    ).T
    ours, theirs = (m @ corners for m in (np.array(found["homography"]), scene.homography))
    error = np.linalg.norm(ours[:2] / ours[2] - theirs[:2] / theirs[2], axis=0)
    assert error.max() < 2.0
    assert len(found["parallax_px"]) == 2
    assert found["ratio"] == pytest.approx(2.0, rel=0.02)
    assert isinstance(found["colour"], dict)


def test_people_get_a_fact_a_line_and_an_overlay_of_the_wides_size(run, pair, tmp_path):
    overlay = tmp_path / "where.png"
    outcome = run("inspect", *pair, "--overlay", overlay)
    assert outcome.code == 0
    facts = dict(line.split(maxsplit=1) for line in outcome.out.splitlines())
    assert list(facts) == ["match", "ratio", "overlap", "parallax", "seconds", "overlay"]
    assert facts["overlay"] == str(overlay)
    assert capture.read(overlay).size == capture.read(pair[0]).size


def test_the_overlay_is_refused_before_the_work(run, pair, tmp_path, monkeypatch):
    monkeypatch.setattr("dualzoom.registration.register", None)
    overlay = tmp_path / "where.png"
    overlay.write_bytes(b"mine")
    assert run("inspect", *pair, "--overlay", overlay).code == 7
    assert overlay.read_bytes() == b"mine"
    assert run("inspect", *pair, "--overlay", tmp_path / "where.jpg").code == 2


def test_5_two_scenes_do_not_match(run, pair, tmp_path):
    other = tmp_path / "other.png"
    capture.write(capture.Photo(pixels=render(12, size=Size(504, 378)).tele), other, WriteSettings())
    outcome = run("inspect", pair[0], other, "--json", "--overlay", tmp_path / "where.png")
    assert (outcome.code, json.loads(outcome.out)["error"]["exit_code"]) == (5, 5)
    assert len(outcome.error_lines) == 1
    assert "other.png" in outcome.err
    assert not (tmp_path / "where.png").exists()


def test_4_an_unreadable_tele(run, pair, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(pair[1].read_bytes()[:2000])
    outcome = run("inspect", pair[0], broken)
    assert (outcome.code, outcome.out) == (4, "")
    assert "broken.jpg" in outcome.err
