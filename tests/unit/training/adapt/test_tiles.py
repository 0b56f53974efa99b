"""What is stored, what is held out, and what a tile's truth is."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from dualzoom.resampling import enlarge_bicubic
from dualzoom.training.adapt.tiles import PairTile, TileSet, in_turn


def test_every_tile_is_either_trained_on_or_held_out(tiles, pairs):
    everywhere = Counter([*tiles.inside, *tiles.held_inside, *tiles.held_outside])
    expected = {(n, i) for n, pair in enumerate(pairs) for i in range(len(pair.wide))}
    assert set(everywhere) == expected
    assert set(everywhere.values()) == {1}
    assert {n for n, _ in tiles.held_inside} == {n for n, _ in tiles.inside} == {0, 1}
    assert all(i < pairs[n].inside for n, i in (*tiles.inside, *tiles.held_inside))
    assert all(i >= pairs[n].inside for n, i in tiles.held_outside)


def test_the_seed_alone_decides_what_is_held_out(tiles, pairs, config):
    assert TileSet(pairs, config).held_inside == tiles.held_inside
    assert TileSet(pairs, replace(config, seed=6)).held_inside != tiles.held_inside


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiles_come_back_as_stored(pairs, config, dtype):
    full = np.iinfo(dtype).max
    wide, tele = (
        (part.astype(np.uint32) * (full // 255)).astype(dtype) for part in (pairs[0].wide, pairs[0].tele)
    )
    tile = TileSet([replace(pairs[0], wide=wide, tele=tele)], config).tile((0, 3))
    np.testing.assert_allclose(tile.wide, pairs[0].wide[3] / 255, atol=1e-6)
    np.testing.assert_allclose(tile.tele, pairs[0].tele[3] / 255, atol=1e-6)
    assert tile.validity.min() == 1


def test_an_undecided_wide_counts_as_most_of_its_camera(pairs, config):
    """In training and judging as in use: `degradation_if_native` is what an adapted network will be told."""
    halved, native = np.zeros(5, np.float32), np.full(5, 0.7, np.float32)
    doubtful = replace(pairs[1], degradation=halved, degradation_if_native=native)
    among_real = TileSet([pairs[0], replace(pairs[0], digest="x"), doubtful], config)
    assert among_real.assume_native
    assert np.array_equal(among_real.tile((2, 0)).degradation, native)
    assert np.array_equal(among_real.tile((0, 0)).degradation, pairs[0].degradation)
    alone = TileSet([doubtful], config)
    assert not alone.assume_native
    assert np.array_equal(alone.tile((0, 0)).degradation, halved)


def test_an_outside_tile_has_no_valid_tele(tiles):
    assert not tiles.tile(tiles.held_outside[0]).validity.any()


def test_truth_is_the_tele_with_the_wides_slow_colours(tiles):
    tile = tiles.tile(tiles.inside[0])
    tinted = PairTile(tile.wide, np.clip(tile.tele * 0.8 + 0.1, 0, 1), tile.validity, None)
    shifted = PairTile(tile.wide, np.clip(tinted.tele + 0.03, 0, 0.95), tile.validity, None)
    np.testing.assert_allclose(shifted.truth(), tinted.truth(), atol=0.006)
    assert np.abs(tinted.truth() - tinted.tele).mean() > 0.01


def test_truth_where_nothing_is_valid_is_the_enlarged_wide(tiles):
    tile = tiles.tile(tiles.held_outside[0])
    np.testing.assert_allclose(tile.truth(), enlarge_bicubic(tile.wide), atol=1e-6)


def test_judges_are_taken_from_the_pairs_in_turn():
    places = [(0, i) for i in range(9)] + [(1, 0), (2, 0)]
    assert {n for n, _ in in_turn(places, 3)} == {0, 1, 2}
    assert len(in_turn(places, 99)) == len(places)


def test_tiles_are_drawn_by_their_weights(pairs, config):
    weights = np.linspace(0.5, 1.5, pairs[0].inside).astype(np.float32)
    tiles = TileSet([replace(pairs[0], weight=weights), pairs[1]], config)
    rng, count = np.random.default_rng(4), 30_000
    drawn = Counter(tiles.draw(rng) for _ in range(count))
    own = {(n, i): float(weights[i]) if n == 0 else 1.0 for n, i in tiles.inside}  # None: all alike
    assert set(drawn) == set(own)
    for place, weight in own.items():
        assert drawn[place] / count == pytest.approx(weight / sum(own.values()), rel=0.12)


def test_the_last_tile_is_drawn_and_none_beyond_it(tiles):
    class Edge:
        def __init__(self, value):
            self.value = value

        def random(self):
            return self.value

    assert tiles.draw(Edge(0.0)) == tiles.inside[0]
    assert tiles.draw(Edge(np.nextafter(1.0, 0.0))) == tiles.inside[-1]
