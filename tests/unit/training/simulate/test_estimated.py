"""What an estimator might tell stays near the truth, and nearer to what is usual."""

import numpy as np

from dualzoom.training.simulate.estimated import estimated


def test_estimates_follow_the_truth_and_shrink_towards_what_is_usual() -> None:
    rng = np.random.default_rng(1)
    low, high = (
        np.mean([estimated(np.full(5, value, np.float32), rng) for _ in range(400)], 0)
        for value in (0.2, 1.0)
    )
    assert (high > low + 0.2).all()
    assert (high - low < 0.8).all()
    drawn = np.array([estimated(np.full(5, 0.6, np.float32), rng) for _ in range(400)])
    assert drawn.min() >= 0
    assert (drawn.std(0) > 0.05).all()
