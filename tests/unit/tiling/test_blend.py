"""Laws of blending: weights sum to one exactly, so an identity network returns its input, bit for bit."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dualzoom.errors import DualzoomError
from dualzoom.geometry import Region, Size
from dualzoom.tiling.blend import Blender, ramp
from dualzoom.tiling.plan import Tile, pad_reflect, plan

sizes = st.builds(Size, st.integers(16, 70), st.integers(16, 70))
tile_sides = st.integers(3, 80)
feathers = st.integers(0, 20)


def noise(size: Size, peak: int, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, peak + 1, (size.height, size.width, 3))
    return (levels / peak).astype(np.float32)


def put(blender: Blender, piece: Tile, pixels: NDArray[np.float32]) -> None:
    blender.fill(piece, pixels)
    blender.add(piece, pixels)


def nearest(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


def bicubic(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


@settings(deadline=None, max_examples=25)
@given(
    size=sizes,
    tile=tile_sides,
    margin=st.integers(0, 30),
    feather=feathers,
    peak=st.sampled_from([255, 65535]),
)
def test_copying_returns_the_input(size: Size, tile: int, margin: int, feather: int, peak: int) -> None:
    picture = noise(size, peak)
    dtype = np.uint8 if peak == 255 else np.uint16
    tiles = plan(size, tile, margin, feather)
    once, twice = Blender(size, tiles, scale=1, dtype=dtype), Blender(size, tiles, dtype=dtype)
    for piece in tiles:
        seen = pad_reflect(picture, piece.padded)
        put(once, piece, seen)
        put(twice, piece, nearest(seen))
    assert np.array_equal(once.finish(), np.rint(picture * peak).astype(dtype))
    assert np.array_equal(twice.finish(), nearest(once.finish()))


@settings(deadline=None, max_examples=25)
@given(size=sizes, tile=tile_sides, feather=feathers)
def test_bicubic_in_tiles_is_bicubic_of_the_whole(size: Size, tile: int, feather: int) -> None:
    picture = noise(size, 255)
    radius = 2  # of bicubic 2x
    tiles = plan(size, tile, radius, feather)
    blender = Blender(size, tiles, dtype=np.float32)
    for piece in tiles:
        put(blender, piece, bicubic(pad_reflect(picture, piece.padded)))
    around = Region.full(size).pad(8)
    whole = bicubic(pad_reflect(picture, around))[16:-16, 16:-16]
    assert np.abs(blender.finish() - whole).max() < 2e-6


@given(
    length=st.integers(16, 200), tile=st.integers(1, 220), feather=st.integers(0, 40), scale=st.integers(1, 3)
)
def test_weights_sum_to_one_exactly(length: int, tile: int, feather: int, scale: int) -> None:
    total = np.zeros(length * scale, np.float32)
    for piece in plan(Size(length, 16), tile, 0, feather):
        if piece.core.y > 0:
            break
        weights = ramp(piece.core.x, piece.core.right, length, feather, scale)
        first = max(0, piece.reach.x) * scale
        assert weights.min() >= 0
        total[first : first + weights.size] += weights
    assert (total == 1).all()


def test_a_step_between_tiles_becomes_a_slope_of_the_feather() -> None:
    size = Size(64, 16)
    tiles = plan(size, 32, margin_px=0, feather_px=8)
    blender = Blender(size, tiles, dtype=np.float32)
    for value, piece in enumerate(tiles):
        put(blender, piece, np.full((piece.padded.height * 2, piece.padded.width * 2, 3), value, np.float32))
    row = blender.finish()[5, :, 0]
    assert (row[:56] == 0).all()
    assert (row[72:] == 1).all()
    assert (np.diff(row[56:72]) > 0).all()
    assert np.diff(row).max() < 0.1


def test_only_the_seams_of_a_band_are_kept_in_floats() -> None:
    size = Size(640, 640)
    tiles = plan(size, 64, margin_px=4)
    blender = Blender(size, tiles)
    band = (64 + 8) * 2 * size.width * 2  # of a row of tiles
    seams = blender._rows_band[..., 0].size + blender._columns_band[..., 0].size
    assert 0.1 * band < seams < 0.35 * band  # feathers are an eighth of either axis, above and below a tile
    whole = Blender(size, plan(size, 640, margin_px=4))
    assert whole._rows_band.size == whole._columns_band.size == 0


def test_tiles_must_come_in_order_once_and_all() -> None:
    size = Size(32, 32)
    tiles = plan(size, 16, 2)
    pixels = np.zeros((tiles[0].padded.height * 2, tiles[0].padded.width * 2, 3), np.float32)
    blender = Blender(size, tiles)
    with pytest.raises(ValueError, match="out of its row"):
        blender.add(tiles[2], pixels)
    blender.add(tiles[1], pixels)
    blender.add(tiles[0], pixels)
    with pytest.raises(ValueError, match="came twice"):
        blender.add(tiles[0], pixels)
    blender.add(tiles[2], pixels)
    for tile in tiles[1:]:
        blender.fill(tile, pixels)
    with pytest.raises(ValueError, match="2 tiles are missing"):  # one not filled, one not added
        blender.finish()
    with pytest.raises(ValueError, match="came as"):
        blender.add(tiles[3], pixels[1:])
    with pytest.raises(ValueError, match="came as"):
        blender.fill(tiles[3], pixels[1:])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_garbage_is_not_blended(value: float) -> None:
    size = Size(16, 16)
    (tile,) = plan(size, 16, 2)
    assert isinstance(tile, Tile)
    pixels = np.zeros((tile.padded.height * 2, tile.padded.width * 2, 3), np.float32)
    pixels[20, 20] = value
    with pytest.raises(DualzoomError, match="not finite"):
        Blender(size, [tile]).fill(tile, pixels)


def test_garbage_in_a_seam_is_not_blended() -> None:
    size = Size(32, 16)
    tiles = plan(size, 16, 2)
    pixels = np.zeros((tiles[0].padded.height * 2, tiles[0].padded.width * 2, 3), np.float32)
    pixels[20, -12] = np.nan  # 6 px before the padded edge: the feather
    blender = Blender(size, tiles)
    blender.fill(tiles[0], pixels)
    with pytest.raises(DualzoomError, match="not finite"):
        blender.add(tiles[0], pixels)
