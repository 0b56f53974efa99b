"""Legibility: the share of characters on rendered signs that a program (RapidOCR) still reads in each enlargement.

    python tests/benchmarks/text.py --out DIR [--phones day old] [--only LABEL…] [--peers ../shared/peers] [--walls 1]
    [--caps 5 7 10 14]

A wall bears sixteen signs in four sizes, all of them twice: where the tele sees them, and where it does not. Capital
letters are `--caps` pixels high in the wide. Simulated phones (`evaluation.phones`) photograph the wall; the
programs of `rivals.py` enlarge what they took, each as a process of its own; ours calibrates as by default. Each sign
is cut out at its place and read as one line, so that nothing has to be found. Characters are right as far as
Levenshtein's distance says so, upper and lower case alike; gains over plain enlargement come with their standard error
over signs. DIR/text.html shows signs of all programs side by side.

The fonts are DejaVu's where the system has them (found through `fc-list`), else the one that Pillow brings.
"""

import argparse
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from rivals import DEFAULT, PROGRAMS, enlarge
from tally import Place, Tally, show, tables

from dualzoom.evaluation.phones import PHONES, photograph
from dualzoom.geometry import Region
from dualzoom.metrics.legibility import LineReader, line_reader, right_share
from dualzoom.report import contact_sheet
from dualzoom.report.side_by_side import Panel, side_by_side
from dualzoom.resampling import enlarge_bicubic

Picture = np.ndarray
WALL = (2112, 2816)  # height, width of the truth: the wide has half of that
CAPS_PX = (5, 7, 10, 14)  # in the wide
FINE = 4  # letters are drawn so many times larger, and reduced by area
WORDS = (
    "PLATFORM 7", "Way out", "No parking", "Bus 48 Nord", "OPEN 9-18", "Library", "Room 3125", "Bakery Holm",
    "Ticket office", "EXIT 26B", "KX 4071 BD", "Speed 50", "Pharmacy 24h", "Market Hall", "GATE C19", "Cafe Riviera",
)  # fmt: skip
STYLES = ("Sans", "Sans-Bold", "SansCondensed", "Serif", "SansCondensed-Bold", "Serif-Bold")
#: Paper and ink.
LOOKS = (
    ((240, 240, 236), (24, 24, 28)), ((20, 60, 140), (240, 240, 240)), ((18, 96, 58), (236, 238, 230)),
    ((30, 30, 32), (238, 196, 40)), ((238, 236, 228), (176, 24, 30)), ((210, 190, 150), (70, 44, 24)),
    ((226, 196, 52), (30, 28, 24)), ((150, 150, 148), (40, 42, 48)),
)  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """What is written, how high its capitals are in the wide, and where it lies in the truth."""

    text: str
    cap_px: int
    place: Region


@cache
def installed_fonts() -> dict[str, Path]:
    """Font files by name, as fontconfig lists them; empty where there is no fontconfig."""
    if shutil.which("fc-list") is None:
        return {}
    listed = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    paths = [Path(line.rstrip(": ")) for line in listed.splitlines()]
    return {path.stem: path for path in paths}


def font(number: int, cap_px: float) -> ImageFont.FreeTypeFont:
    """A font whose capitals have this height."""
    wanted = f"DejaVu{STYLES[number % len(STYLES)]}"
    path = installed_fonts().get(wanted)

    def sized(size: float) -> ImageFont.FreeTypeFont:
        return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)

    top, bottom = sized(200).getbbox("H")[1::2]
    return sized(200 * cap_px / (bottom - top))


def sign_picture(number: int, cap_px: int, rng: np.random.Generator) -> Picture:
    """A sign at the truth's size; its letters lie anywhere between pixels."""
    text, (paper, ink) = WORDS[number], LOOKS[number % len(LOOKS)]
    cap = 2 * cap_px * FINE
    letters = font(number, cap)
    left, top, right, bottom = letters.getbbox(text)
    room = int(0.7 * cap)
    width, height = (
        int(np.ceil((side + 2 * room + FINE) / FINE) * FINE) for side in (right - left, bottom - top)
    )
    picture = Image.new("RGB", (width, height), paper)
    shift = rng.integers(0, FINE, 2)
    ImageDraw.Draw(picture).text(
        (room - left + shift[0], room - top + shift[1]), text, fill=ink, font=letters
    )
    return cv2.resize(np.asarray(picture), (width // FINE, height // FINE), interpolation=cv2.INTER_AREA)


class Shelves:
    """Places rectangles from the left on shelves, shelf below shelf."""

    def __init__(self, area: Region, gap: int = 10) -> None:
        self._area, self._gap = area, gap
        self._x, self._y, self._height = area.x, area.y, 0

    def place(self, width: int, height: int) -> Region:
        """Returns the next free place."""
        if self._x + width > self._area.right:
            self._x, self._y, self._height = self._area.x, self._y + self._height + self._gap, 0
        assert self._y + height <= self._area.bottom, "the area is full"
        found = Region(self._x, self._y, width, height)
        self._x += width + self._gap
        self._height = max(self._height, height)
        return found


def wall(seed: int, ratio: float, caps_px: Sequence[int] = CAPS_PX) -> tuple[Picture, list[Sign]]:
    """A wall, and its signs: all in the middle, which a tele of `ratio` sees, and all again above and below."""
    rng = np.random.default_rng([seed, 17])
    height, width = WALL
    tiles = rng.uniform(60, 190, (22, 30, 1)) + rng.uniform(-25, 25, (22, 30, 3))
    picture = cv2.resize(tiles, (width, height), interpolation=cv2.INTER_NEAREST)
    for sigma, codes in ((1.0, 10), (5.0, 12)):
        soft = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), sigma)
        picture += (codes * soft / soft.std())[..., None]
    picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    middle = Region(0, 0, int(0.88 * width / ratio), int(0.88 * height / ratio))
    middle = middle.shift((width - middle.width) // 2, (height - middle.height) // 2)
    band = (height - int(1.15 * height / ratio)) // 2
    above = Region(24, 12, width - 48, band - 24)
    signs: list[Sign] = []
    for areas in ([middle], [above, above.shift(0, height - band)]):
        shelves = cycle([Shelves(area) for area in areas])
        for cap in sorted(caps_px, reverse=True):
            for number in rng.permutation(len(WORDS)):
                made = sign_picture(int(number), cap, rng)
                place = next(shelves).place(made.shape[1], made.shape[0])
                picture[place.slices] = made
                signs.append(Sign(WORDS[number], cap, place))
    return picture, signs


def seen_by(signs: list[Sign], inside: Region) -> Iterator[tuple[Sign, str]]:
    """Each sign with where it lies; leaves out those at the border of the tele's view."""
    near = inside.pad(inside.height // 12)
    for sign in signs:
        if inside.contains(sign.place):
            yield sign, "inside"
        elif near.intersect(sign.place).empty:
            yield sign, "outside"


def read_all(
    tally: Tally, reader: LineReader, label: str, camera: str, picture: Picture, signs: list[tuple[Sign, str]]
) -> None:
    """Reads every sign of an enlargement."""
    for sign, where in signs:
        share = right_share(sign.text, reader.line(picture[sign.place.slices]))
        tally.add(label, Place(where, sign.cap_px, camera), len(sign.text), share)


def panels(
    pictures: Mapping[str, Picture], signs: list[tuple[Sign, str]], caps_px: Sequence[int]
) -> list[Panel]:
    """The second sign of each size, in both places."""
    chosen = []
    for where in ("inside", "outside"):
        for cap in caps_px:
            sign = [one for one, place in signs if place == where and one.cap_px == cap][1]
            cells = {label: picture[sign.place.slices] for label, picture in pictures.items()}
            chosen.append(Panel(where=f"{where}, capitals of {cap} px", pictures=cells, close=cells))
    return chosen


def sheet(shown: list[Panel]) -> Picture:
    """A line for each panel, a column for each program."""
    lines = []
    for panel in shown:
        cells = {name: cut.repeat(2, 0).repeat(2, 1) for name, cut in panel.pictures.items()}
        line = contact_sheet.row([contact_sheet.label(cut, name) for name, cut in cells.items()])
        lines.append(contact_sheet.label(line, panel.where))
    return contact_sheet.column(lines)


def stored(path: Path) -> Picture:
    return cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--peers", type=Path, default=Path("../shared/peers"))
    parse.add_argument("--only", choices=PROGRAMS, nargs="+", default=DEFAULT)
    names = [phone.name for phone in PHONES]
    parse.add_argument("--phones", choices=names, nargs="+", default=names)
    parse.add_argument("--walls", type=int, default=1)
    parse.add_argument("--caps", type=int, nargs="+", default=CAPS_PX)
    parse.add_argument("--picture", type=Path, help="write some of the signs, twice as large, as JPEG")
    given = parse.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    inputs = given.out / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    shots = {}
    for phone in (phone for phone in PHONES if phone.name in given.phones):
        for seed in range(given.walls):
            truth, signs = wall(seed, phone.ratio, given.caps)
            shot = photograph(truth, phone, seed)
            shots[f"wall{seed}-{phone.name}"] = phone.name, shot, list(seen_by(signs, shot.inside))
            for role, pixels in (("wide", shot.wide), ("tele", shot.tele)):
                cv2.imwrite(str(inputs / f"wall{seed}-{phone.name}-{role}.png"), pixels[..., ::-1])
    for program in given.only:
        enlarge(program, inputs, given.out / program, given.peers)
    labels = ["bicubic", *given.only, "truth"]
    tally, reader, groups = Tally(), line_reader(), {}
    for name, (camera, shot, signs) in shots.items():
        made = {label: stored(given.out / label / f"{name}.png") for label in given.only}
        pictures = {"bicubic": enlarge_bicubic(shot.wide), **made, "truth": shot.truth}
        for label, picture in pictures.items():
            read_all(tally, reader, label, camera, picture, signs)
        groups[name] = panels(pictures, signs, given.caps)
    made_tables = tables(tally, labels, given.caps, given.phones)
    for where in ("inside", "outside"):
        print(f"{tally.count('truth', where)} signs {where}")
    print("\n\n".join(show(table) for table in made_tables))
    page = side_by_side("Legibility: share of characters read again", made_tables, groups)
    (given.out / "text.html").write_bytes(page)
    if given.picture:
        cv2.imwrite(
            str(given.picture), sheet(next(iter(groups.values())))[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88]
        )


if __name__ == "__main__":
    main()
