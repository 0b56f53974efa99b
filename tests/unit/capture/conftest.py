"""Pictures, and files made of them by other code than ours, so that reading and writing are checked from outside."""

import io
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
