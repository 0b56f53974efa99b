"""A rendered capture as files, and results held against its truth."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.capture import Lens, Metadata, Photo
from dualzoom.evaluation.metrics import psnr
from dualzoom.evaluation.picture import sheet
from dualzoom.evaluation.protocol import BORDER_PX
from dualzoom.evaluation.scene import RenderedCapture
from dualzoom.geometry import Region

_CROP_PX, _CROP_ZOOM = 120, 3
_MAKE, _MODEL, _EXIF_IFD, _FOCAL_35MM = 271, 272, 0x8769, 0xA405


def photos(scene: RenderedCapture) -> dict[str, Photo]:
    """Name of file → photo: the pair with the focal lengths a phone would note, and the truth."""
    return {
        "wide.jpg": _photo(scene.wide, "wide", scene.wide_focal_35mm),
        "tele.jpg": _photo(scene.tele, "tele", scene.tele_focal_35mm),
        "truth.png": Photo(pixels=scene.truth),
    }


def psnr_by_place(picture: NDArray[Any], scene: RenderedCapture) -> dict[str, float]:
    """PSNR in dB against the truth: of the whole frame, of what the tele saw, of the rest."""
    masks = {"whole": np.ones_like(scene.visible), "inside": scene.visible, "outside": ~scene.visible}
    return {name: psnr(picture, scene.truth, border=BORDER_PX, where=mask) for name, mask in masks.items()}


def crops(scene: RenderedCapture, pictures: Mapping[str, NDArray[Any]]) -> Photo:
    """Each picture beside the truth: three busy places inside the tele's view, one outside."""
    regions = busiest(scene.truth, scene.visible, side=_CROP_PX, count=3)
    regions += busiest(scene.truth, ~scene.visible, side=_CROP_PX, count=1)
    return Photo(pixels=sheet({**pictures, "truth": scene.truth}, regions, zoom=_CROP_ZOOM))


def busiest(truth: NDArray[np.uint8], inside: NDArray[np.bool_], *, side: int, count: int) -> list[Region]:
    """The `count` squares of `side` px with most detail that lie wholly `inside` and do not overlap.

    `truth`: (H, W, 3); `inside`: (H, W). Fewer where there are not so many.
    """
    detail = np.abs(cv2.Laplacian(cv2.cvtColor(truth, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    sums = cv2.boxFilter(detail, -1, (side, side))
    allowed = cv2.erode(inside.astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0).astype(bool)
    half = side // 2
    found: list[Region] = []
    while len(found) < count and allowed.any():
        y, x = np.unravel_index(np.argmax(np.where(allowed, sums, -1)), sums.shape)
        found.append(Region(int(x) - half, int(y) - half, side, side))
        allowed[max(0, y - side) : y + side, max(0, x - side) : x + side] = False
    return found


def _photo(pixels: NDArray[np.uint8], lens: str, focal_35mm: float) -> Photo:
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL] = "dualzoom", f"rendered {lens}"
    exif.get_ifd(_EXIF_IFD)[_FOCAL_35MM] = round(focal_35mm)
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    return Photo(pixels=pixels, lens=Lens(focal_35mm=focal_35mm), metadata=Metadata(exif=block))
