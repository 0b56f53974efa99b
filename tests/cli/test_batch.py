"""`batch`: what it prints, when it stops and with which code, and that the next run goes on where it stopped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 12  # photos


def _results(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_stdout_holds_the_results_and_stderr_the_rest(run, zoomer, photos, tmp_path):
    (photos / "p03.png").write_bytes(b"")
    outcome = run("batch", photos, "-o", tmp_path / "out", "--alone")
    assert outcome.code == 3
    assert sorted(outcome.out.split()) == [
        str(tmp_path / "out" / name) for name in _results(tmp_path / "out")
    ]
    assert len(_results(tmp_path / "out")) == COUNT - 1
    *_, failed, counts, last = outcome.error_lines
    assert (
        failed == f"dualzoom: {photos / 'p03.png'}: the file is empty; copy it again from the camera or phone"
    )
    assert counts == f"dualzoom: {COUNT - 1} done, 1 failed"
    assert f"1 of {COUNT} pairs failed" in last
    assert any(line.startswith(f"dualzoom: [{COUNT}/{COUNT}] ") for line in outcome.error_lines)
    assert "dualzoom: p00: a note" in outcome.error_lines


def test_the_second_run_does_nothing_and_is_silent_about_it(run, zoomer, photos, tmp_path):
    assert run("batch", photos, "-o", tmp_path / "out", "--alone").code == 0
    zoomer.clear()
    outcome = run("batch", photos, "-o", tmp_path / "out", "--alone")
    assert (outcome.code, outcome.out, zoomer) == (0, "", [])
    assert outcome.err == f"dualzoom: {COUNT} done earlier\n"
    for other in (("--strength", "0.5"), ("--tta",)):
        zoomer.clear()
        run("batch", photos, "-o", tmp_path / "out", "--alone", *other)
        assert len(zoomer) == COUNT


def test_retry_failed_tries_the_failed_only(run, zoomer, photos, tmp_path):
    (photos / "p03.png").write_bytes(b"")
    command = ("batch", photos, "-o", tmp_path / "out", "--alone", "--json")
    run(*command)
    again = [json.loads(line) for line in run(*command).out.splitlines()]
    retried = [json.loads(line) for line in run(*command, "--retry-failed").out.splitlines()]
    assert [line["earlier"] for line in again if line["state"] == "failed"] == [True]
    assert [line["earlier"] for line in retried if line["state"] == "failed"] == [False]
    assert {line["state"] for line in retried} == {"kept", "failed"}


def test_json_is_one_object_for_each_pair(run, zoomer, photos, tmp_path):
    (photos / "p03.png").write_bytes(b"")
    lines = [
        json.loads(line)
        for line in run("batch", photos, "-o", tmp_path, "--alone", "--json", "-q").out.splitlines()
    ]
    assert {line["wide"] for line in lines} == {str(path) for path in photos.iterdir()}
    (failed,) = [line for line in lines if line["state"] == "failed"]
    assert (failed["exit_code"], failed["tele"]) == (4, None)
    assert "the file is empty" in failed["error"]["reason"]
    done = next(line for line in lines if line["state"] == "done")
    assert done["notes"] == ["a note"]
    assert Path(done["output"]).is_file()


def test_dry_run_prints_pairs_and_names_and_touches_nothing(run, zoomer, photos, tmp_path):
    for name in ("a-wide.png", "a-tele.png", "b-tele.png"):
        (photos / name).write_bytes((photos / "p00.png").read_bytes())
    command = (
        "batch",
        photos,
        "-o",
        tmp_path / "out",
        "--dry-run",
        "--template",
        "{name} {model} {scale}",
        "--model",
        "mine",
    )
    outcome = run(*command)
    expected = f"{photos / 'a-wide.png'} + {photos / 'a-tele.png'} → {tmp_path / 'out' / 'a mine 2x.png'}"
    assert (outcome.code, outcome.out) == (0, f"{expected}\n")
    assert f"dualzoom: {photos / 'b-tele.png'}: its wide photo is missing" in outcome.error_lines
    assert json.loads(run(*command, "--json").out)["name"] == "a"
    assert not (tmp_path / "out").exists()
    assert zoomer == []


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ([], "p00-2x.png"),
        (["--at", "1.5"], "p00-1.5x.png"),
        (["--linear"], "p00-2x.tif"),
        (["--format", "jpeg"], "p00-2x.jpg"),
    ],
)
def test_names_say_what_the_results_show(run, photos, tmp_path, options, name):
    outcome = run("batch", photos / "p00.png", "--alone", "--dry-run", "-o", tmp_path, *options)
    assert outcome.out.endswith(f"→ {tmp_path / name}\n")


def test_photos_globs_and_tables_are_sources(run, zoomer, photos, tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("wide,tele,name\nin/p00.png,,first\nin/absent.png,,second\n")
    assert run("batch", table, "-o", tmp_path / "1", "--template", "{name}").code == 3
    assert _results(tmp_path / "1") == ["first.png"]
    assert run("batch", f"{photos}/p0[12].png", "-o", tmp_path / "2", "--alone").code == 0
    assert run("batch", photos / "p01.png", photos / "p02.png", "-o", tmp_path / "3", "--alone").code == 0
    assert _results(tmp_path / "2") == _results(tmp_path / "3") == ["p01-2x.png", "p02-2x.png"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([], "no pairs (12 photos without a partner)"),
        (["--alone", "--template", "{model}"], "would have the name of that of"),
        (["--alone", "--template", "{focal}"], "there is no field {focal}"),
        (["--alone", "--bit-depth", "16", "--format", "jpeg"], "8 bits"),
    ],
)
def test_what_makes_no_sense_ends_before_the_work(run, zoomer, photos, tmp_path, more, words):
    outcome = run("batch", photos, "-o", tmp_path / "out", *more)
    assert (outcome.code, outcome.out, zoomer) == (2, "", [])
    assert words in outcome.err
    assert not (tmp_path / "out").exists()


def test_missing_weights_end_it_before_the_work(run, photos, tmp_path):
    assert run("batch", photos, "-o", tmp_path / "out", "--alone", "--model", "nonsense").code == 8
    assert not (tmp_path / "out").exists()


def test_debug_shows_where_a_pair_failed(run, zoomer, photos, tmp_path):
    (photos / "p03.png").write_bytes(b"")
    assert "Traceback" not in run("batch", photos, "-o", tmp_path / "1", "--alone").err
    assert "Traceback" in run("batch", photos, "-o", tmp_path / "2", "--alone", "--debug").err


def test_help_loads_nothing_heavy():
    probe = "import sys; from dualzoom.cli import main; code = main(['batch', '--help']); "
    probe += (
        "print(code, *({'torch', 'cv2', 'numpy', 'PIL', 'rawpy', 'rich', 'distributed'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0"


def test_a_cluster_without_its_extra_says_what_to_install(run, zoomer, photos, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    outcome = run("batch", photos, "-o", tmp_path / "out", "--alone", "--scheduler", "tcp://127.0.0.1:9")
    assert outcome.code == 2
    assert "pip install '.[cluster]'" in outcome.err


def test_paths_may_end_in_zero_bytes(run, zoomer, photos, tmp_path):
    (photos / "p03.png").rename(photos / "a\nb.png")
    outcome = run("batch", photos, "-o", tmp_path / "out", "--alone", "-0")
    assert sorted(outcome.out.split("\0")[:-1]) == sorted(
        str(tmp_path / "out" / name) for name in _results(tmp_path / "out")
    )


def test_folders_inside_are_searched_but_never_the_results(run, zoomer, photos, tmp_path):
    (photos / "deep").mkdir()
    (photos / "p00.png").rename(photos / "deep" / "p00.png")
    command = ("batch", photos, "-o", photos / "out", "--alone")
    assert run(*command).code == 0
    assert len(_results(photos / "out")) == COUNT
    zoomer.clear()
    assert run(*command).err == f"dualzoom: {COUNT} done earlier\n"
    assert zoomer == []
    few = run("batch", photos, "-o", tmp_path / "few", "--alone", "--no-recursive")
    assert len(few.out.split()) == COUNT - 1


def test_encryption_without_a_scheduler_makes_no_sense(run, zoomer, photos, tmp_path):
    pem = [tmp_path / "ca.pem"] * 3
    outcome = run("batch", photos, "-o", tmp_path / "out", "--alone", "--scheduler-tls", *pem)
    assert outcome.code == 2
    outcome = run(
        "batch",
        photos,
        "-o",
        tmp_path / "out",
        "--alone",
        "--scheduler-tls",
        *pem,
        "--scheduler",
        "tls://h:1",
    )
    assert outcome.code == 2
    assert "ca.pem: there is no such file" in outcome.err


def test_help_explains_pairing_and_trust(run):
    told = " ".join(run("batch", "--help").out.split())
    for words in ("NAME-wide", "wide/ and tele/", "same camera", "1.3 times", "you trust"):
        assert words in told


def test_the_same_format_refuses_only_what_is_only_read(run, zoomer, photos, make_heic, tmp_path):
    (photos / "x.heic").write_bytes(make_heic())
    command = ("batch", photos, "-o", tmp_path / "out", "--alone", "--format", "same")
    outcome = run(*command, "--dry-run")
    assert (outcome.code, len(outcome.out.splitlines())) == (0, COUNT)
    told = f"dualzoom: {photos / 'x.heic'} + no tele will be refused: {photos / 'x.heic'}: HEIC is only read"
    assert any(line.startswith(told) for line in outcome.error_lines)
    lines = [json.loads(line) for line in run(*command, "--dry-run", "--json").out.splitlines()]
    assert [line["error"]["exit_code"] for line in lines if "error" in line] == [2]
    assert zoomer == []
    outcome = run(*command)
    assert (outcome.code, len(_results(tmp_path / "out"))) == (3, COUNT)
    assert any("HEIC is only read" in line for line in outcome.error_lines)
    (photos / "y.heic").write_bytes(make_heic())
    assert run("batch", photos / "x.heic", photos / "y.heic", *command[2:]).code == 2


def test_a_profile_that_the_format_cannot_hold_is_foreseen(run, zoomer, photos, tmp_path):
    from dualzoom import capture
    from dualzoom.capture import colour_tag
    from dualzoom.capture.photo import Metadata, Photo

    table = colour_tag.profile(12, 13).replace(b"rTRC", b"A2B0")
    pixels = capture.read(photos / "p00.png").pixels
    capture.write(Photo(pixels=pixels, metadata=Metadata(icc=table)), photos / "t.png")
    outcome = run("batch", photos, "-o", tmp_path, "--alone", "--dry-run", "--format", "dng")
    assert outcome.code == 0
    assert f"{photos / 't.png'}: its colour profile is a table" in outcome.err
