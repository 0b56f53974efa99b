"""Every column that a table can have is explained, and nothing else is."""

from dualzoom.cli.score_table import HEADS
from dualzoom.cli.score_words import _WORDS, meanings


def test_each_column_has_its_words():
    assert set(_WORDS) == set(HEADS)
    assert meanings([]) == ()
