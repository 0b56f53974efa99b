"""Adds legibility to a case of real photos: what can be read in the truth, or else in the tele, is read again."""

from dataclasses import replace

from dualzoom.evaluation.case import Case, Picture, Scores
from dualzoom.evaluation.crops import tele_at
from dualzoom.geometry import Region, Size
from dualzoom.metrics import legibility, lettering


def lettered(case: Case) -> Case:
    """Returns the case with two more scores: `text`, the share of characters read again, and `letters`, their number.

    The tele is asked in the wide's colours and on its 2× grid, so that place and size of the letters are the result's.
    Raises UsageError where the reader is not installed.
    """
    reader = legibility.line_reader()
    truth = case.truth
    if truth is not None:
        shown = truth
        lines = lettering.find_lines(lambda tile: shown[tile.slices], Region.full(Size.of(shown)), reader)
    else:
        assert case.aligned is not None, "without a truth there is a tele"
        window = case.aligned.registration.window.scale(2)
        lines = lettering.find_lines(lambda tile: tele_at(case, tile), window, reader)
    letters = float(sum(line.letters for line in lines))

    def score(picture: Picture) -> Scores:
        return {**case.score(picture), "text": lettering.score(lines, picture, reader), "letters": letters}

    return replace(case, score=score)
