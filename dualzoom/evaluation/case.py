"""A case: one picture to enlarge, and the score of what a method makes of it.

    halved   halves both photos; the wide original is the truth. PSNR of the whole frame, inside and outside the
             tele's view, and how visible that view's border is (`metrics.border`)
    full     takes the photos as they are. How much of the tele's detail the result shows and how well it keeps the
             wide's picture (`metrics.full_size`), and the border
    single   halves a photo by area; the photo itself is the truth. PSNR and SSIM of the whole frame, no tele

`withheld` and `simulated` hold the other cases. Photos are compared as they are stored: not turned, and without their
colour profiles, as published figures are made. Odd last rows and columns are dropped.
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
#: Name of a figure -> its value; infinite where a result equals the truth, nan where there is nothing to measure.
Scores = dict[str, float]
Protocol = Literal["halved", "full", "single", "phone"]
_LEAST_PX = 64  # of the smaller side of the picture to enlarge


@dataclass(frozen=True, kw_only=True)
class Case:
    """One picture to enlarge. `wide`: (H, W, 3); `score` measures an enlargement (2H, 2W, 3).

    `truth`: (2H, 2W, 3); None under the protocol full. `aligned`: the tele; None under the protocol single. `group`:
    cases of one group also get a mean of their own (a simulated phone's name); "" for none.
    """

    name: str
    wide: Picture
    score: Callable[[Picture], Scores]
    truth: Picture | None = None
    aligned: AlignedTele | None = None
    group: str = ""


def read_stored(path: Path) -> Photo:
    """Reads the pixels as the file stores them, at 8 bits, without profile, turn or lens. Raises CaptureError."""
    photo = capture.read(path)
    turn = exif.describe(exif.sanitised(photo.metadata.exif))[1] or 1
    pixels = capture.at_depth(photo.pixels, 8)
    return Photo(pixels=orientation.upright(pixels, orientation.inverse(turn)), source=path)


def method_input(protocol: Protocol, photo: Photo) -> Photo:
    """Returns what a method gets of a photo, wide or tele: half of it, or the photo itself."""
    pixels = np.asarray(photo.pixels, np.uint8)
    if protocol == "halved":
        return photo.with_pixels(halve_bicubic(pixels))
    if protocol == "single":
        return photo.with_pixels(halve_area(_even(pixels)))
    return photo


def prepare(
    protocol: Protocol, name: str, wide: Photo, tele: Photo | None = None, rectangle: Region | None = None
) -> Case:
    """Makes the case of a pair (protocols halved, full) or of one photo (single); photos as `read_stored` has them.

    `rectangle`: counts as inside instead of the tele's view, in pixels of the wide (halved only). Raises
    RegistrationError where the pair does not match, CaptureError where a photo is too small.
    """
    small = method_input(protocol, wide)
    reject_small(small)
    if protocol == "single":
        return _single(name, wide, small)
    assert tele is not None, "this protocol is for pairs"
    other = method_input(protocol, tele)
    aligned = build(small, other)
    if protocol == "halved":
        return _halved(name, wide, small, aligned, rectangle)
    return _full(name, small, other, aligned)


def reject_small(wide: Photo) -> None:
    """Raises CaptureError where too few pixels are left to enlarge."""
    if min(wide.size.width, wide.size.height) < _LEAST_PX:
        raise CaptureError(
            wide.name, f"fewer than {_LEAST_PX} pixels are left to enlarge", "use larger photos"
        )


def rim_of(aligned: AlignedTele, wide: Size) -> Rim:
    """Returns the squares along the border of the tele's view. `wide`: the size of the picture to enlarge."""
    return Rim.of(aligned.registration.overlap, wide)


def _single(name: str, photo: Photo, small: Photo) -> Case:
    truth = _even(np.asarray(photo.pixels, np.uint8))

    def score(picture: Picture) -> Scores:
        return {"psnr": image_quality.psnr(picture, truth), "ssim": image_quality.ssim(picture, truth)}

    return Case(name=name, wide=np.asarray(small.pixels, np.uint8), truth=truth, score=score)


def _halved(name: str, wide: Photo, small: Photo, aligned: AlignedTele, rectangle: Region | None) -> Case:
    truth = _even(np.asarray(wide.pixels, np.uint8))
    inside = rectangle or aligned.registration.window.scale(2)
    rim = rim_of(aligned, small.size)

    def score(picture: Picture) -> Scores:
        found = asdict(halved.score(picture, truth, inside))
        return {**found, "border": border.against_truth(picture, truth, rim)}

    return Case(name=name, wide=np.asarray(small.pixels, np.uint8), truth=truth, aligned=aligned, score=score)


def _full(name: str, wide: Photo, tele: Photo, aligned: AlignedTele) -> Case:
    pixels = np.asarray(wide.pixels, np.uint8)
    blocks = full_size.tele_blocks(pixels, np.asarray(tele.pixels, np.uint8), aligned.registration.homography)
    rim = rim_of(aligned, wide.size)

    def score(picture: Picture) -> Scores:
        found = asdict(full_size.score(picture, pixels, blocks))
        return {**found, "border": border.against_wide(picture, pixels, rim)}

    return Case(name=name, wide=pixels, aligned=aligned, score=score)


def _even(pixels: Picture) -> Picture:
    return pixels[: pixels.shape[0] // 2 * 2, : pixels.shape[1] // 2 * 2]
