"""The page of many pictures: complete in itself, deaf to names, exact at 100 and 200 %."""

import base64
import io
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from PIL import Image

from dualzoom.report.side_by_side import Panel, Table, side_by_side

HOSTILE = "<script>alert(1)</script>\"'><img src=http://e.example/a.png>&"


class Images(HTMLParser):
    """The attributes of all pictures, and the names of all tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data):
        self.words += data


def soft(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(128, 900, (90, 120, 3))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 4), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def pictures() -> dict[str, np.ndarray]:
    return {"bicubic": soft(1), HOSTILE: soft(2), "truth": soft(3)}


@pytest.fixture(scope="module")
def made(pictures) -> str:
    close = {label: picture[10:40, 20:60] for label, picture in pictures.items()}
    panel = Panel(where=f"1: {HOSTILE}", pictures=pictures, close=close)
    table = Table(heads=("pair", "row", "PSNR, dB"), rows=((HOSTILE, "bicubic", "28.75"), ("", "truth", "-")))
    return side_by_side(HOSTILE, [table], {HOSTILE: [panel]}, [HOSTILE]).decode()


def test_every_picture_is_there_in_order_at_100_and_at_200_percent(made, pictures):
    images = Images(made).images
    assert len(images) == 2 * len(pictures)
    for zoom, shown in ((1, images[:3]), (2, images[3:])):
        for image, (label, picture) in zip(shown, pictures.items(), strict=True):
            wanted = picture if zoom == 1 else picture[10:40, 20:60]
            data = base64.b64decode((image["src"] or "").removeprefix("data:image/jpeg;base64,"))
            pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            assert np.abs(pixels.astype(int) - wanted).mean() < 3
            size = (zoom * wanted.shape[1], zoom * wanted.shape[0])
            assert (int(image["width"] or 0), int(image["height"] or 0)) == size
            assert (image["alt"] or "").startswith(f"{label}, ")


def test_names_are_text_and_nothing_is_fetched(made):
    parsed = Images(made)
    assert "script" not in parsed.tags
    assert all((image["src"] or "").startswith("data:image/jpeg;") for image in parsed.images)
    assert parsed.words.count(HOSTILE) >= 5  # title, heading, remark, table, caption
    assert not re.search(r"url\(|@import", made)
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in made


def test_numbers_stand_to_the_right_and_names_to_the_left(made):
    assert '<th scope="col">row</th><th scope="col" class="number">PSNR, dB</th>' in made
    assert '<td>bicubic</td><td class="number">28.75</td>' in made


def test_of_several_frames_each_can_be_gone_to(pictures):
    panel = Panel(where="1", pictures=pictures, close=pictures)
    table = Table(heads=("photo", "row"), rows=())
    one, three = (
        side_by_side("t", [table], {f"{HOSTILE}{n}": [panel] for n in range(count)}).decode()
        for count in (1, 3)
    )
    assert re.findall(r'href="#([^"]+)"', one) == []
    assert re.findall(r'href="#([^"]+)"', three) == re.findall(r'<section id="([^"]+)"', three)
    assert len(re.findall(r'<section id="([^"]+)"', three)) == 3
