"""Turns a rendered capture into photos, and measures results against its truth."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dualzoom.capture import Lens, Metadata, Photo
from dualzoom.metrics.halved import BORDER_PX
from dualzoom.metrics.image_quality import psnr
from dualzoom.report.contact_sheet import busiest, contact_sheet
from dualzoom.scene import RenderedCapture

_CROP_PX, _CROP_ZOOM = 120, 3
_MAKE, _MODEL, _EXIF_IFD, _FOCAL_35MM = 271, 272, 0x8769, 0xA405


def photos(scene: RenderedCapture) -> dict[str, Photo]:
    """Returns photos by file name: the pair, with focal lengths as a phone notes them, and the truth."""
    return {
        "wide.jpg": _photo(scene.wide, "wide", scene.wide_focal_35mm),
        "tele.jpg": _photo(scene.tele, "tele", scene.tele_focal_35mm),
        "truth.png": Photo(pixels=scene.truth),
    }


def psnr_by_place(picture: NDArray[Any], scene: RenderedCapture) -> dict[str, float]:
    """Returns PSNR in dB against the truth: of the whole frame, of what the tele saw, of the rest."""
    masks = {"whole": np.ones_like(scene.visible), "inside": scene.visible, "outside": ~scene.visible}
    return {name: psnr(picture, scene.truth, border=BORDER_PX, where=mask) for name, mask in masks.items()}


def crops(scene: RenderedCapture, pictures: Mapping[str, NDArray[Any]]) -> Photo:
    """Lays each picture beside the truth: three busy places inside the tele's view, one outside."""
    regions = busiest(scene.truth, scene.visible, side=_CROP_PX, count=3)
    regions += busiest(scene.truth, ~scene.visible, side=_CROP_PX, count=1)
    return Photo(pixels=contact_sheet({**pictures, "truth": scene.truth}, regions, zoom=_CROP_ZOOM))


def _photo(pixels: NDArray[np.uint8], lens: str, focal_35mm: float) -> Photo:
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL] = "dualzoom", f"rendered {lens}"
    exif.get_ifd(_EXIF_IFD)[_FOCAL_35MM] = round(focal_35mm)
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    return Photo(pixels=pixels, lens=Lens(focal_35mm=focal_35mm), metadata=Metadata(exif=block))
