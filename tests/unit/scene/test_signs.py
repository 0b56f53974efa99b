"""The board of lettering: all lines on the plate, the plate in every tele's view."""

import numpy as np

from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Size
from dualzoom.scene import signs


def test_the_lettering_lies_on_its_plate_and_in_every_tele() -> None:
    board = signs.board()
    assert Size.of(board) == signs.BOARD
    plate = board[signs.PLATE.slices].min(axis=2)
    assert (plate[:4] > 200).all()
    assert (plate[-4:] > 200).all()
    assert (plate[:, :8] > 200).all()
    assert (plate[:, -8:] > 200).all()
    rows = (plate < 120).any(axis=1)
    assert np.count_nonzero(np.diff(rows.astype(int)) == 1) >= len(signs.LINES)  # a gap between all lines
    for phone in PHONES:
        assert photograph(board, phone, seed=7).inside.contains(signs.PLATE)
    assert not board.flags.writeable


def test_all_lines_are_words_of_the_board() -> None:
    assert signs.words().split() == [word for _, line in signs.LINES for word in line.split()]
    sizes = [size for size, _ in signs.LINES]
    assert sizes == sorted(sizes, reverse=True)
