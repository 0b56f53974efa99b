"""Pictures, and files made of them by other code than ours, so that reading and writing are checked from outside."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dualzoom.capture.photo import Photo

Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def scene(faults: Any) -> Floats:
    """A smooth colourful picture, 96 × 128, sRGB-encoded 0..1; no two of its orientations are alike."""
    picture: Floats = faults.scene()
    return picture


@pytest.fixture(scope="session")
def rgb8(scene: Floats) -> NDArray[np.uint8]:
    return np.rint(scene * 255).astype(np.uint8)


@pytest.fixture(scope="session")
def rgb16(scene: Floats) -> NDArray[np.uint16]:
    return np.rint(scene * 65535).astype(np.uint16)


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Save an array or Pillow image by Pillow: `save("a.jpg", pixels, quality=90)`."""

    def run(name: str, pixels: Any, **options: Any) -> Path:
        picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
        path = tmp_path / name
        picture.save(path, **options)
        return path

    return run


@pytest.fixture
def open_image() -> Callable[[Path], Image.Image]:
    """Open by Pillow, wholly loaded and closed."""

    def run(path: Path) -> Image.Image:
        picture = Image.open(io.BytesIO(path.read_bytes()))
        picture.load()
        return picture

    return run


@pytest.fixture
def photo(rgb8: NDArray[np.uint8]) -> Photo:
    return Photo(pixels=rgb8)


@pytest.fixture(scope="session")
def jxl_with_icc(scene: Floats) -> Callable[[bytes], bytes]:
    """`jxl_with_icc(profile)`: a JPEG put into JPEG XL without loss, with its embedded profile."""

    def run(icc: bytes) -> bytes:
        import imagecodecs

        jpeg = io.BytesIO()
        Image.fromarray(np.rint(scene[:32, :48] * 255).astype(np.uint8)).save(jpeg, "JPEG", icc_profile=icc)
        return bytes(imagecodecs.jpegxl_encode_jpeg(jpeg.getvalue()))

    return run


@pytest.fixture(scope="session")
def odd_profile() -> Callable[[str], bytes]:
    """`odd_profile("curves")`: Display P3 with curves that no encoding names; "table": one of tables alone."""

    def run(kind: str) -> bytes:
        from dualzoom.capture import colour_tag, linear_light

        p3 = colour_tag.profile(12, 13) or b""
        tags = linear_light._tags(p3, "p3")
        if kind == "table":
            matrices = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
            kept = {name: content for name, content in tags.items() if name not in matrices}
            return linear_light._assemble(p3, {**kept, b"A2B0": _table(False), b"B2A0": _table(True)})
        steps = np.linspace(0, 1, 64)
        values = np.rint(65535 * (0.9 * steps**1.8 + 0.1 * steps)).astype(">u2")
        curve = b"curv" + struct.pack(">II", 0, 64) + values.tobytes()
        return linear_light._assemble(p3, {**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})

    return run


def _table(back: bool) -> bytes:
    """A table (lut16Type) between RGB and XYZ under D50 by a gamma of 2 and primaries of our own, or back."""
    matrix = np.array([[0.50, 0.30, 0.16], [0.26, 0.67, 0.07], [0.02, 0.09, 0.71]])
    axis = np.linspace(0, 1, 17)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1)
    ramp, whole = np.linspace(0, 1, 256), 32768 / 65535  # XYZ of 1 is stored as 32768
    if back:
        cells = np.clip(grid / whole @ np.linalg.inv(matrix).T, 0, 1)
        curves, after = ramp, np.sqrt(ramp)
    else:
        cells, curves, after = np.clip(grid @ matrix.T * whole, 0, 1), ramp**2, ramp
    head = b"mft2" + struct.pack(">I4B9i", 0, 3, 3, 17, 0, *(65536 * np.eye(3, dtype=int)).ravel().tolist())
    stored = [np.tile(curves, 3), cells.ravel(), np.tile(after, 3)]
    body = b"".join(np.rint(np.clip(part, 0, 1) * 65535).astype(">u2").tobytes() for part in stored)
    return head + struct.pack(">HH", 256, 256) + body
