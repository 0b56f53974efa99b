"""Metadata and raw files as phones write them, made by other code than ours (Pillow, tifffile)."""

import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

Floats = NDArray[np.float64]

#: Linear sRGB to XYZ (D65), IEC 61966-2-1; its inverse is a DNG's ColorMatrix for a camera that sees sRGB.
TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
NEUTRAL = np.array([0.5, 1.0, 0.6])  # what the pretended camera sees in white
#: From XYZ to what a phone sees in daylight and under a bulb.
PHONE = np.array([[0.75, -0.14, -0.09], [-0.38, 1.15, 0.26], [-0.06, 0.16, 0.58]])
TUNGSTEN = np.array([[0.70, -0.08, -0.10], [-0.44, 1.26, 0.20], [-0.09, 0.22, 0.52]])
BAYER = {"RGGB": (0, 1, 1, 2), "BGGR": (2, 1, 1, 0), "GRBG": (1, 0, 2, 1), "GBRG": (1, 2, 0, 1)}


def display_p3() -> bytes:
    """A Display P3 profile (a plain gamma will do)."""
    primaries = [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    return bytes(imagecodecs.cms_profile("rgb", whitepoint=primaries[:2], primaries=primaries[2:], gamma=2.2))


def exif_block(orientation: int = 1) -> Image.Exif:
    """A phone's EXIF with GPS, maker note and lens, for a picture of 128 × 96 px stored in this orientation."""
    width, height = (96, 128) if orientation >= 5 else (128, 96)
    exif = Image.Exif()
    exif.update(
        {271: "Maker", 272: "Phone 7", 274: orientation, 305: "Firmware 1.2", 306: "2024:05:06 07:08:09"}
    )
    exif.update({282: 72.0, 283: 72.0, 296: 2, 315: "A. Person", 33432: "Someone"})
    exif.get_ifd(0x8769).update({
        33434: 0.01, 33437: 1.8, 34850: 2, 34855: 64, 36864: b"0232", 36867: "2024:05:06 07:08:09",
        36868: "2024:05:06 07:08:09", 36880: "+02:00", 37121: b"\1\2\3\0", 37377: 6.6, 37378: 1.7, 37379: 5.0,
        37380: 0.0, 37383: 5, 37385: 16, 37386: 4.25, 37396: (20, 30, 16, 10),
        37500: b"Maker\0" + bytes(range(200)), 37521: "123", 37522: "456", 40960: b"0100", 40961: 65535,
        40962: width, 40963: height, 41486: 300.0, 41487: 300.0, 41488: 2, 41495: 2, 41729: b"\1", 41986: 0, 41987: 0,
        41988: 1.5, 41989: 26, 41990: 0, 42033: "Serial", 42034: (1.5, 6.0, 1.8, 2.4), 42035: "Maker",
        42036: "Phone 7 back camera 4.25mm f/1.8",
    })  # fmt: skip
    exif.get_ifd(0x8825).update({
        0: b"\2\3\0\0", 1: "N", 2: (47.0, 22.0, 10.5), 3: "E", 4: (8.0, 32.0, 1.25), 5: b"\0", 6: 408.5,
        7: (5.0, 8.0, 9.0), 16: "T", 17: 123.4, 29: "2024:05:06",
    })  # fmt: skip
    for directory in (exif, exif.get_ifd(0x8769), exif.get_ifd(0x8825)):
        directory.update({tag: _exact(value) for tag, value in directory.items()})
    return exif


def _exact(value: Any) -> Any:
    """Numbers with a point as rationals, which is what cameras write; Pillow would take doubles."""
    if isinstance(value, tuple):
        return tuple(map(_exact, value))
    return IFDRational(round(value * 10000), 10000) if isinstance(value, float) else value


def bayer_dng(
    path: Path, scene: Floats, *, order: str = "RGGB", bits: int = 12, gain: float = 1.0,
    neutral: Floats = NEUTRAL, tags: tuple[Any, ...] = (), **options: Any,
) -> Path:  # fmt: skip
    """A phone-like raw file of `scene`: one colour a pixel, two levels, white balance, colour matrix."""
    linear = np.where(scene <= 0.04045, scene / 12.92, ((scene + 0.055) / 1.055) ** 2.4) * gain
    black, white = 2 ** (bits - 4), 2**bits - 1
    colours = black + (white - black) * np.clip(linear * neutral, 0, 1)
    mosaic = np.empty(scene.shape[:2])
    for at, channel in enumerate(BAYER[order]):
        mosaic[at // 2 :: 2, at % 2 :: 2] = colours[at // 2 :: 2, at % 2 :: 2, channel]
    extra = [
        (33421, 3, 2, (2, 2), False), (33422, 1, 4, bytes(BAYER[order]), False), (271, 2, 0, "Maker", False),
        (50706, 1, 4, bytes([1, 4, 0, 0]), False), (50708, 2, 0, "Phone 7 raw", False),
        (50714, 3, 1, black, False), (50717, 4, 1, white, False), (50778, 3, 1, 21, False),
        (50721, 10, 9, rationals(np.linalg.inv(TO_XYZ)), False), (50728, 5, 3, rationals(neutral), False), *tags,
    ]  # fmt: skip
    tifffile.imwrite(
        path, np.rint(mosaic).astype(np.uint16), photometric=32803, extratags=_once(extra), **options
    )
    return path


#: Options of tifffile for raw data in JPEG XL and in lossless JPEG.
JPEG_XL: dict[str, Any] = {"compression": 52546, "compressionargs": {"lossless": True}}
LOSSLESS_JPEG: dict[str, Any] = {"compression": 7, "compressionargs": {"lossless": True, "predictor": 1}}


def lossless_jpeg(bits: int) -> dict[str, Any]:
    """Options of tifffile for raw data of so many bits in lossless JPEG."""
    return {**LOSSLESS_JPEG, "compressionargs": {**LOSSLESS_JPEG["compressionargs"], "bitspersample": bits}}


def linear_dng(
    path: Path, scene: Floats, *, white: int = 65535, black: int = 0, matrix: Floats | None = None,
    neutral: Floats = NEUTRAL, tags: tuple[Any, ...] = (), **options: Any,
) -> Path:  # fmt: skip
    """A demosaiced raw file of `scene` as newer phones write it; `matrix` (3, 3): from XYZ to what the camera sees."""
    light = np.where(scene <= 0.04045, scene / 12.92, ((scene + 0.055) / 1.055) ** 2.4)
    seen = np.linalg.inv(TO_XYZ) if matrix is None else matrix
    mixed = seen @ TO_XYZ
    channels = light @ (mixed / mixed.sum(axis=1, keepdims=True)).T
    stored = np.rint(black + (white - black) * np.clip(channels * neutral, 0, 1)).astype(np.uint16)
    extra = [
        (271, 2, 0, "Maker", False), (50706, 1, 4, bytes([1, 7, 0, 0]), False), (50708, 2, 0, "Phone 9", False),
        (50714, 3, 3, (black,) * 3, False), (50717, 3, 3, (white,) * 3, False), (50778, 3, 1, 21, False),
        (50721, 10, 9, rationals(seen), False), (50728, 5, 3, rationals(neutral), False), *tags,
    ]  # fmt: skip
    tifffile.imwrite(path, stored, photometric=34892, extratags=_once(extra), **options)
    return path


def opcode_list(*opcodes: tuple[int, bytes], optional: int = 0) -> bytes:
    """A DNG's list of corrections of these numbers and parameters; `optional` bit 0 lets a reader skip them."""
    parts = [struct.pack(">4I", number, 0x01030000, optional, len(data)) + data for number, data in opcodes]
    return struct.pack(">I", len(opcodes)) + b"".join(parts)


def gain_map(
    gains: Floats, *, top: int = 0, left: int = 0, bottom: int, right: int, pitch: int = 1, planes: int = 1,
) -> tuple[int, bytes]:  # fmt: skip
    """A GainMap (points down, points across) over the whole picture for the pixels of an area."""
    down, across = gains.shape
    spacing = (1 / max(down - 1, 1), 1 / max(across - 1, 1))
    area = struct.pack(">8I", top, left, bottom, right, 0, planes, pitch, pitch)
    grid = struct.pack(">2I4dI", down, across, *spacing, 0.0, 0.0, 1)
    return 9, area + grid + gains.astype(">f4").tobytes()


def _once(tags: list[Any]) -> list[Any]:
    """Each tag as it was last said."""
    return list({tag[0]: tag for tag in tags}.values())


def two_illuminants(neutral: tuple[float, ...] = (0.45, 1.0, 0.62)) -> tuple[Any, ...]:
    """Tags of a phone's colours: two calibrated lights, and what makes this unit differ from its model."""
    own = np.diag([1.02, 1.0, 0.98])
    numbers = {50721: TUNGSTEN, 50722: PHONE, 50723: own, 50724: own}
    return (
        (50778, 3, 1, 17, False), (50779, 3, 1, 21, False), (50728, 5, 3, rationals(np.array(neutral)), False),
        *((tag, 10, 9, rationals(values), False) for tag, values in numbers.items()),
    )  # fmt: skip


def rationals(values: Any) -> tuple[int, ...]:
    """Numbers as pairs over ten thousand."""
    return tuple(number for value in np.ravel(values) for number in (round(float(value) * 10000), 10000))
