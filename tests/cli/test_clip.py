"""`clip`: options become settings, results and failures are told as everywhere."""

import json
from importlib import import_module

import numpy as np
import pytest
import typer

from dualzoom.cli.clip import Range, parse_range


@pytest.fixture
def walk(tmp_path):
    pictures = [np.full((32, 48, 3), 60 + 5 * n, np.uint8) for n in range(10)]
    return import_module("clip_files").write(tmp_path / "walk.mov", pictures, sound="aac")


@pytest.mark.usefixtures("repeat")
def test_a_clip_goes_beside_the_wide_and_is_told(run, walk, tmp_path):
    outcome = run("clip", walk)
    assert outcome.out == f"{tmp_path / 'walk-2x.mov'}\n"
    assert "10 frames, enlarged from the wide alone" in outcome.err
    again = run("clip", walk, "--json")
    assert again.code == 7
    assert json.loads(again.out)["error"]["exit_code"] == 7
    part = json.loads(run("clip", walk, "-o", tmp_path / "b.mp4", "--range", "0.1-0:00.3", "--json").out)
    assert (part["frames"], part["size"], part["codec"], part["tele"]) == (5, [96, 64], "h264", None)
    skipped = json.loads(run("clip", walk, "--json", "--on-exists", "skip").out)
    assert skipped["skipped"] is True
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.mp4", "walk-2x.mov", "walk.mov"]


def test_failures_are_one_line_with_their_codes(run, walk, tmp_path):
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(walk.read_bytes()[:300])
    for words, code in (
        ((torn,), 4),
        ((tmp_path / "none.mp4",), 4),
        ((walk, "-o", tmp_path / "a.webp"), 2),
        ((walk, "--range", "5-6"), 4),
        ((walk, "--range", "6-5"), 2),
        ((walk, "-o", walk, "--on-exists", "overwrite"), 7),
        ((walk, "--model", tmp_path / "none.safetensors"), 8),
    ):
        outcome = run("clip", *words)
        assert outcome.code == code, words
        assert len(outcome.error_lines) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["torn.mp4", "walk.mov"]


def test_without_pyav_the_extra_is_named(run, walk, monkeypatch):
    monkeypatch.setitem(import_module("sys").modules, "av", None)
    outcome = run("clip", walk)
    assert outcome.code == 4
    assert ".[video]" in outcome.err


@pytest.mark.parametrize("text", ["", "-", "5", "a-b", "1:2:3:4-", "9-9", "--"])
def test_other_ranges_are_refused(text):
    with pytest.raises(typer.BadParameter):
        parse_range(text)
    assert parse_range("1:00:00.5-") == Range(3600.5, None)


@pytest.mark.usefixtures("repeat")
def test_words_of_the_clip_travel_as_asked(run, walk, tmp_path):
    module = import_module("av")
    told = tmp_path / "told.mov"
    with module.open(str(walk)) as source, module.open(str(told), "w") as out:
        out.metadata.update({"location": "+47.3000+008.5000/", "creation_time": "2024-05-06T07:08:09Z"})
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    for keep, expected in (
        ("all", {"location", "creation_time"}),
        ("basic", {"creation_time"}),
        ("none", set()),
    ):
        assert (
            run("clip", told, "-o", tmp_path / f"{keep}.mov", "--metadata", keep, "--detail", 1.5).code == 0
        )
        with module.open(str(tmp_path / f"{keep}.mov")) as result:
            assert set(result.metadata) & {"location", "creation_time"} == expected


@pytest.mark.usefixtures("repeat")
def test_what_earlier_frames_showed_can_be_left_out(run, tmp_path):
    rng = np.random.default_rng(1)
    picture = np.kron(rng.integers(60, 200, (12, 16, 1)), np.ones((8, 8, 3)))
    noisy = [np.clip(picture + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8) for _ in range(4)]
    clip_files = import_module("clip_files")
    still = clip_files.write(tmp_path / "still.mkv", noisy, codec="ffv1", pixel_format="yuv444p")
    trembling = {}
    for words in ((), ("--earlier",), ("--no-earlier",)):
        assert (
            run("clip", still, "-o", tmp_path / "a.mkv", "--on-exists", "overwrite", "--crf", 4, *words).code
            == 0
        )
        frames = np.stack(clip_files.read(tmp_path / "a.mkv")).astype(float)
        trembling[words] = np.abs(np.diff(frames, axis=0)).mean()
    assert trembling[()] == trembling[("--earlier",)] < 0.8 * trembling[("--no-earlier",)]
