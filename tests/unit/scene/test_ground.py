"""The ground is level: nearer towards the lower edge, nothing above the horizon; sky and skyline lie behind."""

from dataclasses import replace

import numpy as np
import pytest

from dualzoom.geometry import Size
from dualzoom.scene.canvas import Canvas
from dualzoom.scene.ground import (
    cast_on_ground,
    draw_ground,
    draw_sky,
    draw_skyline,
    inverse_distance,
    shade_ground,
)
from dualzoom.scene.pose import wide_projection

SIZE, FOCAL, FAR = Size(160, 120), 120.0, 18.0
PROJECTION = wide_projection(SIZE, FOCAL, FAR)
INDEX = 1


def canvas(**changes: object) -> Canvas:
    made = Canvas(2 * SIZE.width, 2 * SIZE.height, replace(PROJECTION, **changes))
    made.plane[:] = 9
    return made


def test_the_ground_is_nearer_towards_the_lower_edge_in_proportion() -> None:
    below = np.array([1.0, 2.0, 10.0, 40.0])
    found = inverse_distance(PROJECTION, PROJECTION.horizon_y + below)
    np.testing.assert_allclose(found, below / (FOCAL * PROJECTION.eye_m), rtol=1e-5)
    above = inverse_distance(PROJECTION, PROJECTION.horizon_y - below)
    assert (above > 0).all(), "beyond the horizon it is far away, not behind"
    assert (1 / above > 1e4).all()


def test_a_row_of_the_ground_lies_where_its_distance_says() -> None:
    """A point on the ground, projected, has the distance that its row is given."""
    for distance in (2.0, 5.0, 15.0):
        row = PROJECTION.horizon_y + FOCAL * PROJECTION.eye_m / distance
        assert 1 / inverse_distance(PROJECTION, np.array([row]))[0] == pytest.approx(distance, rel=1e-5)


@pytest.mark.parametrize("baseline", [(0.0, 0.0), (0.02, 0.01)])
def test_the_ground_fills_all_below_the_horizon_and_nothing_above(baseline: tuple[float, float]) -> None:
    made = canvas(baseline_m=baseline)
    draw_ground(made, INDEX, (7.0, 15.0), 3)
    rows = (made.plane == INDEX).mean(1)
    assert set(np.unique(rows)) == {0.0, 1.0}
    first = int(rows.argmax())
    assert first / 2 - 0.25 == pytest.approx(PROJECTION.horizon_y, abs=1.5)
    assert np.isfinite(made.light).all()
    assert (made.light[first:] > 0).all()
    assert not made.light[:first].any()


def test_the_seed_alone_decides() -> None:
    grounds = []
    for seed in (3, 3, 4):
        made = canvas()
        draw_ground(made, INDEX, (7.0, 15.0), seed)
        grounds.append(made.light)
    assert np.array_equal(grounds[0], grounds[1])
    assert not np.array_equal(grounds[0], grounds[2])


def test_a_shadow_darkens_its_place_and_marks_no_layer() -> None:
    made = canvas()
    draw_ground(made, INDEX, (7.0, 15.0), 3)
    before, plane = made.light.copy(), made.plane.copy()
    shade_ground(made, INDEX, np.array([(-0.5, 4.0), (0.5, 4.0), (0.5, 5.0), (-0.5, 5.0)]), 0.01)
    darker = (before - made.light).max(2) > 1e-3
    assert (made.light <= before + 1e-6).all()
    assert np.array_equal(made.plane, plane)
    rows, columns = np.nonzero(darker)
    near, far = (PROJECTION.horizon_y + FOCAL * PROJECTION.eye_m / z for z in (4.0, 5.0))
    assert far - 1 <= rows.min() / 2 <= rows.max() / 2 <= near + 1
    assert abs(columns.mean() / 2 - (SIZE.width - 1) / 2) < 1.5


def test_the_sun_casts_shadows_away_from_itself() -> None:
    made = canvas()
    draw_ground(made, INDEX, (7.0, 15.0), 3)
    before = made.light.copy()
    cast_on_ground(made, INDEX, 0.0, 6.0, 0.3, 3.0)
    rows, columns = np.nonzero((before - made.light).max(2) > 1e-3)
    foot = PROJECTION.horizon_y + FOCAL * PROJECTION.eye_m / 6.0
    assert rows.max() / 2 <= foot + 1
    assert columns.mean() / 2 > (SIZE.width - 1) / 2, "it stands on the left"


def test_the_sky_covers_the_view_and_is_brighter_than_the_skyline() -> None:
    made = canvas()
    half = SIZE.width / 2 / FOCAL
    made.layer(2, 2000.0)
    draw_sky(made, 2000 * half, 3)
    upper = made.light[: int(2 * PROJECTION.horizon_y) - 2]
    assert (upper > 0).all()
    assert upper.mean() > 0.3
    sky = made.light.copy()
    made.layer(3, 140.0)
    draw_skyline(made, 0.0, 140 * half, 3)
    roofs = made.plane == 3
    assert 0.02 < roofs.mean() < 0.5
    assert made.light[roofs].mean() < sky[roofs].mean()
    assert np.flatnonzero(roofs.any(1)).max() / 2 <= SIZE.height
