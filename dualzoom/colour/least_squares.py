"""Small symmetric systems, solved in pieces too small for BLAS to share out among threads.

The systems here take a fraction of a millisecond. Shared out, their threads wait for each other longer than they
work, and on a busy machine a hundred times longer; and the last bits would depend on their number.
"""

import numpy as np

from dualzoom.colour.curves import Array

#: Rows of a block of samples, and unknowns of a system, that one thread surely does alone.
_BLOCK, _UNKNOWNS = 96, 48


def normal_equations(jacobian: Array, residual: Array, weight: Array) -> tuple[Array, Array]:
    """JᵀWJ (P, P) and JᵀWr (P,) for J (N, P), r (N,) and the weights (N,)."""
    rows, columns = jacobian.shape
    products, pull = np.zeros((columns, columns)), np.zeros(columns)
    for start in range(0, rows, _BLOCK):
        part = jacobian[start : start + _BLOCK]
        weighted = (part * weight[start : start + _BLOCK, None]).T
        products += weighted @ part
        pull += weighted @ residual[start : start + _BLOCK]
    return products, pull


def solve_normal_equations(matrix: Array, right: Array) -> Array:
    """x (n, m) of matrix · x = right, for a positive definite matrix (n, n); by Schur's complement of halves."""
    n = len(matrix)
    if n <= _UNKNOWNS:
        return np.asarray(np.linalg.solve(matrix, right))
    half = n // 2
    first, corner, last = matrix[:half, :half], matrix[:half, half:], matrix[half:, half:]
    done = solve_normal_equations(first, np.concatenate([corner, right[:half]], axis=1))
    by_last, alone = done[:, : n - half], done[:, n - half :]
    rest = solve_normal_equations(
        last - _product(corner.T, by_last), right[half:] - _product(corner.T, alone)
    )
    return np.concatenate([alone - _product(by_last, rest), rest])


def _product(left: Array, right: Array) -> Array:
    """left · right, a few rows at a time."""
    return np.concatenate([left[i : i + 24] @ right for i in range(0, len(left), 24)])
