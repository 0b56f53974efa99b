"""What is enlarged and how the enlargement is judged, under the protocols for photos as they are.

    halved   both photos halved, the wide original is the truth: PSNR whole, inside, outside the tele's view, and
             how visible its border is (evaluation.border)
    full     the photos as they are: the tele's detail in the result, the wide's picture (evaluation.agreement), and
             the border
    single   a photo halved by area, itself the truth: PSNR and SSIM of the whole frame, without a tele

`withheld` and `simulated` have the others. Photos are taken as they are stored, not turned, and their colour profiles
are not looked at: as the figures that others publish are made. Odd last rows and columns are dropped.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dualzoom import capture
from dualzoom.capture import exif, orientation
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.geometry import Region, Size
from dualzoom.metrics import border, full_size, halved, image_quality
from dualzoom.metrics.rim import Rim
from dualzoom.reference import AlignedTele, build
from dualzoom.resampling import halve_area, halve_bicubic

Picture = NDArray[np.uint8]
Scores = dict[str, float]
Protocol = Literal["halved", "full", "single", "phone"]
_LEAST_PX = 64  # of the smaller side of what is enlarged


@dataclass(frozen=True, kw_only=True)
class Case:
    """One picture to enlarge. `wide`: (H, W, 3); `score` judges a picture (2H, 2W, 3).

    `group`: what it shares with others that are summed up apart (a simulated camera's name); "" for none.
    """

    name: str
    wide: Picture
    score: Callable[[Picture], Scores]
    truth: Picture | None = None
    aligned: AlignedTele | None = None
    group: str = ""


def stored(path: Path) -> Photo:
    """The pixels as the file holds them, at 8 bits, and nothing else that it says. Raises CaptureError."""
    photo = capture.read(path)
    turn = exif.describe(exif.sane(photo.metadata.exif))[1] or 1
    pixels = capture.at_depth(photo.pixels, 8)
    return Photo(pixels=orientation.upright(pixels, orientation.inverse(turn)), source=path)


def given(kind: Protocol, photo: Photo) -> Photo:
    """What a method is given of a photo, wide or tele."""
    pixels = np.asarray(photo.pixels, np.uint8)
    if kind == "halved":
        return photo.with_pixels(halve_bicubic(pixels))
    if kind == "single":
        return photo.with_pixels(halve_area(_even(pixels)))
    return photo


def prepare(
    kind: Protocol, name: str, wide: Photo, tele: Photo | None = None, rectangle: Region | None = None
) -> Case:
    """A case of photos as stored. `rectangle`: what counts as inside, in pixels of the wide (halved only).

    Raises RegistrationError where the pair does not match, CaptureError where a photo is too small.
    """
    small = given(kind, wide)
    refuse_small(small)
    if kind == "single":
        return _single(name, wide, small)
    assert tele is not None, "this protocol is for pairs"
    other = given(kind, tele)
    aligned = build(small, other)
    if kind == "halved":
        return _halved(name, wide, small, aligned, rectangle)
    return _full(name, small, other, aligned)


def refuse_small(wide: Photo) -> None:
    """Raises CaptureError where too few pixels are left to enlarge."""
    if min(wide.size.width, wide.size.height) < _LEAST_PX:
        raise CaptureError(
            wide.name, f"fewer than {_LEAST_PX} pixels are left to enlarge", "use larger photos"
        )


def rim_of(aligned: AlignedTele, wide: Size) -> Rim:
    """Where the border of the tele's view is looked at."""
    return Rim.of(aligned.registration.overlap, wide)


def _single(name: str, photo: Photo, small: Photo) -> Case:
    truth = _even(np.asarray(photo.pixels, np.uint8))

    def score(made: Picture) -> Scores:
        return {"psnr": image_quality.psnr(made, truth), "ssim": image_quality.ssim(made, truth)}

    return Case(name=name, wide=np.asarray(small.pixels, np.uint8), truth=truth, score=score)


def _halved(name: str, wide: Photo, small: Photo, aligned: AlignedTele, rectangle: Region | None) -> Case:
    truth = _even(np.asarray(wide.pixels, np.uint8))
    inside = rectangle or aligned.registration.window.scale(2)
    rim = rim_of(aligned, small.size)

    def score(made: Picture) -> Scores:
        found = asdict(halved.score(made, truth, inside))
        return {**found, "border": border.against_truth(made, truth, rim)}

    return Case(name=name, wide=np.asarray(small.pixels, np.uint8), truth=truth, aligned=aligned, score=score)


def _full(name: str, wide: Photo, tele: Photo, aligned: AlignedTele) -> Case:
    pixels = np.asarray(wide.pixels, np.uint8)
    seen = full_size.align(pixels, np.asarray(tele.pixels, np.uint8), aligned.registration.homography)
    rim = rim_of(aligned, wide.size)

    def score(made: Picture) -> Scores:
        found = asdict(full_size.agreement(made, pixels, seen))
        return {**found, "border": border.against_wide(made, pixels, rim)}

    return Case(name=name, wide=pixels, aligned=aligned, score=score)


def _even(pixels: Picture) -> Picture:
    return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]
