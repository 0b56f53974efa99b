"""A clip's frames have its colours, bits and profile, whoever asks for them; HDR is refused by name."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dualzoom.capture import colour_tag
from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.clip_spread import spread_frames
from dualzoom.capture.photo import Photo
from dualzoom.capture.suffixes import suffix_kind
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")


def _drift(count: int) -> list[np.ndarray]:
    y, x = np.mgrid[0:48, 0:64]
    return [np.stack([3 * x + n, 4 * y, 200 - 2 * x], axis=2).astype(np.uint8) for n in range(count)]


@pytest.mark.parametrize(
    ("kind", "tags"),
    [
        ({}, {}),
        ({}, {"colorspace": 1, "color_range": 2}),
        ({"codec": "libx265", "pixel_format": "yuv420p10le"}, {"colorspace": 9, "color_primaries": 9}),
        ({"codec": "libx265", "pixel_format": "yuv420p10le"}, {"colorspace": 1, "color_primaries": 12}),
        ({"turn_deg": 90}, {"colorspace": 5}),
    ],
)
def test_pixels_are_those_of_the_clip_itself(tmp_path: Path, kind: Any, tags: dict[str, int]) -> None:
    path = clip_files.write(tmp_path / "a.mp4", _drift(6), tags=tags, **kind)
    found = list(spread_frames(path, 3))
    inside = list(spread_frames(Path("still.jpg"), 3, path.read_bytes()))
    clip = list(frames(scan(path)))[::2]
    for photo, other, frame in zip(found, inside, clip, strict=True):
        assert isinstance(photo, Photo)
        assert isinstance(other, Photo)
        np.testing.assert_array_equal(photo.pixels, frame.pixels)
        np.testing.assert_array_equal(other.pixels, frame.pixels)
        primaries = tags.get("color_primaries", 1)
        assert photo.metadata.icc == colour_tag.profile(primaries, 1)
    assert [photo.name for photo in inside] == [f"still.jpg, frame {n}" for n in (1, 3, 5)]


@pytest.mark.parametrize(("transfer", "curve"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_one_error_that_names_the_clip_and_the_curve(
    tmp_path: Path, transfer: int, curve: str
) -> None:
    tags = {"colorspace": 9, "color_primaries": 9, "color_trc": transfer}
    path = clip_files.write(
        tmp_path / "hdr.mov", _drift(4), codec="libx265", pixel_format="yuv420p10le", tags=tags
    )
    (found,) = spread_frames(path, 3)
    assert isinstance(found, CaptureError)
    assert found.subject == str(path)
    assert curve in found.reason


@pytest.mark.parametrize("suffix", [".mp4", ".MOV", ".ts", ".m2ts", ".mts", ".mkv", ".insv"])
def test_a_suffix_is_a_clips_for_frames_and_clips_alike(suffix: str) -> None:
    assert suffix_kind(suffix) == "video"


def test_a_stream_that_does_not_say_how_many_frames_it_has(tmp_path: Path) -> None:
    path = clip_files.write(tmp_path / "a.ts", _drift(30))
    found = list(spread_frames(path, 12))
    assert 1 < len(found) <= 12
    assert all(isinstance(photo, Photo) for photo in found)
