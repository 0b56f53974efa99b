"""`batch`: bursts and shots by several lenses are one job each, shown before and told after."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def holiday(tmp_path):
    """A burst with its tele, and a shot by three lenses an hour later."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    shots = [(f"IMG_1_BURST{n}{'_COVER' * (n == 1)}.jpg", 26, f"10:00:0{n}") for n in range(3)]
    shots += [("IMG_2.jpg", 77, "10:00:04")]
    shots += [(f"IMG_{focal}.jpg", focal, "11:00:00") for focal in (13, 26, 77)]
    for number, (name, focal, time) in enumerate(shots):
        exif = Image.Exif()
        exif.update({271: "Maker", 272: "Phone 7"})
        exif.get_ifd(0x8769).update({36867: f"2024:05:06 {time}", 41989: focal})
        noise = np.random.default_rng(number).integers(0, 255, (24, 32, 3), np.uint8)
        Image.fromarray(noise).save(folder / name, exif=exif.tobytes())
    return folder


def test_bursts_and_lenses_are_shown_before_and_told_after(run, zoomer, holiday, tmp_path):
    out = tmp_path / "out"
    shown = run("batch", holiday, "-o", out, "--dry-run")
    assert shown.out.splitlines() == [
        f"{holiday / 'IMG_13.jpg'} + {holiday / 'IMG_26.jpg'} + {holiday / 'IMG_77.jpg'} → {out / 'IMG_13-2x.jpg'}",
        f"{holiday / 'IMG_1_BURST1_COVER.jpg'} + {holiday / 'IMG_2.jpg'} + 2 frames of its burst → "
        f"{out / 'IMG_1_BURST1_COVER-2x.jpg'}",
    ]
    plan = [
        json.loads(line) for line in run("batch", holiday, "-o", out, "--dry-run", "--json").out.splitlines()
    ]
    assert [len(one["teles"]) for one in plan] == [2, 1]
    assert plan[1]["frames"] == [{"name": str(holiday / f"IMG_1_BURST{n}.jpg")} for n in (0, 2)]
    assert {one["state"] for one in plan} == {"planned"}
    done = [json.loads(line) for line in run("batch", holiday, "-o", out, "--json").out.splitlines()]
    assert {one["state"] for one in done} == {"done"}
    assert all(plan[0].keys() <= one.keys() for one in done), "a plan has the keys of what follows"
    kept = [json.loads(line) for line in run("batch", holiday, "-o", out, "--json").out.splitlines()]
    assert [(one["state"], len(one.get("teles", []))) for one in kept] == [("kept", 2), ("kept", 1)]
    assert [len(one.get("frames", [])) for one in kept] == [0, 2]
    frame = holiday / "IMG_1_BURST2.jpg"
    frame.write_bytes(frame.read_bytes() + b"edited")
    again = [json.loads(line) for line in run("batch", holiday, "-o", out, "--json").out.splitlines()]
    assert [one["state"] for one in again] == ["kept", "done"]


def test_both_can_be_switched_off(run, zoomer, holiday, tmp_path):
    words = ("batch", holiday, "-o", tmp_path / "out", "--dry-run", "--no-bursts", "--two-lenses", "--json")
    plan = [json.loads(line) for line in run(*words).out.splitlines()]
    assert [(len(one["teles"]), one["frames"]) for one in plan] == [(1, []), (1, [])]
    assert Path(plan[0]["wide"]).name == "IMG_26.jpg" or Path(plan[1]["wide"]).name == "IMG_26.jpg"


def test_a_plan_as_a_table_is_a_source_and_grows_by_what_became_of_it(run, zoomer, holiday, tmp_path):
    plan, done = tmp_path / "plan.csv", tmp_path / "done.csv"
    shown = run("batch", holiday, "-o", tmp_path / "out", "--dry-run", "--table", plan)
    assert shown.code == 0
    again = run("batch", plan, "-o", tmp_path / "out", "--dry-run")
    assert (again.code, again.out) == (0, shown.out)
    for _ in range(2):  # its own table is replaced
        assert run("batch", plan, "-o", tmp_path / "out", "--table", done).code == 0
    lines = list(csv.DictReader(done.read_text("utf-8-sig").splitlines()))
    assert [line["state"] for line in lines] == ["kept", "kept"]
    assert [Path(line["tele2"]).name for line in lines] == ["IMG_77.jpg", ""]
    taken = tmp_path / "mine.csv"
    taken.write_text("wide,tele\n")
    outcome = run("batch", plan, "-o", tmp_path / "out", "--table", taken)
    assert (outcome.code, taken.read_text()) == (7, "wide,tele\n")
