"""Cases with half of the tele hidden: the tool gets the other half, and is scored on the hidden one."""

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.case import Case, Picture, Scores, reject_small
from dualzoom.geometry import Size
from dualzoom.metrics import full_size
from dualzoom.metrics.full_size import TeleBlocks
from dualzoom.metrics.withheld import Side, keep_hidden, shown_half
from dualzoom.reference import build
from dualzoom.registration import register
from dualzoom.settings import RegistrationSettings

KEYS = ("detail", "energy", "blocks")  # of `full_size.score`: the figures that rest on the hidden half alone


def half_tele(tele: Photo, hidden: Side) -> Photo:
    """Returns the half that the tool gets, without the lens: its focal length belongs to the whole frame."""
    return Photo(pixels=shown_half(np.asarray(tele.pixels, np.uint8), hidden), source=tele.source)


def withheld_case(name: str, wide: Photo, tele: Photo, hidden: Side) -> Case:
    """Makes the case of a pair as stored, with one half of the tele hidden.

    Raises RegistrationError where the pair, or the shown half alone, does not match, CaptureError where a photo is too
    small.
    """
    reject_small(wide)
    pixels, blocks = np.asarray(wide.pixels, np.uint8), _hidden_blocks(wide, tele, hidden)

    def score(picture: Picture) -> Scores:
        found = full_size.score(picture, pixels, blocks)
        return {key: getattr(found, key) for key in KEYS}

    return Case(name=name, wide=pixels, aligned=build(wide, half_tele(tele, hidden)), score=score)


def _hidden_blocks(wide: Photo, tele: Photo, hidden: Side) -> TeleBlocks:
    """Aligns the whole tele over the wide, and keeps the blocks of the hidden half."""
    whole = register(wide, tele, RegistrationSettings())
    pixels = [np.asarray(photo.pixels, np.uint8) for photo in (wide, tele)]
    blocks = full_size.tele_blocks(pixels[0], pixels[1], whole.homography)
    return keep_hidden(blocks, Size.of(pixels[1]), whole.homography, hidden)
