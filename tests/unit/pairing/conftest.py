"""Small photos as a phone writes them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

START = datetime(2024, 5, 6, 7, 8, 9)
Shoot = Callable[..., Path]


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """A small photo: `shoot("a.jpg", focal=26, after=3)`."""

    def run(name: str, focal: int = 26, after: float = 0, model: str = "Phone 7", **other: Any) -> Path:
        exif = Image.Exif()
        exif.update({271: "Maker", 272: model, 305: other.get("software", "Firmware 1.2")})
        taken = START + timedelta(seconds=int(after))
        inner = {36867: f"{taken:%Y:%m:%d %H:%M:%S}", 37521: f"{round(after % 1 * 1000):03d}", 41989: focal}
        if "exposure" in other:  # seconds, ISO
            time, iso = other["exposure"]
            inner |= {33434: IFDRational(1, round(1 / time)), 33437: IFDRational(18, 10), 34855: iso}
        if "bias" in other:
            inner[37380] = IFDRational(round(3 * other["bias"]), 3)
        exif.get_ifd(0x8769).update(inner)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = other.get("pixels", np.zeros((8, 8, 3), np.uint8))
        more = {"xmp": other["xmp"]} if "xmp" in other else {}
        Image.fromarray(pixels).save(path, exif=exif.tobytes(), **more)
        return path

    return run
