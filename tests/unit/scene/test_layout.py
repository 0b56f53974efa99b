"""The street: every layer has its index and distance, far things are painted first, the seed alone decides."""

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.scene.canvas import Canvas
from dualzoom.scene.layout import GROUND, Street, street
from dualzoom.scene.pose import wide_projection

SIZE, FOCAL = Size(120, 90), 90.0


def made(seed: int = 3, depth_layers: bool = True) -> Street:
    return street(seed, half_width=SIZE.width / 2 / FOCAL, top=0.6, depth_layers=depth_layers)


def painted(seed: int = 3, depth_layers: bool = True) -> Canvas:
    scene = made(seed, depth_layers)
    canvas = Canvas(2 * SIZE.width, 2 * SIZE.height, wide_projection(SIZE, FOCAL, scene.far_m))
    scene.paint(canvas)
    return canvas


@pytest.mark.parametrize("seed", range(6))
def test_layers_have_indices_of_their_own_and_the_terrace_is_the_far_plane(seed: int) -> None:
    scene = made(seed)
    distances = scene.distances()
    assert len(distances) == len(scene.behind) + len(scene.layers)
    assert GROUND not in distances
    assert distances[0] == scene.far_m == scene.layers[0].distance_m
    assert 16.5 <= scene.far_m <= 19.5


@pytest.mark.parametrize("seed", range(6))
def test_what_is_nearer_is_painted_later(seed: int) -> None:
    scene = made(seed)
    order = [layer.distance_m for layer in (*scene.behind, *scene.layers)]
    assert order == sorted(order, reverse=True)
    assert 0 < scene.kerbs_m[0] < scene.kerbs_m[1] < scene.far_m


def test_without_depth_nothing_stands_before_the_terrace() -> None:
    assert len(made(depth_layers=False).layers) == 1
    shown = set(np.unique(painted(depth_layers=False).plane))
    behind = {index for index, distance in made(depth_layers=False).distances().items() if distance > 100}
    assert shown <= {0, GROUND, *behind}


def test_every_pixel_shows_a_layer_and_most_layers_are_seen() -> None:
    canvas = painted()
    known = {GROUND, *made().distances()}
    shown = set(np.unique(canvas.plane))
    assert shown <= known
    assert len(shown) >= len(known) - 2
    assert np.isfinite(canvas.light).all()
    assert (canvas.light.max(2) > 0).all(), "no gap"
    assert (canvas.plane[-1] == GROUND).mean() > 0.4


def test_the_seed_alone_decides() -> None:
    first, again, other = (painted(seed).light for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 0.02
