"""HDR photos, motion photos and sidecars through the commands: what comes out, and what is said."""

import hdr_files as files
import numpy as np
import pytest

from dualzoom import capture

NUMBERS = {"GainMapMax": "2.5", "HDRCapacityMax": "2.5"}


@pytest.fixture
def wide(tmp_path):
    """An Ultra HDR motion photo."""
    rng = np.random.default_rng(4)
    small = rng.integers(40, 220, (12, 16, 3)).astype(np.uint8)
    base = np.ascontiguousarray(np.kron(small, np.ones((8, 8, 1), np.uint8)))
    gain = np.ascontiguousarray(base[::4, ::4, 1])
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(files.ultra_hdr(base, gain, behind=files.clip(), **NUMBERS))
    return path


def zoomed(run, wide, *options, name="out.jpg"):
    outcome = run("zoom", wide, "-o", wide.with_name(name), *options)
    assert outcome.code == 0, outcome.err
    return capture.read(wide.with_name(name)), outcome.err


def test_both_are_kept_in_a_jpeg(run, wide):
    photo, said = zoomed(run, wide)
    assert photo.gain_map.pixels.shape == (48, 64)
    assert photo.motion.clip == files.clip()
    assert "left out" not in said


@pytest.mark.parametrize(
    ("options", "has_map", "has_clip"),
    [
        (["--hdr", "drop"], False, True),
        (["--motion", "drop"], True, False),
        (["--hdr", "drop", "--motion", "drop"], False, False),
        (["--metadata", "none"], True, False),
    ],
)
def test_what_is_dropped_on_purpose_is_not_told(run, wide, options, has_map, has_clip):
    photo, said = zoomed(run, wide, *options)
    assert (photo.gain_map is not None, photo.motion is not None) == (has_map, has_clip)
    assert "left out" not in said
    if not (has_map or has_clip):
        assert b"MPF\0" not in wide.with_name("out.jpg").read_bytes()


@pytest.mark.parametrize("name", ["out.png", "out.tif"])
def test_other_formats_lose_both_with_a_note(run, wide, name):
    _, said = zoomed(run, wide, name=name)
    assert "the HDR gain map is left out" in said
    assert "the motion video is left out" in said


def test_a_lens_in_between_shows_its_part_of_the_map(run, wide):
    whole, _ = zoomed(run, wide)
    part, _ = zoomed(run, wide, "--at", "2", name="part.jpg")
    assert part.gain_map.pixels.shape == (24, 32)
    middle = whole.gain_map.pixels[12:36, 16:48].astype(float)
    assert np.abs(part.gain_map.pixels - middle).mean() < 12


def test_a_batch_knows_live_photos_and_sidecars(run, wide, tmp_path):
    (tmp_path / "IMG_1.MOV").write_bytes(files.clip(brand=b"qt  "))
    (tmp_path / "IMG_1.jpg.xmp").write_bytes(files.base_xmp())
    outcome = run("batch", tmp_path, "--alone", "-o", tmp_path / "out", "--format", "png")
    assert outcome.code == 0, outcome.err
    assert "1 clip belongs to a Live Photo, whose still is used: IMG_1.MOV" in outcome.err
    assert "left aside" not in outcome.err
    assert "the HDR gain map is left out" in outcome.err
    names = sorted(path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith("."))
    assert names == ["IMG_1-2x.png", "IMG_1-2x.png.xmp"]
    assert not list((tmp_path / "out/.dualzoom-batch/parts").iterdir())


def test_files_named_one_by_one_may_be_clips_and_sidecars(run, wide, tmp_path):
    (tmp_path / "IMG_1.MOV").write_bytes(files.clip(brand=b"qt  "))
    (tmp_path / "IMG_1.xmp").write_bytes(files.base_xmp())
    named = [tmp_path / f"IMG_1.{suffix}" for suffix in ("jpg", "MOV", "xmp")]
    outcome = run("batch", *named, "--alone", "-o", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    assert "1 clip belongs to a Live Photo" in outcome.err
    assert len(outcome.out.splitlines()) == 1


def test_a_wrong_word_is_refused(run, wide):
    outcome = run("zoom", wide, "--hdr", "maybe")
    assert outcome.code == 2
