"""Other programs: what they are given, and their pictures as a method."""

import numpy as np
import pytest
from evaluate_files import INSIDE, objects, pixels, put

from dualzoom.metrics import halved


def test_inputs_go_to_other_programs_and_their_results_come_back(run, folder, tmp_path):
    given = tmp_path / "given"
    outcome = run("evaluate", folder, "--inputs", given)
    assert outcome.out.splitlines() == [str(given / f"a-{role}.png") for role in ("wide", "tele")]
    half, half_tele, truth = halved.halved_pair(pixels(folder / "a-wide.jpg"), pixels(folder / "a-tele.jpg"))
    np.testing.assert_array_equal(pixels(given / "a-wide.png"), half)
    np.testing.assert_array_equal(pixels(given / "a-tele.png"), half_tele)
    assert run("evaluate", folder, "--inputs", given).code == 7
    again = objects(run("evaluate", folder, "--inputs", given, "--on-exists", "overwrite", "--json"))
    assert [one["output"] for one in again] == outcome.out.splitlines()
    doubled = half.repeat(2, axis=0).repeat(2, axis=1)
    theirs = put(tmp_path / "theirs", "a", doubled)
    turned = put(tmp_path / "turned", "a", np.rot90(doubled, 2))
    arguments = (
        "--row",
        "bicubic",
        "--results",
        f"theirs={theirs}",
        "--results",
        f"turned={turned}",
        "--json",
    )
    outcome = run("evaluate", folder, *arguments)
    assert f"{turned / 'a.png'}: compared after turning it by 180 degrees" in outcome.err
    rows = {one["row"]: one["scores"] for one in objects(outcome)[:3]}
    assert rows["theirs"]["whole"] == pytest.approx(halved.score(doubled, truth, INSIDE).whole, abs=1e-3)
    assert rows["turned"] == rows["theirs"]


@pytest.mark.parametrize(
    ("spoil", "code", "words"),
    [
        (lambda truth: truth[:-1], 2, "it has 320x239 pixels, not 320x240"),
        (lambda truth: truth.repeat(2, 0).repeat(2, 1), 2, "it has 640x480 pixels"),
        (lambda truth: 255 - truth, 2, "does not show the photo it is named after"),
        (np.zeros_like, 2, "does not show"),
    ],
    ids=["a row is missing", "four times", "negative", "black"],
)
def test_results_that_do_not_fit_are_refused(run, scenes, folder, tmp_path, spoil, code, words):
    theirs = put(tmp_path / "theirs", "a", spoil(scenes["a"].wide))
    outcome = run("evaluate", folder, "--row", "bicubic", "--results", f"theirs={theirs}")
    assert (outcome.code, outcome.out) == (code, "")
    assert len(outcome.error_lines) == 1
    assert f"{theirs / 'a.png'}: " in outcome.err
    assert words in outcome.err


def test_4_missing_results_are_named_before_the_work(run, two, scenes, tmp_path):
    theirs = put(tmp_path / "theirs", "a", scenes["a"].wide)
    outcome = run("evaluate", two, "--row", "bicubic", "--results", f"theirs={theirs}")
    assert (outcome.code, outcome.out) == (4, "")
    assert "there is no picture b.*" in outcome.err
    assert run("evaluate", two, "--results", f"theirs={tmp_path / 'none'}").code == 4
