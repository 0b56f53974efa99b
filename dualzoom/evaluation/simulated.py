"""A sharp photo, which is the exact truth, as a simulated phone takes it: what `--protocol phone` judges.

PSNR whole, inside and outside what the tele surely sees (evaluation.phones), and how visible the border of its view is
(evaluation.border). The pair is registered like any other, from its pixels.
"""

import zlib
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.evaluation.case import Case, Picture, Scores, rim_of
from dualzoom.evaluation.phones import Capture, Phone, photograph
from dualzoom.metrics import border, halved
from dualzoom.reference import build

#: What is said of a result besides, given how the photo was taken.
More = Callable[[Capture, Picture], Scores]


def taken(photo: Photo, phone: Phone) -> Capture:
    """The pair. Raises CaptureError where the photo is too small.

    Each photo is held in its own way, the same for all phones, wherever and under whatever name it lies.
    """
    pixels = np.asarray(photo.pixels, np.uint8)
    try:
        return photograph(pixels, phone, seed=zlib.crc32(pixels.tobytes()))
    except ValueError as error:
        raise CaptureError(photo.name, str(error), "use photos of at least 256 pixels a side") from error


def simulated(name: str, photo: Photo, phone: Phone, more: More | None = None) -> Case:
    """A case of a photo as stored. Raises RegistrationError where the pair cannot be matched, CaptureError."""
    pair = taken(photo, phone)
    wide = Photo(pixels=pair.wide, source=photo.source)
    aligned = build(wide, Photo(pixels=pair.tele, source=photo.source))
    rim = rim_of(aligned, wide.size)

    def score(made: Picture) -> Scores:
        found = asdict(halved.score(made, pair.truth, pair.inside))
        found["border"] = border.against_truth(made, pair.truth, rim)
        return found if more is None else {**found, **more(pair, made)}

    return Case(name=name, wide=pair.wide, truth=pair.truth, aligned=aligned, score=score, group=phone.name)
