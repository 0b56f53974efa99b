"""Pairs of which half of the tele is hidden from the tool, and the result is judged there (evaluation.withheld)."""

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.case import Case, Picture, Scores, refuse_small
from dualzoom.geometry import Size
from dualzoom.metrics.full_size import JudgingTele, agreement, align
from dualzoom.metrics.withheld import Side, judged_in, shown
from dualzoom.reference import build
from dualzoom.registration import register
from dualzoom.settings import RegistrationSettings

KEYS = ("detail", "energy", "blocks")  # of `evaluation.agreement`: what is said of the hidden half alone


def half(tele: Photo, hidden: Side) -> Photo:
    """What the tool is given: half the pixels, and no word of the lens, whose focal length is the whole frame's."""
    return Photo(pixels=shown(np.asarray(tele.pixels, np.uint8), hidden), source=tele.source)


def withheld(name: str, wide: Photo, tele: Photo, hidden: Side) -> Case:
    """A case of photos as stored. Raises RegistrationError where the pair, or the half alone, does not match,
    CaptureError where a photo is too small."""
    refuse_small(wide)
    pixels, seen = np.asarray(wide.pixels, np.uint8), _hidden(wide, tele, hidden)

    def score(made: Picture) -> Scores:
        found = agreement(made, pixels, seen)
        return {key: getattr(found, key) for key in KEYS}

    return Case(name=name, wide=pixels, aligned=build(wide, half(tele, hidden)), score=score)


def _hidden(wide: Photo, tele: Photo, hidden: Side) -> JudgingTele:
    """The whole tele aligned over the wide, and of its blocks those of the hidden half."""
    whole = register(wide, tele, RegistrationSettings())
    pixels = [np.asarray(photo.pixels, np.uint8) for photo in (wide, tele)]
    reference = align(pixels[0], pixels[1], whole.homography)
    return judged_in(reference, Size.of(pixels[1]), whole.homography, hidden)
