"""The work: pairs left out with the reason, names told apart, the sheet of crops."""

from pathlib import Path

import numpy as np
import pytest
from evaluate_files import OVER, objects, pixels, put, write

from dualzoom import capture


def test_pairs_that_do_not_match_are_left_out_with_the_reason(run, two):
    capture.write(capture.Photo(pixels=np.full((240, 320, 3), 90, np.uint8)), two / "b-tele.jpg", OVER)
    outcome = run("evaluate", two, "--row", "bicubic", "--json")
    found = objects(outcome)
    assert [one.get("mean_of") for one in found] == [None, 1, None]
    assert found[2]["name"] == "b"
    assert "b-tele.jpg" in found[2]["left_out"]
    assert "dualzoom: b: left out; " in outcome.err
    (two / "a-tele.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    outcome = run("evaluate", two, "--row", "bicubic")
    assert (outcome.code, outcome.out) == (5, "")
    assert "none of 2 can be used" in outcome.err


def shrink(path: Path) -> None:
    capture.write(capture.Photo(pixels=pixels(path)[:100, :100]), path, OVER)


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda folder: (folder / "a-tele.jpg").unlink(), 2, "its tele photo is missing"),
        (lambda folder: (folder / "a-tele.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more"), 4, "a-tele.jpg"),
        (lambda folder: put(folder, "a-tele", np.full((240, 320, 3), 9, np.uint8)), 2, "several files"),
        (lambda folder: shrink(folder / "a-wide.jpg"), 4, "fewer than 64 pixels"),
    ],
    ids=["missing partner", "unreadable", "ambiguous", "too small"],
)
def test_bad_pairs_have_their_own_codes(run, folder, spoil, code, words):
    spoil(folder)
    outcome = run("evaluate", folder, "--row", "bicubic")
    assert (outcome.code, outcome.out) == (code, "")
    assert words in outcome.err


def test_pairs_of_equal_names_are_told_apart_by_their_folders(run, scenes, tmp_path):
    for place in ("day", "night"):
        write(scenes, tmp_path / place, "a")
    bare = tmp_path / "bare"
    write(scenes, bare, "b")
    for role in ("wide", "tele"):
        (bare / f"b-{role}.jpg").rename(bare / f"{role}.jpg")
    places = [tmp_path / name for name in ("day", "night", "bare")]
    found = objects(run("evaluate", *places, "--row", "bicubic", "--json"))
    assert [one["name"] for one in found[:3]] == ["day-a", "night-a", "bare"]


@pytest.mark.parametrize("kind", ["halved", "full"])
def test_the_picture_shows_each_row_and_what_it_is_held_against(run, folder, tmp_path, kind):
    picture = tmp_path / "crops.png"
    arguments = ("evaluate", folder, "--protocol", kind, "--row", "bicubic", "--row", "injection")
    outcome = run(*arguments, "--picture", picture)
    assert outcome.out.splitlines()[-1] == str(picture)
    size = capture.read(picture).size
    side = (size.width - 2 * 4) // 3  # bicubic, injection, truth or tele
    assert side > 100
    assert size.height == 26 + 4 * (26 + side) + 3 * 4  # three places inside, one outside
    assert run(*arguments, "--picture", picture).code == 7
