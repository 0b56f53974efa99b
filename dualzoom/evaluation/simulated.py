"""Cases of the protocol phone: a simulated phone photographs a sharp photo, which is the exact truth.

Scores: PSNR of the whole frame, inside and outside what the tele surely sees (`evaluation.phones`), and how visible the
border of its view is (`metrics.border`). The pair is registered like any other, from its pixels.
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

#: Measures more of an enlargement, given what the phone took.
ExtraScores = Callable[[Capture, Picture], Scores]


def take_pair(photo: Photo, phone: Phone) -> Capture:
    """Lets a phone photograph the photo. Raises CaptureError where it is too small.

    How the phone is held depends on the photo's pixels alone: not on the phone, nor on the file's name or place.
    """
    pixels = np.asarray(photo.pixels, np.uint8)
    try:
        return photograph(pixels, phone, seed=zlib.crc32(pixels.tobytes()))
    except ValueError as error:
        raise CaptureError(photo.name, str(error), "use photos of at least 256 pixels a side") from error


def simulated_case(name: str, photo: Photo, phone: Phone, extra: ExtraScores | None = None) -> Case:
    """Makes the case of a photo as stored. Raises RegistrationError where the pair does not match, CaptureError."""
    pair = take_pair(photo, phone)
    wide = Photo(pixels=pair.wide, source=photo.source)
    aligned = build(wide, Photo(pixels=pair.tele, source=photo.source))
    rim = rim_of(aligned, wide.size)

    def score(picture: Picture) -> Scores:
        found = asdict(halved.score(picture, pair.truth, pair.inside))
        found["border"] = border.against_truth(picture, pair.truth, rim)
        return found if extra is None else {**found, **extra(pair, picture)}

    return Case(name=name, wide=pair.wide, truth=pair.truth, aligned=aligned, score=score, group=phone.name)
