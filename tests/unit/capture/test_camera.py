"""A camera's colours: those of the file, or LibRaw's; nothing half known."""

import struct

import pytest

from dualzoom.capture import camera, ifd

FOUND = {
    "to_srgb": [1.0, 0, 0, 0, 1, 0, 0, 0, 1],
    "neutral": [0.5, 1, 0.6],
    "from_xyz": [3.0, 0, 0, 0, 2, 0, 0, 0, 1],
}
NINE = tuple(float(n) for n in range(1, 10))


def directories(**tags):
    """Tags as rationals of one, by names that end in their number; illuminants as shorts."""
    entries = {}
    for name, values in tags.items():
        tag = int(name[1:])
        if tag in camera.ILLUMINANTS:
            entries[tag] = ifd.Entry(3, 1, struct.pack("<H", values))
        else:
            pairs = [number for value in values for number in (int(value), 1)]
            entries[tag] = ifd.Entry(10, len(values), struct.pack(f"<{len(pairs)}i", *pairs))
    return [("<", entries)]


def test_a_files_own_colours_travel():
    tags = {
        "t50721": NINE,
        "t50722": NINE,
        "t50723": NINE,
        "t50730": (2,),
        "t50778": 17,
        "t50779": 21,
        "t50964": NINE,
    }
    found = camera.of_dng(directories(**tags), FOUND)
    assert dict(found.tags) == {
        50721: NINE, 50722: NINE, 50723: NINE, 50730: (2.0,), 50778: (17.0,), 50779: (21.0,), 50964: NINE,
    }  # fmt: skip
    assert found.neutral == (0.5, 1, 0.6)


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ({"t50722": NINE, "t50779": 21}, {50721: (3.0, 0, 0, 0, 2, 0, 0, 0, 1), 50778: (21.0,)}),
        ({"t50721": NINE, "t50722": NINE, "t50778": 17}, {50721: NINE, 50778: (17.0,)}),
        (
            {"t50721": NINE[:8], "t50730": (1,)},
            {50721: (3.0, 0, 0, 0, 2, 0, 0, 0, 1), 50730: (1.0,), 50778: (21.0,)},
        ),
        ({"t50721": NINE, "t50723": (*NINE, 1, 2, 3)}, {50721: NINE}),
    ],
)
def test_what_is_incomplete_is_left_out(tags, kept):
    assert dict(camera.of_dng(directories(**tags), FOUND).tags) == kept


def test_other_raw_files_have_libraws_matrix_for_daylight():
    assert dict(camera.of_other(FOUND).tags) == {50721: tuple(FOUND["from_xyz"]), 50778: (21.0,)}


@pytest.mark.parametrize("missing", FOUND)
def test_a_camera_of_other_than_three_colours_is_none(missing):
    for found in ({name: row for name, row in FOUND.items() if name != missing}, {**FOUND, missing: [1.0]}):
        assert camera.of_other(found) is None
