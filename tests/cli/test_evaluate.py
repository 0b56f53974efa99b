"""`evaluate`: numbers that agree with the parts they are made of, other programs' results, and clear refusals."""

import json
import math
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from dualzoom import capture, pipeline
from dualzoom.cli import demo_pair
from dualzoom.cli.evaluate_options import PhoneName
from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Region, Size
from dualzoom.metrics import halved, legibility
from dualzoom.network import weights
from dualzoom.network.registry import build_network
from dualzoom.scene import render, signs
from dualzoom.settings import WriteSettings, ZoomSettings

NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip
SIZE = Size(320, 240)
OVER = WriteSettings(on_exists="overwrite")
INSIDE = Region(90, 70, 140, 100)


@pytest.fixture(scope="module")
def scenes():
    return {
        name: render(seed, size=SIZE, noise=0.1, depth_layers=False) for name, seed in (("a", 3), ("b", 4))
    }


@pytest.fixture
def folder(scenes, tmp_path: Path) -> Path:
    """One pair, a-wide.jpg and a-tele.jpg."""
    return write(scenes, tmp_path / "pairs", "a")


@pytest.fixture
def two(scenes, tmp_path: Path) -> Path:
    return write(scenes, tmp_path / "pairs", "a", "b")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save(tmp_path / "small.safetensors", seed=1)


def save(path: Path, seed: int) -> Path:
    torch.manual_seed(seed)
    return weights.save(build_network(NETWORK), path, config=NETWORK)


def write(scenes, folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        for file, photo in demo_pair.photos(scenes[name]).items():
            if file != "truth.png":
                capture.write(photo, folder / f"{name}-{file}")
    return folder


def pixels(path: Path) -> np.ndarray:
    return np.asarray(capture.read(path).pixels, np.uint8)


def put(folder: Path, name: str, picture: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    capture.write(capture.Photo(pixels=picture), folder / f"{name}.png", OVER)
    return folder


def objects(outcome) -> list[dict]:
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


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


def test_the_table_has_every_pair_and_the_mean(run, two):
    outcome = run("evaluate", two, "--row", "bicubic", "--row", "injection")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["pair", "row", "whole,", "dB", "inside", "outside", "border"]
    assert [line.split()[0] for line in lines[1::2]] == ["a", "b", "mean"]
    assert all("injection" in line for line in lines[2::2])
    values = np.array([[float(word) for word in line.split()[-4:]] for line in lines[1:]])
    np.testing.assert_allclose(values[4:], (values[:2] + values[2:4]) / 2, atol=0.011)


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


PHONE = ("--protocol", "phone", "--phone", "day", "--phone", "old")


@pytest.fixture
def sharp(scenes, tmp_path) -> Path:
    """Two sharp photos, one and two."""
    put(tmp_path / "sharp", "one", scenes["a"].truth)
    return put(tmp_path / "sharp", "two", scenes["b"].truth)


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


def test_phones_have_tables_for_people(run, sharp):
    outcome = run("evaluate", sharp / "one.png", *PHONE, "--row", "bicubic", "--row", "injection")
    assert outcome.code == 0
    scores, cameras, worst = outcome.out.split("\n\n")
    assert scores.splitlines()[0].split() == ["photo", "row", "whole,", "dB", "inside", "outside", "border"]
    assert cameras.splitlines()[0].startswith("camera ")
    assert [line.split()[0] for line in cameras.splitlines()[1::2]] == ["day,", "old,"]
    head, line = worst.splitlines()
    assert head.startswith("worst over bicubic")
    assert line.startswith("injection  ")
    assert "one, " in line
    alone = run("evaluate", sharp / "one.png", *PHONE, "--row", "injection")
    assert "worst" not in alone.out


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
    assert "pip install 'dualzoom[ocr]'" in outcome.err


def test_the_cameras_of_the_command_are_those_there_are():
    assert [phone.value for phone in PhoneName] == [phone.name for phone in PHONES]


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


def shrink(path: Path) -> None:
    capture.write(capture.Photo(pixels=pixels(path)[:100, :100]), path, OVER)


@pytest.mark.parametrize(
    "options",
    [
        ["--rectangle", "1,2,3"],
        ["--rectangle", "0,0,9,0"],
        ["--rectangle", "0,0,9,9", "--protocol", "full"],
        ["--results", "theirs"],
        ["--row", "magic"],
        ["--ablation", "luck"],
        ["--protocol", "single", "--row", "ours"],
        ["--protocol", "single", "--ablation", "soft"],
        ["--protocol", "quartered"],
        ["--withhold"],
        ["--withhold", "--protocol", "phone"],
        ["--phone", "day"],
        ["--text"],
        ["--phone", "tin", "--protocol", "phone"],
        ["--results", "bicubic=."],
    ],
    ids=" ".join,
)
def test_2_nonsense(run, folder, scenes, options, monkeypatch):
    monkeypatch.chdir(put(folder.parent / "results", "a", scenes["a"].wide))
    outcome = run("evaluate", folder, *options, *(["--row", "bicubic"] if "--results" in options else []))
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.error_lines) == 1


def test_8_weights_that_are_not_there(run, folder, tmp_path):
    assert run("evaluate", folder, "--model", tmp_path / "lost.safetensors").code == 8


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
