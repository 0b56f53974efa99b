"""Draws a board of known lettering in falling sizes, for `legibility` to read in enlargements.

The lettering lies in the middle, where every simulated tele sees it; around it are wider and coarser things, so that
registration finds its way and the tele's view has a border to show. In the truth all lines can be read; the wide, at
half the size, blurred and noisy, loses the smaller ones.

The font is the one that Pillow brings (Aileron, public domain), so the board is the same everywhere.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dualzoom.geometry import Region, Size

BOARD = Size(1536, 1152)
PLATE = Region(510, 386, 516, 380)  # of the board: what has the lettering
#: Size of the letters in pixels of the board (ascent to descent, about 1.4 capital letters), and the line.
LINES = (
    (32, "HARBOUR MUSEUM ENTRANCE"),
    (28, "Open daily from 9.30 to 18.45"),
    (24, "Last admission 17.15, closed on Monday"),
    (21, "Trams 3, 14 and 26 leave from platform 7"),
    (18, "Please keep bicycles off the footway and stairs"),
    (16, "Tickets 12.80, students 6.40, children under 8 free"),
    (14, "Lost property is kept for 30 days at the north counter"),
    (12, "Dogs are welcome in the courtyard garden, not in the galleries"),
    (11, "Photographs may be taken without flash for private purposes only"),
    (10, "Emergency exits are marked green; the lift holds 13 persons or 1000 kg"),
)
_MARGIN_PX, _LEADING = 14, 1.55
_PAPER, _INK = (238, 235, 226), (28, 32, 44)


def words() -> str:
    """Returns all words of the plate, line after line."""
    return " ".join(line for _, line in LINES)


@cache
def board() -> NDArray[np.uint8]:
    """Returns the board (1152, 1536, 3) uint8, always the same array: do not write to it."""
    picture = Image.fromarray(_surroundings())
    draw = ImageDraw.Draw(picture)
    draw.rectangle((PLATE.x, PLATE.y, PLATE.right - 1, PLATE.bottom - 1), fill=_PAPER)
    y = float(PLATE.y + _MARGIN_PX)
    for size, line in LINES:
        draw.text((PLATE.x + _MARGIN_PX, y), line, fill=_INK, font=ImageFont.load_default(size))
        y += _LEADING * size
    made = np.array(picture, np.uint8)
    made.flags.writeable = False
    return made


def _surroundings() -> NDArray[np.uint8]:
    """Draws painted tiles with a grain: structure at every place, and no letters."""
    rng = np.random.default_rng(11)
    tiles = rng.uniform(60, 200, (18, 24, 1)) + rng.uniform(-25, 25, (18, 24, 3))
    large = cv2.resize(tiles, (BOARD.width, BOARD.height), interpolation=cv2.INTER_NEAREST)
    grain = rng.normal(0, 1, (BOARD.height, BOARD.width))
    for sigma, codes in ((1.0, 14), (4.0, 12)):
        soft = cv2.GaussianBlur(grain, (0, 0), sigma)
        large += (codes * soft / soft.std())[..., None]
    return np.asarray(np.clip(np.rint(large), 0, 255), np.uint8)
