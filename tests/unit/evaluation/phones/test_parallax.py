"""Where the tele looks: the ratio, a slight turn, a shift that grows with nearness, and a rectangle it surely sees."""

import cv2
import numpy as np
import pytest

from dualzoom.evaluation.phones.parallax import nearness, seen_by_tele, surely_seen, tele_to_truth
from dualzoom.geometry import Region, Size

TRUTH, TELE = Size(400, 320), Size(200, 160)


@pytest.mark.parametrize("ratio", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_tele_sees_one_ratio_th_of_the_middle(ratio: float, seed: int) -> None:
    onto = tele_to_truth(TRUTH, ratio, np.random.default_rng(seed))
    middle = np.array([[[TELE.width / 2, TELE.height / 2]]])
    step = np.concatenate([middle, np.add(middle, (1, 0))], 1)
    here, beside = cv2.perspectiveTransform(step, onto)[0]
    assert np.hypot(*(beside - here)) == pytest.approx(2 / ratio, rel=0.02)
    turn = np.degrees(np.arctan2(*(beside - here)[::-1]))
    assert abs(turn) < 1.6
    assert np.abs(here - (TRUTH.width / 2, TRUTH.height / 2)).max() < 0.03 * TRUTH.width


@pytest.mark.parametrize("seed", range(4))
def test_all_that_is_surely_seen_lies_in_the_teles_frame(seed: int) -> None:
    onto = tele_to_truth(TRUTH, 2.0, np.random.default_rng(seed))
    seen = surely_seen(onto, TELE, Region.full(TRUTH))
    assert seen.width > 0.85 * TRUTH.width / 2
    corners = [(x, y) for x in (seen.x, seen.right) for y in (seen.y, seen.bottom)]
    in_tele = cv2.perspectiveTransform(np.array([corners], float), np.linalg.inv(onto))[0]
    assert (in_tele >= 0).all()
    assert (in_tele <= (TELE.width, TELE.height)).all()


def test_near_things_shift_and_far_ones_do_not() -> None:
    onto = np.array([[1.0, 0, 50], [0, 1, 40], [0, 0, 1]])
    ramp = np.broadcast_to(np.arange(400, dtype=np.float32)[None, :, None] / 400, (320, 400, 3))
    near = np.zeros((320, 400), np.float32)
    near[120:] = 3
    made = seen_by_tele(np.ascontiguousarray(ramp), near, onto, TELE)
    x = 50 + np.arange(TELE.width, dtype=np.float32)
    np.testing.assert_allclose(made[10, :, 0], x / 400, atol=1e-4)
    np.testing.assert_allclose(made[-10:, :, 0], np.broadcast_to((x + 3) / 400, (10, 200)), atol=1e-4)


def test_nearness_is_smooth_and_bounded() -> None:
    truth = np.random.default_rng(2).integers(0, 256, (320, 400, 3), np.uint8)
    near = nearness(truth, np.random.default_rng(0))
    assert near.shape == (320, 400)
    assert 0 <= near.min() < near.max() <= 6
    assert np.abs(np.diff(near, axis=1)).max() < 0.5
