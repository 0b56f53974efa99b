"""Systems solved in pieces are those solved at once."""

import numpy as np
import pytest

from dualzoom.colour.least_squares import normal_equations, solve_normal_equations

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("n", [1, 48, 49, 66, 143, 200])
def test_pieces_make_the_whole(n: int) -> None:
    root, right = RNG.normal(size=(n, n + 5)), RNG.normal(size=(n, 2))
    matrix = root @ root.T + np.eye(n)
    assert np.allclose(
        solve_normal_equations(matrix, right), np.linalg.solve(matrix, right), rtol=1e-6, atol=1e-8
    )


def test_normal_equations_are_the_products() -> None:
    jacobian, residual, weight = RNG.normal(size=(500, 7)), RNG.normal(size=500), RNG.uniform(size=500)
    products, pull = normal_equations(jacobian, residual, weight)
    assert np.allclose(products, (jacobian.T * weight) @ jacobian)
    assert np.allclose(pull, jacobian.T @ (weight * residual))
