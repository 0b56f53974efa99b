"""Warping: cells of the reference are moved to where they were matched (paper, Section 3.1).

A cell is one step of the matching grid: `cell`×`cell` pixels of the map that is moved. Cells do not overlap.
"""

from torch import Tensor


def move_cells(
    source: Tensor, index: Tensor, *, cell: int, key_grid: tuple[int, int], grid: tuple[int, int]
) -> Tensor:
    """Lay cell index[i] of `source` at cell i of the result.

    source B C Hs Ws, index B N flat in `key_grid` (k, l), `grid` (n, m) with n·m = N -> B C n·cell m·cell.
    Rows and columns of `source` beyond k·cell, l·cell belong to no cell and are left out.

    Raises ValueError where the source does not hold the key's cells or the index does not fill the grid.
    """
    batch, channels, height, width = source.shape
    (k, l), (n, m) = key_grid, grid  # noqa: E741 – the key's grid in the notation of `matching`
    if height < k * cell or width < l * cell or index.shape != (batch, n * m):
        raise ValueError(f"cannot move {height}×{width} px as {k}×{l} cells of {cell} px to {n}×{m}")
    cells = source[..., : k * cell, : l * cell].reshape(batch, channels, k, cell, l, cell)
    cells = cells.permute(0, 2, 4, 1, 3, 5).reshape(batch, k * l, -1)  # B K C·cell²
    moved = cells.gather(1, index[..., None].expand(-1, -1, cells.shape[-1]))  # B N C·cell²
    moved = moved.reshape(batch, n, m, channels, cell, cell).permute(0, 3, 1, 4, 2, 5)
    return moved.reshape(batch, channels, n * cell, m * cell)
