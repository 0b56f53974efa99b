"""What each column of scores means, for the page that strangers open without having typed the command."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dualzoom.cli.score_table import HEADS

if TYPE_CHECKING:
    from dualzoom.evaluation.run import JudgedCase

_WORDS = {
    "whole": "PSNR against the truth over the whole frame, higher is nearer",
    "inside": "PSNR in dB where the tele looks",
    "outside": "PSNR in dB where it does not",
    "detail": "correlation of the result's fine detail with the tele's, 1 is all of it",
    "energy": "strength of the fine detail, 1 is the tele's; what is strong but does not correlate is false",
    "consistency_db": "how well the wide's tones are kept, higher is nearer",
    "pixels_db": "the same pixel by pixel; a result that removes the wide's noise and halos has less",
    "psnr": "against the truth, higher is nearer",
    "ssim": "likeness of structures, 1 is the truth",
    "border": "how much the outline of the tele's view shows, 1 is not at all",
    "text": "share of the letters that a program reads again, 1 is all of them",
    "letters": "how many letters those are",
    "blocks": "in how many places detail was measured",
    "cpu_s": "processor time of the whole program, from file to file, lower is cheaper",
    "peak_mb": "the most memory it held",
}


def meanings(judged: "Sequence[JudgedCase]") -> tuple[str, ...]:
    """Returns a line for each column that the tables have, in their order."""
    from dualzoom.evaluation.summary import columns

    there = columns(judged)
    return tuple(f"{head}: {_WORDS[key]}." for key, head in HEADS.items() if key in there)
