"""What stands before the terrace: nearer and nearer, on both sides, in view, and the middle keeps some terrace."""

import numpy as np
import pytest

from dualzoom.scene.foreground import (
    CORNER_M,
    FLOWERS_M,
    LAMP_M,
    RAILING_M,
    TREE_M,
    TWIGS_M,
    Foreground,
    foreground,
)

HALF, TOP = 0.67, 0.6


def made(seed: int, side: float = 1.0) -> Foreground:
    return foreground(np.random.default_rng(seed), half_width=HALF, top=TOP, side=side)


def test_distances_fall_in_the_order_of_painting() -> None:
    order = [CORNER_M, TREE_M, FLOWERS_M, LAMP_M, RAILING_M, TWIGS_M]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("seed", range(8))
def test_all_stay_in_view_and_the_corner_house_on_its_side(seed: int, side: float) -> None:
    front = made(seed, side)
    assert all(abs(place) < 1 for place in (front.tree, front.lamp, front.railing, *front.bollards))
    assert front.railing + 0.75 <= 1.0
    assert front.tree * side < 0 < front.lamp * side
    near_edge = front.corner.x if side > 0 else -(front.corner.x + front.corner.width)
    assert 0.5 * HALF * CORNER_M < near_edge < HALF * CORNER_M


def test_the_seed_alone_decides() -> None:
    assert made(3) == made(3)
    assert made(3) != made(4)


@pytest.mark.parametrize("name", ["corner", "tree", "flowers", "lamp", "railing"])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_each_thing_is_drawn_at_its_place_on_the_ground(sheet, name: str, side: float) -> None:
    front = made(3, side)
    canvas = sheet(14, 4, 60.0) if name == "railing" else sheet(40, 18, 12.0)  # its bars are thin
    getattr(front, f"draw_{name}")(canvas)
    canvas.assert_light()
    left, right, low, _ = canvas.extent()
    assert low < 0.2
    place = {
        "corner": front.corner.x + front.corner.width / 2,
        "tree": front.tree * HALF * TREE_M,
        "flowers": front.bollards[1] * HALF * FLOWERS_M,
        "lamp": front.lamp * HALF * LAMP_M,
        "railing": (front.railing + 0.375) * HALF * RAILING_M,
    }[name]
    assert left - 0.2 <= place <= right + 0.2
