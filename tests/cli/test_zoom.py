"""`zoom`: where results go, what is said, what is left alone."""

import json
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dualzoom.capture import read
from dualzoom.cli.paths import target
from dualzoom.errors import WriteError
from dualzoom.geometry import Size
from dualzoom.settings import WriteSettings


def test_stdout_is_one_path_and_notes_go_to_stderr(run, engine, wide, tele, tmp_path):
    engine.notes = ("the tile was halved to 128 px",)
    outcome = run("zoom", wide, tele, "-o", tmp_path / "out.png")
    assert outcome.out == f"{tmp_path / 'out.png'}\n"
    assert outcome.error_lines == [
        "dualzoom: the tile was halved to 128 px",
        "dualzoom: done: tele.png did not help",
    ]


def test_quiet_keeps_notes_to_itself_but_not_errors(run, engine, wide, tmp_path):
    engine.notes = ("no tele",)
    assert run("zoom", wide, "-q", "-o", tmp_path / "out.png").err == ""
    assert run("zoom", wide, "-q", "-o", tmp_path / "out.png").err != ""


def test_json_is_one_object_on_one_line(run, engine, wide, tele, tmp_path):
    engine.notes = ("no tele",)
    outcome = run("zoom", wide, tele, "-o", tmp_path / "out.png", "--json")
    assert outcome.out.count("\n") == 1
    found = json.loads(outcome.out)
    assert found["output"] == str(tmp_path / "out.png")
    assert (found["wide"], found["tele"]["path"]) == (str(wide), str(tele))
    assert found["notes"] == ["no tele"]
    assert {"model", "device", "seconds", "registration", "colour", "tele", "calibration"} <= set(found)


def test_the_options_arrive(run, engine, wide, tmp_path):
    options = [
        "--device",
        "cpu",
        "--tile",
        "96",
        "--strength",
        "0.25",
        "--tta",
        "--model",
        "mine",
        "--bit-depth",
        "16",
        "--calibrate",
        "2.5",
    ]
    assert run("zoom", wide, "-o", tmp_path / "out.png", *options).code == 0
    settings = engine.seen["settings"]
    assert (settings.engine.device, settings.tiling.tile_px) == ("cpu", 96)
    assert (settings.strength, settings.bit_depth, settings.tta) == (0.25, 16, True)
    assert settings.calibration.seconds == 2.5
    assert engine.seen["model"] == "mine"
    assert engine.seen["tele"] is None


def test_without_a_name_the_result_lies_beside_the_wide(run, engine, wide):
    outcome = run("zoom", wide)
    assert outcome.out == f"{wide.with_name('wide-2x.png')}\n"
    assert read(wide.with_name("wide-2x.png")).size == read(wide).size.scale(2)


def test_a_folder_as_output_takes_the_chosen_name(run, engine, wide, tmp_path):
    (tmp_path / "results").mkdir()
    outcome = run("zoom", wide, "-o", tmp_path / "results", "--format", "tiff")
    assert outcome.out == f"{tmp_path / 'results' / 'wide-2x.tif'}\n"


@pytest.mark.parametrize("how", [["-o", "big.dng"], ["--format", "dng", "-o", "folder"]])
def test_a_dng_is_asked_for_by_name_or_format_and_has_sixteen_bits(run, engine, wide, tmp_path, how):
    (tmp_path / "folder").mkdir()
    outcome = run("zoom", wide, *how[:-1], tmp_path / how[-1])
    place = tmp_path / how[-1] if how[-1] == "big.dng" else tmp_path / "folder" / "wide-2x.dng"
    assert (outcome.code, outcome.out) == (0, f"{place}\n")
    assert engine.seen["settings"].bit_depth == 16
    assert read(place).size == read(wide).size.scale(2)


def test_a_raw_file_that_libraw_does_not_know_ends_with_code_4(run, engine, tmp_path):
    path = tmp_path / "a.cr2"
    path.write_bytes(b"II*\0\x10\0\0\0CR\2\0" + bytes(200))
    outcome = run("zoom", path)
    assert (outcome.code, outcome.out) == (4, "")
    assert len(outcome.error_lines) == 1
    assert "a.cr2" in outcome.err


@pytest.mark.parametrize(
    ("wide", "settings", "expected"),
    [
        ("a/b.JPG", WriteSettings(), "a/b-2x.JPG"),
        ("a/b.jpeg", WriteSettings(format="jpeg"), "a/b-2x.jpeg"),
        ("b.png", WriteSettings(format="jpeg"), "b-2x.jpg"),
        ("b.dng", WriteSettings(), "b-2x.jpg"),
        ("b.HEIC", WriteSettings(format="tiff", bit_depth=16), "b-2x.tif"),
        ("b.c.png", WriteSettings(bit_depth=16), "b.c-2x.png"),
    ],
)
def test_names(wide, settings, expected):
    assert target(Path(wide), None, settings) == Path(expected)


def test_sixteen_bits_do_not_go_into_a_jpeg_even_by_default(run, engine, tmp_path):
    outcome = run("zoom", tmp_path / "b.jpg", "--bit-depth", "16")
    assert outcome.code == 2
    assert "8 bits" in outcome.err


def test_nothing_is_overwritten_unasked_and_no_work_is_wasted(run, engine, wide, tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    outcome = run("zoom", wide, "-o", out)
    assert (outcome.code, outcome.out) == (7, "")
    assert "out.png" in outcome.err
    assert out.read_bytes() == b"mine"
    assert engine.calls == 0


def test_skip_leaves_the_file_and_says_so(run, engine, wide, tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    outcome = run("zoom", wide, "-o", out, "--on-exists", "skip")
    assert (outcome.code, outcome.out, engine.calls) == (0, "", 0)
    assert "skipped" in outcome.err
    found = json.loads(run("zoom", wide, "-o", out, "--on-exists", "skip", "--json").out)
    assert found["skipped"] is True
    assert out.read_bytes() == b"mine"


def test_rename_finds_a_free_name_and_prints_it(run, engine, wide, tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    outcome = run("zoom", wide, "-o", out, "--on-exists", "rename")
    written = Path(outcome.out.strip())
    assert outcome.code == 0
    assert written != out
    assert written.parent == tmp_path
    assert written.is_file()
    assert out.read_bytes() == b"mine"


def test_overwrite_replaces_when_asked(run, engine, wide, tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    assert run("zoom", wide, "-o", out, "--on-exists", "overwrite").code == 0
    assert np.array_equal(read(out).pixels[::2, ::2], read(wide).pixels)


@pytest.mark.parametrize("mode", ["error", "overwrite"])
@pytest.mark.parametrize("link", ["itself", "symbolic", "hard", "tele"])
def test_an_original_is_never_the_result(run, engine, wide, tele, tmp_path, mode, link):
    out = {"itself": wide, "tele": tele}.get(link, tmp_path / "link.png")
    if link == "symbolic":
        out.symlink_to(wide)
    elif link == "hard":
        os.link(wide, out)
    before = wide.read_bytes(), tele.read_bytes()
    outcome = run("zoom", wide, tele, "-o", out, "--on-exists", mode)
    assert (outcome.code, outcome.out, engine.calls) == (7, "", 0)
    assert (wide.read_bytes(), tele.read_bytes()) == before


def test_a_name_that_is_not_utf8_is_printed_as_it_is(run, engine, wide, tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9.png")
    odd.write_bytes(wide.read_bytes())
    assert json.loads(run("zoom", odd, "--json").out)["output"] == str(odd.with_stem(odd.stem + "-2x"))


ACTIVE = "a\nb\x1b[2J\x9b\u202egpj\u2028"


def test_no_name_acts_on_the_terminal_or_splits_a_line(run, engine, wide, tmp_path):
    lost = run("zoom", tmp_path / f"{ACTIVE}.png")
    assert len(lost.error_lines) == 1
    assert lost.err.removesuffix("\n").isprintable()
    assert r"a\nb\x1b[2J\x9b\u202egpj\u2028.png" in lost.err
    odd = tmp_path / f"{ACTIVE}.png"
    odd.write_bytes(wide.read_bytes())
    outcome = run("zoom", odd, "--print0", "-o", tmp_path / f"out{ACTIVE}.png")
    assert outcome.out == f"{tmp_path / f'out{ACTIVE}.png'}\0"
    assert all(line.isprintable() for line in outcome.err.split("\n"))


def test_the_last_line_says_whether_the_tele_helped(run, engine, wide, tele, tmp_path):
    def last(*arguments: object) -> str:
        return run("zoom", *arguments, "-o", tmp_path / "out.png", "--on-exists", "overwrite").error_lines[-1]

    assert "without a tele" in last(wide)
    assert "strength is 0" in last(wide, tele, "--strength", "0")
    worth = SimpleNamespace(used=True, share=0.5, reason=None)
    engine.worth = worth
    assert last(wide, tele) == "dualzoom: done: tele.png helped, with 50 % of its detail in 25 % of the frame"
    worth.used, worth.reason = False, "it holds no detail"
    assert last(wide, tele) == "dualzoom: done: tele.png did not help: it holds no detail"
    assert run("zoom", wide, tele, "-o", tmp_path / "j.png", "--json").err == ""
    assert run("zoom", wide, tele, "-o", tmp_path / "q.png", "-q").err == ""


def test_frames_are_read_and_handed_on(run, engine, wide, tele, tmp_path):
    assert run("zoom", wide, "--frames", tele, "--frames", wide.parent, "-o", tmp_path / "out.png").code == 0
    assert len(list(engine.seen["frames"])) >= 1
    assert run("zoom", wide, "-o", tmp_path / "other.png").code == 0
    assert engine.seen["frames"] is None


def test_what_the_format_cannot_hold_is_found_before_the_work(run, engine, wide, tmp_path):
    run("zoom", wide, "-o", tmp_path / "a.webp")
    fits, photo = engine.seen["fits"], read(wide)
    fits(photo, Size(16_383, 9))
    with pytest.raises(WriteError, match="WebP holds no side"):
        fits(photo, Size(16_384, 9))


def test_the_same_format_counts_where_the_name_says_none(run, engine, wide, tmp_path):
    assert run("zoom", wide, "-o", tmp_path / "plain", "--format", "same").code == 0
    assert (tmp_path / "plain").read_bytes().startswith(b"\x89PNG")


def test_json_and_the_default_name_are_of_the_lens_that_is_the_widest(run, engine, wide, tele, monkeypatch):
    """Files that say no focal length: which lens is the widest only the pictures know."""
    third = wide.with_name("third.png")
    third.write_bytes(tele.read_bytes())
    whole = engine.zoom

    def ordered(first, teles, **how):
        result = whole(teles[1], [first, teles[0]], **how)
        use = SimpleNamespace(to_json=dict, calibration=None, worth=SimpleNamespace(used=True, share=1.0))
        lenses = tuple(SimpleNamespace(photo=one, use=use, to_json=dict) for one in (first, teles[0]))
        return replace(result, lenses=lenses, tele=use)

    monkeypatch.setattr("dualzoom.pipeline.zoom", ordered)
    outcome = run("zoom", wide, tele, third, "--json")
    found = json.loads(outcome.out)
    assert (found["wide"], found["tele"]["path"]) == (str(third), str(wide))
    assert found["output"] == str(wide.with_name("third-2x.png"))
    named = json.loads(run("zoom", wide, tele, third, "-o", wide.with_name("mine.png"), "--json").out)
    assert named["output"] == str(wide.with_name("mine.png"))
