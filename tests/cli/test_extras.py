"""What comes with a result: map, report, and the page of `compare`."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dualzoom.capture import read
from dualzoom.framing import framing


@pytest.fixture
def engine(engine, monkeypatch):
    """The quick pipeline, with a map, and showing what was asked for."""
    plain = engine.zoom

    def zoom(wide, tele, **options):
        made = plain(wide, tele, **options)
        shown = framing(options["settings"].framing, wide.size, None)
        share = None if tele is None else np.arange(24 * 32, dtype=np.uint8).reshape(24, 32)
        photo = (
            made.photo if shown is None else made.photo.with_pixels(shown.of(made.photo.pixels, wide.size))
        )
        return replace(made, contribution=share, view=shown, photo=photo)

    monkeypatch.setattr("dualzoom.pipeline.zoom", zoom)
    return engine


def test_map_and_report_are_written_and_named(run, engine, wide, tele, tmp_path):
    names = [tmp_path / name for name in ("out.png", "map.png", "page.html")]
    outcome = run("zoom", wide, tele, "-o", names[0], "--map", names[1], "--report", names[2])
    assert outcome.code == 0
    assert outcome.out.splitlines() == [str(name) for name in names]
    with Image.open(names[1]) as drawn:
        assert drawn.mode == "L"
        assert np.array_equal(np.asarray(drawn), np.arange(24 * 32, dtype=np.uint8).reshape(24, 32))
    page = names[2].read_text(encoding="utf-8")
    assert "wide.png → out.png" in page
    assert page.startswith("<!doctype html>")


def test_json_names_them_too(run, engine, wide, tele, tmp_path):
    found = json.loads(
        run("zoom", wide, tele, "-o", tmp_path / "o.png", "--map", tmp_path / "m.png", "--json").out
    )
    assert (found["map"], found["output"]) == (str(tmp_path / "m.png"), str(tmp_path / "o.png"))
    assert "report" not in found


@pytest.mark.parametrize("extra", [("--map", "m.png"), ("--report", "p.html")])
def test_nothing_in_the_way_is_replaced_and_no_work_is_wasted(run, engine, wide, tele, tmp_path, extra):
    option, name = extra
    (tmp_path / name).write_bytes(b"mine")
    outcome = run("zoom", wide, tele, "-o", tmp_path / "out.png", option, tmp_path / name)
    assert (outcome.code, outcome.out, engine.calls) == (7, "", 0)
    outcome = run(
        "zoom", wide, tele, "-o", tmp_path / "out.png", option, tmp_path / name, "--on-exists", "skip"
    )
    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 'out.png'}\n")
    assert "skipped" in outcome.err
    assert (tmp_path / name).read_bytes() == b"mine"


def test_renamed_where_asked(run, engine, wide, tele, tmp_path):
    (tmp_path / "m.png").write_bytes(b"mine")
    options = ("--map", tmp_path / "m.png", "--on-exists", "rename")
    assert run("zoom", wide, tele, "-o", tmp_path / "out.png", *options).out.splitlines()[1] == str(
        tmp_path / "m-1.png"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("zoom", "WIDE", "--map", "m.png"),  # no tele
        ("zoom", "WIDE", "TELE", "--map", "m.jpg"),
        ("zoom", "WIDE", "TELE", "--report", "m.pdf"),
        ("zoom", "WIDE", "TELE", "-o", "OUT", "--map", "OUT"),
        ("zoom", "WIDE", "--at", "0.9"),
        ("zoom", "WIDE", "--at", "2.5"),  # beyond the frame's own pixels
        ("zoom", "WIDE", "--metadata", "some"),
        ("zoom", "WIDE", "-o", "OUT", "--linear"),  # a PNG
        ("zoom", "WIDE", "--linear", "--bit-depth", "8"),
        ("zoom", "WIDE", "--linear", "--format", "jpeg"),
        ("compare", "WIDE", "TELE", "-o", "page.txt"),
    ],
)
def test_what_makes_no_sense_is_usage(run, engine, wide, tele, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    named = {"WIDE": wide, "TELE": tele, "OUT": tmp_path / "out.png"}
    outcome = run(*(named.get(word, word) for word in arguments))
    assert outcome.code == 2
    assert len(outcome.error_lines) == 1
    assert {path.name for path in tmp_path.iterdir()} <= {"wide.png", "tele.png"}


@pytest.mark.parametrize(
    ("options", "name", "size"),
    [
        (["--at", "1.5"], "wide-1.5x.png", (32, 24)),
        (["--at", "1.5", "--long-side", "48"], "wide-1.5x.png", (48, 36)),
        (["--long-side", "40"], "wide-40px.png", (40, 30)),
        (["--linear"], "wide-2x.tif", (64, 48)),
    ],
)
def test_names_say_what_is_shown(run, engine, wide, options, name, size):
    outcome = run("zoom", wide, *options)
    assert outcome.out == f"{wide.with_name(name)}\n"
    found = read(wide.with_name(name)).size
    assert (found.width, found.height) == size


def test_a_zoomed_view_has_a_report(run, engine, wide, tele, tmp_path):
    outcome = run("zoom", wide, tele, "--at", "1.8", "--report", tmp_path / "p.html")
    assert outcome.code == 0
    assert "zoom 1.8" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_the_library_makes_16_bits_for_linear_light(engine, wide, tmp_path):
    import dualzoom
    from dualzoom.settings import WriteSettings

    dualzoom.zoom(wide, output=tmp_path / "a.tif", writing=WriteSettings(linear=True))
    assert engine.seen["settings"].bit_depth == 16
    assert read(tmp_path / "a.tif").bit_depth == 16
