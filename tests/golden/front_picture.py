"""Makes the picture on the front page: the frame of the rendered demo pair, and crops of it at 100 %.

    python tests/golden/front_picture.py [PATH]

Writes front.jpg beside this file, or PATH. Each crop lies side by side enlarged by bicubic, as dualzoom's result and
as the truth; the first place is inside the tele's view, the second outside.
"""

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dualzoom import api, capture
from dualzoom.cli import demo_pair
from dualzoom.geometry import Region, Size
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render

Picture = NDArray[np.uint8]

SEED = 7  # what `dualzoom demo` renders
CROP, GAP, TITLE = (
    Size(296, 196),
    6,
    26,
)  # three crops fill the width that a page of GitHub gives to a picture
PLACES = {"1": Region(790, 836, CROP.width, CROP.height), "2": Region(4, 812, CROP.width, CROP.height)}
PAPER, INK, VIEW, MARK = (24, 24, 24), (236, 236, 236), (255, 210, 0), (255, 255, 255)
MOST_BYTES = 300_000


def main(path: Path) -> None:
    """Zoom the demo pair, draw, write."""
    scene = render(SEED)
    with tempfile.TemporaryDirectory() as folder:
        for name, photo in demo_pair.photos(scene).items():
            capture.write(photo, Path(folder) / name)
        wide, tele = (capture.read(Path(folder) / name) for name in ("wide.jpg", "tele.jpg"))
    result = api.zoom(wide, tele)
    assert result.registration is not None
    ours = np.asarray(result.photo.pixels, np.uint8)
    columns = {
        "bicubic": enlarge_bicubic(np.asarray(wide.pixels, np.uint8)),
        "dualzoom": ours,
        "the truth": scene.truth,
    }
    drawn = draw(ours, 2 * result.registration.overlap, columns)
    drawn.save(path, quality=88, subsampling=0, optimize=True)
    assert path.stat().st_size < MOST_BYTES
    print(path)


def draw(frame: Picture, outline: NDArray[np.float64], columns: dict[str, Picture]) -> Image.Image:
    """The frame above, with the tele's outline and the places of the crops; below it a row of crops for each place."""
    width = len(columns) * (CROP.width + GAP) - GAP
    shown = _frame(frame, outline, 2 * CROP.width + GAP)
    height = shown.height + len(PLACES) * (TITLE + CROP.height)
    sheet = Image.new("RGB", (width, height), PAPER)
    sheet.paste(shown, (0, 0))
    pen = ImageDraw.Draw(sheet)
    _legend(pen, shown.width + 16)
    top = shown.height
    for number, region in PLACES.items():
        for index, (name, picture) in enumerate(columns.items()):
            left = index * (CROP.width + GAP)
            pen.text((left + 6, top + 4), f"{number}  {name}", INK, _font(15))
            sheet.paste(Image.fromarray(picture[region.slices]), (left, top + TITLE))
        top += TITLE + CROP.height
    return sheet


def _frame(frame: Picture, outline: NDArray[np.float64], width: int) -> Image.Image:
    """The whole frame made small, the tele's view and the places of the crops drawn in."""
    scale = width / frame.shape[1]
    size = (width, round(frame.shape[0] * scale))
    small = Image.fromarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    pen = ImageDraw.Draw(small)
    pen.polygon([tuple(corner) for corner in outline * scale], outline=VIEW, width=3)
    for number, region in PLACES.items():
        box = [round(scale * edge) for edge in (region.x, region.y, region.right, region.bottom)]
        pen.rectangle(box, outline=MARK, width=2)
        pen.text((box[2] + 5, box[1] + 3), number, MARK, _font(18), stroke_width=2, stroke_fill=PAPER)
    return small


def _legend(pen: ImageDraw.ImageDraw, left: int) -> None:
    """Beside the frame: what its lines mean."""
    pen.line([(left, 24), (left + 28, 24)], VIEW, 3)
    pen.text((left + 38, 15), "what the tele saw", INK, _font(15))
    lines = (
        "All of the frame is",
        "twice as wide and high.",
        "",
        "1  inside the tele's view:",
        "its real detail",
        "",
        "2  outside it: enlarged by",
        "the network alone, which",
        "learned from this tele",
        "",
        "Crops at 100 %.",
        "A rendered scene, so that",
        "the truth is known.",
    )
    pen.multiline_text((left, 48), "\n".join(lines), INK, _font(15), spacing=6)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("front.jpg"))
