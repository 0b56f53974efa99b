"""The picture to show: isolated with its parts, turned and cropped as the container says."""

import struct
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture import heif_picture, orientation
from dualzoom.capture.heif_items import Item, Items, Property
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

SETTINGS = CaptureSettings()


def size(width: int, height: int) -> Property:
    return Property(kind=b"ispe", content=bytes(4) + struct.pack(">II", width, height))


def picture(*links, kind=b"av01", properties=(), width=8, height=6) -> Item:
    return Item(kind=kind, data=b"x", properties=(size(width, height), *properties), links=links)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_turn_and_mirror_are_one_orientation(turns, axis):
    """irot turns anti-clockwise, then imir flips: 0 top and bottom, 1 left and right."""
    properties = [Property(kind=b"irot", content=bytes([turns]))]
    properties += [] if axis is None else [Property(kind=b"imir", content=bytes([axis]))]
    stored = np.arange(12, dtype=np.uint8).reshape(3, 4)
    expected = np.rot90(stored, turns)
    if axis is not None:
        expected = np.flip(expected, axis)
    value = heif_picture.orientation_of(picture(properties=tuple(properties)))
    assert np.array_equal(orientation.upright(stored, value), expected)


def test_only_what_the_picture_is_made_of_is_kept():
    plane = Property(kind=b"auxC", content=bytes(4) + heif_picture.ALPHA[0])
    turn = Property(kind=b"irot", content=b"\1")
    items = Items(
        primary=7,
        by_number={
            1: picture(),
            2: picture(),
            7: picture((b"dimg", (1, 2, 1)), kind=b"grid", properties=(turn,)),
            8: picture((b"auxl", (7,)), properties=(plane,)),
            9: picture((b"thmb", (7,))),
            10: Item(kind=b"Exif", data=b"e", links=((b"cdsc", (7,)),)),
        },
    )
    kept, alpha = heif_picture.alone(Path("a"), items, SETTINGS)
    assert alpha
    assert [item.kind for item in kept.by_number.values()].count(b"av01") == 3
    main = kept.by_number[kept.primary]
    assert (main.kind, main.hidden, main.first(b"irot")) == (b"grid", False, None)
    first, second, third = main.targets(b"dimg")
    assert first == third != second
    assert [item.first(b"auxC") is not None for item in kept.linked_to(1, b"auxl")] == [True]


def test_cycles_and_crowds_and_missing_parts_are_refused():
    cycle = Items(primary=1, by_number={1: picture((b"dimg", (2,))), 2: picture((b"dimg", (1,)))})
    crowd = Items(primary=1, by_number={n: picture() for n in range(1, 6000)})
    crowd.by_number[1] = picture((b"dimg", tuple(range(2, 6000))), kind=b"grid")
    gone = Items(primary=1, by_number={1: picture((b"dimg", (2,)))})
    for items in (cycle, crowd, gone):
        with pytest.raises(CaptureError):
            heif_picture.alone(Path("a"), items, SETTINGS)


def test_a_part_beyond_the_limit_is_refused_before_decoding():
    items = Items(primary=1, by_number={1: picture((b"dimg", (2,)), kind=b"grid"), 2: picture(width=60_000)})
    with pytest.raises(CaptureError, match="limit"):
        heif_picture.alone(Path("a"), items, SETTINGS)


@pytest.mark.parametrize(
    ("clap", "expected"),
    [
        ((4, 1, 2, 1, 0, 1, 0, 1), (slice(2, 4), slice(2, 6))),
        ((4, 1, 2, 1, 1, 1, -1, 1), (slice(1, 3), slice(3, 7))),
        ((4, 1, 2, 1, 9, 1, 0, 1), (slice(None), slice(None))),  # outside
        ((9, 2, 2, 1, 0, 1, 0, 1), (slice(None), slice(None))),  # half pixels
        ((4, 0, 2, 1, 0, 1, 0, 1), (slice(None), slice(None))),
    ],
)
def test_the_clean_aperture_crops(clap, expected):
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8)
    one = picture(properties=(Property(kind=b"clap", content=struct.pack(">IIIIiIiI", *clap)),))
    assert np.array_equal(heif_picture.cropped(pixels, one), pixels[expected])


def test_colours_of_a_grid_may_stand_with_its_cells():
    tag = Property(kind=b"colr", content=b"prof" + b"profile")
    items = Items(
        primary=1, by_number={1: picture((b"dimg", (2,)), kind=b"grid"), 2: picture(properties=(tag,))}
    )
    assert heif_picture.colours(Path("a"), items, "HEIC") == (b"profile", ())
