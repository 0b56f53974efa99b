"""What is enlarged and how the enlargement is judged, under each protocol.

    halved   both photos halved, the wide original is the truth: PSNR whole, inside, outside the tele's view
    full     the photos as they are: the tele's detail in the result, and the wide's picture (evaluation.agreement)
    single   a photo halved by area, itself the truth: PSNR and SSIM of the whole frame, without a tele

Photos are taken as they are stored, not turned, and their colour profiles are not looked at: as the figures that
others publish are made. Odd last rows and columns are dropped.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom import capture
from dualzoom.capture import exif, orientation
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.evaluation import agreement, metrics, protocol
from dualzoom.geometry import Region
from dualzoom.tiling.overlay import Overlay, overlay

Picture = NDArray[np.uint8]
Scores = dict[str, float]
Protocol = Literal["halved", "full", "single"]

#: What each protocol says of a row, in the order of the table.
COLUMNS: dict[Protocol, tuple[str, ...]] = {
    "halved": ("whole", "inside", "outside"),
    "full": ("detail", "energy", "consistency_db", "blocks"),
    "single": ("psnr", "ssim"),
}
_LEAST_PX = 64  # of the smaller side of what is enlarged


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One picture to enlarge. `wide`: (H, W, 3); `score` judges a picture (2H, 2W, 3)."""

    name: str
    wide: Picture
    score: Callable[[Picture], Scores]
    truth: Picture | None = None
    overlay: Overlay | None = None


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
        return photo.with_pixels(protocol.halve(pixels))
    if kind == "single":
        size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        return photo.with_pixels(
            np.asarray(cv2.resize(_even(pixels), size, interpolation=cv2.INTER_AREA), np.uint8)
        )
    return photo


def prepare(
    kind: Protocol, name: str, wide: Photo, tele: Photo | None = None, rectangle: Region | None = None
) -> Subject:
    """A subject of photos as stored. `rectangle`: what counts as inside, in pixels of the wide (halved only).

    Raises RegistrationError where the pair does not match, CaptureError where a photo is too small.
    """
    small, truth = given(kind, wide), _even(np.asarray(wide.pixels, np.uint8))
    if min(small.size.width, small.size.height) < _LEAST_PX:
        raise CaptureError(
            wide.name, f"fewer than {_LEAST_PX} pixels are left to enlarge", "use larger photos"
        )
    pixels = np.asarray(small.pixels, np.uint8)
    if kind == "single":
        return Subject(name=name, wide=pixels, truth=truth, score=lambda made: _whole(made, truth))
    assert tele is not None, "this protocol is for pairs"
    other = given(kind, tele)
    laid = overlay(small, other)
    if kind == "halved":
        inside = rectangle or laid.registration.window.scale(2)
        return Subject(
            name=name,
            wide=pixels,
            truth=truth,
            overlay=laid,
            score=lambda made: asdict(protocol.score(made, truth, inside)),
        )
    seen = agreement.align(pixels, np.asarray(other.pixels, np.uint8), laid.registration.homography)
    return Subject(
        name=name,
        wide=pixels,
        overlay=laid,
        score=lambda made: asdict(agreement.agreement(made, pixels, seen)),
    )


def _even(pixels: Picture) -> Picture:
    return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]


def _whole(picture: Picture, truth: Picture) -> Scores:
    return {"psnr": metrics.psnr(picture, truth), "ssim": metrics.ssim(picture, truth)}
