"""Global matching in blocks against the plain N×K matrix: ratio of time, and that the indices are equal.

python tests/benchmarks/matching.py [SIDE …]      side of the LR tile in px (default 64 96 128)
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor

from dualzoom.network.matching import BLOCK_BYTES, match_global, unit_patches

CHANNELS = 16  # as φ in the paper's release
REPEATS = 3


def plain(query: Tensor, key: Tensor) -> Tensor:
    """Eq. 1 with the whole matrix held at once."""
    return (unit_patches(query)[0] @ unit_patches(key)[0].T).max(1).indices


def seconds(run: Callable[[], object]) -> float:
    """The best of some runs: what the machine can do when nothing else does."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


@torch.no_grad()
def main(sides: list[int]) -> None:
    """Print one line per side."""
    print(f"blocks of {BLOCK_BYTES >> 20} MB, one thread; the plain matrix = 1")
    torch.set_num_threads(1)  # more wait for each other at every block where the machine is busy
    generator = torch.Generator().manual_seed(0)
    for side in sides:
        query, key = (torch.randn(1, CHANNELS, side, side, generator=generator) for _ in range(2))
        if not torch.equal(match_global(query, key).index[0], plain(query, key)):
            raise SystemExit(f"{side} px: the indices differ")
        whole = seconds(lambda q=query, k=key: plain(q, k))
        blocks = seconds(lambda q=query, k=key: match_global(q, k))
        matrix_mb = 4 * side**4 / 1e6
        print(
            f"{side:4d} px: {whole / blocks:4.1f}× faster, indices equal; the matrix takes {matrix_mb:.0f} MB"
        )


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [64, 96, 128])
