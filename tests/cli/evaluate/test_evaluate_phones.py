"""`evaluate --protocol phone`: cases, means by phone, the worst case and lettering."""

import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from evaluate_files import PHONE, objects, pixels, put

from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.metrics import legibility
from dualzoom.scene import signs


def test_phones_take_every_photo_and_are_summed_up_by_camera(run, sharp):
    found = objects(run("evaluate", sharp, *PHONE, "--row", "injection", "--row", "bicubic", "--json"))
    names = ["one, day", "one, old", "two, day", "two, old"]
    assert [one["name"] for one in found[:8:2]] == names
    assert [one["camera"] for one in found[:8:2]] == ["day", "old", "day", "old"]
    cases, (overall, _), cameras, worst = found[:8], found[8:10], found[10:14], found[14]
    assert [(one["camera"], one["mean_of"]) for one in cameras[::2]] == [("day", 2), ("old", 2)]
    for key in ("whole", "inside", "outside", "border"):
        day, old = ([one["scores"][key] for one in cases[at::4]] for at in (0, 2))
        assert cameras[0]["scores"][key] == pytest.approx(np.mean(day), abs=1e-3)
        assert cameras[2]["scores"][key] == pytest.approx(np.mean(old), abs=1e-3)
        assert overall["scores"][key] == pytest.approx(np.mean(day + old), abs=1e-3)
    assert (worst["row"], worst["worst_over"]) == ("injection", "bicubic")
    for key in ("inside", "outside"):
        gains = [a["scores"][key] - b["scores"][key] for a, b in zip(cases[::2], cases[1::2], strict=True)]
        assert worst["scores"][key] == pytest.approx(min(gains), abs=1e-3)
        assert worst["at"][key] == names[int(np.argmin(gains))]
    assert worst["scores"]["inside"] > 0.3
    assert len(found) == 15


def test_what_phones_took_goes_to_other_programs(run, sharp, tmp_path):
    out = run("evaluate", sharp / "one.png", *PHONE, "--inputs", tmp_path / "given").out.splitlines()
    assert [Path(line).name for line in out] == [
        "one, day-wide.png", "one, day-tele.png", "one, old-wide.png", "one, old-tele.png",
    ]  # fmt: skip
    taken = photograph(pixels(sharp / "one.png"), PHONES[0], zlib.crc32(pixels(sharp / "one.png").tobytes()))
    np.testing.assert_array_equal(pixels(Path(out[0])), taken.wide)
    np.testing.assert_array_equal(pixels(Path(out[1])), taken.tele)


def test_4_photos_too_small_to_be_taken_are_named(run, sharp, scenes):
    small = put(sharp, "small", scenes["a"].truth[:200]) / "small.png"
    outcome = run("evaluate", small, *PHONE, "--row", "bicubic")
    assert (outcome.code, outcome.out) == (4, "")
    assert "small.png" in outcome.err
    assert "640×200 is too small" in outcome.err
    assert "dualzoom: small, day: left out" in run("evaluate", sharp, *PHONE, "--row", "bicubic").err


def test_lettering_is_read_where_it_is_asked_for(run, sharp, monkeypatch):
    shown = []

    def read(picture):
        shown.append(picture.shape)
        return signs.LINES[0][1]

    monkeypatch.setattr(legibility, "reader", lambda: read)
    given = ("evaluate", sharp / "one.png", *PHONE, "--row", "bicubic", "--text")
    found = objects(run(*given, "--json"))
    assert [one["name"] for one in found[:4]] == ["one, day", "one, old", "signs, day", "signs, old"]
    expected = pytest.approx(legibility.share(signs.words(), signs.LINES[0][1]), abs=1e-3)
    assert [one["scores"].get("text") for one in found[:4]] == [None, None, expected, expected]
    assert found[4]["scores"]["text"] == expected  # the mean of those that have it
    assert shown == 2 * [(signs.PLATE.height, signs.PLATE.width, 3)]
    scores = run(*given).out.splitlines()
    assert scores[0].split()[-1] == "text"
    assert [line.split()[-1] for line in scores[1:4]] == ["-", "-", f"{expected.expected:.3f}"]


def test_2_lettering_without_the_package(run, sharp, monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    legibility.reader.cache_clear()
    outcome = run("evaluate", sharp, *PHONE, "--row", "bicubic", "--text")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pip install '.[ocr]'" in outcome.err
