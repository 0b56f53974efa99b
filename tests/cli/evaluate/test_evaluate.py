"""`evaluate` of pairs and single photos: its numbers are those of the parts it is made of."""

import math
from pathlib import Path

import numpy as np
import pytest
from evaluate_files import INSIDE, objects, pixels, put, save, write

from dualzoom import capture, pipeline
from dualzoom.geometry import Size
from dualzoom.metrics import halved
from dualzoom.scene import render
from dualzoom.settings import ZoomSettings


def test_halved_rows_are_what_zoom_makes_of_the_halved_photos(run, folder, model):
    rectangle = f"{INSIDE.x},{INSIDE.y},{INSIDE.width},{INSIDE.height}"
    found = objects(
        run("evaluate", folder, "--model", model, "--rectangle", rectangle, "--device", "cpu", "--json")
    )
    assert [one["row"] for one in found] == 2 * ["bicubic", "injection", "alone", "ours"]
    assert {one.get("name") for one in found[:4]} == {"a"}
    assert [one["mean_of"] for one in found[4:]] == 4 * [1]
    assert [one["scores"] for one in found[:4]] == [one["scores"] for one in found[4:]]
    assert found[1]["scores"]["border"] > 1.3 > found[0]["scores"]["border"]  # only injection has one
    half, half_tele, truth = halved.halved_pair(pixels(folder / "a-wide.jpg"), pixels(folder / "a-tele.jpg"))
    for one, second in zip(found[2:4], (None, capture.Photo(pixels=half_tele)), strict=True):
        made = pipeline.zoom(capture.Photo(pixels=half), second, model=str(model))
        expected = halved.score(made.photo.pixels, truth, INSIDE)
        assert one["model"] == "small"
        assert math.isfinite(one["scores"].pop("border"))
        assert one["scores"] == {
            key: pytest.approx(getattr(expected, key), abs=1e-3) for key in ("whole", "inside", "outside")
        }
    bicubic, injection = found[0]["scores"], found[1]["scores"]
    assert injection["inside"] > bicubic["inside"] + 3  # rendered pairs match perfectly


def test_orientations_are_what_zoom_makes_of_them(run, folder, model):
    given = ("evaluate", folder, "--model", model, "--row", "ours", "--device", "cpu", "--json")
    once, (found, _) = objects(run(*given))[0], objects(run(*given, "--tta"))
    half, tele, truth = halved.halved_pair(pixels(folder / "a-wide.jpg"), pixels(folder / "a-tele.jpg"))
    wide, tele = (capture.Photo(pixels=part) for part in (half, tele))
    made = pipeline.zoom(wide, tele, model=str(model), settings=ZoomSettings(tta=True))
    assert found["row"] == "ours tta"
    assert found["scores"]["whole"] == pytest.approx(
        halved.score(made.photo.pixels, truth, INSIDE).whole, abs=1e-3
    )
    assert abs(found["scores"]["whole"] - once["scores"]["whole"]) > 0.003


def test_full_rows_say_how_much_of_the_tele_is_there(run, folder):
    found = objects(
        run("evaluate", folder, "--protocol", "full", "--row", "injection", "--row", "bicubic", "--json")
    )
    assert [one["row"] for one in found[:2]] == ["injection", "bicubic"]  # in the order asked for
    injection, bicubic = (one["scores"] for one in found[:2])
    assert set(bicubic) == {"detail", "energy", "consistency_db", "pixels_db", "border", "blocks"}
    assert bicubic["consistency_db"] > bicubic["pixels_db"]
    assert injection["border"] > 1.3 * bicubic["border"]
    assert injection["detail"] > 0.9 > 0.6 > bicubic["detail"]
    assert injection["blocks"] == bicubic["blocks"] > 0


def test_single_photos_are_halved_by_area(run, tmp_path, model):
    rng = np.random.default_rng(5)
    photo = rng.integers(0, 255, (131, 150, 3), np.uint8)  # an odd row is dropped
    folder = put(tmp_path / "set", "noise", photo)
    outcome = run("evaluate", folder, "--protocol", "single", "--model", model, "--device", "cpu", "--json")
    found = objects(outcome)
    assert [one["row"] for one in found] == 2 * ["bicubic", "alone"]
    assert set(found[0]["scores"]) == {"psnr", "ssim"}
    truth = put(tmp_path / "out", "noise", photo[:130])
    perfect = objects(
        run(
            "evaluate",
            folder,
            "--protocol",
            "single",
            "--row",
            "bicubic",
            "--results",
            f"t={truth}",
            "--json",
        )
    )
    assert perfect[1]["scores"] == {"psnr": None, "ssim": 1.0}  # infinity is not JSON


def test_halves_of_the_tele_are_hidden_and_judged(run, tmp_path):
    scene = render(3, size=Size(640, 480), noise=0.1, depth_layers=False)
    folder = write({"a": scene}, tmp_path / "pairs", "a")
    given = ("evaluate", folder, "--protocol", "full", "--row", "bicubic", "--row", "injection", "--json")
    whole, hidden = objects(run(*given)), objects(run(*given, "--withhold"))
    assert [one["name"] for one in hidden[:4:2]] == ["a, left hidden", "a, right hidden"]
    assert all(set(one["scores"]) == {"detail", "energy", "blocks"} for one in hidden)
    shares = [one["scores"]["blocks"] / whole[0]["scores"]["blocks"] for one in hidden[:4:2]]
    assert all(0.1 < share < 0.5 for share in shares)
    assert whole[1]["scores"]["detail"] > 0.9
    for bicubic, injection in (hidden[:2], hidden[2:4]):  # what was not shown cannot be injected
        assert injection["scores"] == pytest.approx(bicubic["scores"], abs=0.02)
    names = [Path(one["output"]).name for one in objects(run(*given, "--withhold", "--inputs", tmp_path))]
    assert names == [
        f"a, {side} hidden-{role}.png" for side in ("left", "right") for role in ("wide", "tele")
    ]
    left, right = (pixels(tmp_path / f"a, {side} hidden-tele.png") for side in ("right", "left"))
    np.testing.assert_array_equal(np.hstack([left, right]), pixels(folder / "a-tele.jpg"))


def test_ablations_and_models_are_rows(run, folder, model, tmp_path):
    other = save(tmp_path / "other.safetensors", seed=2)
    arguments = ("--row", "ours", "--ablation", "no-reference", "--ablation", "feature-only")
    found = objects(
        run("evaluate", folder, "--model", model, "--model", other, *arguments, "--device", "cpu", "--json")
    )
    assert [(one["row"], one["model"], one["ablation"]) for one in found[:6]] == [
        ("ours small", "small", None),
        ("ours small, no-reference", "small", "no-reference"),
        ("ours small, feature-only", "small", "feature-only"),
        ("ours other", "other", None),
        ("ours other, no-reference", "other", "no-reference"),
        ("ours other, feature-only", "other", "feature-only"),
    ]
    inside = [one["scores"]["inside"] for one in found[:6]]
    assert len(set(inside)) == 6
    outside = [one["scores"]["outside"] for one in found[:3]]
    assert np.ptp(outside) < 0.2  # only what the tele sees can be lost
