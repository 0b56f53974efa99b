"""The page: complete in itself, deaf to what photos say, and working in a browser."""

import base64
import hashlib
import io
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from dualzoom.capture import Lens, Metadata, Photo, profiles
from dualzoom.capture.xmp import with_provenance
from dualzoom.errors import UsageError
from dualzoom.framing import Aim, framing
from dualzoom.report import page
from dualzoom.settings import FramingSettings

HOSTILE = "<script>alert('x')</script>&\"><img src=http://e.example/a.png onerror=alert(1)>"
VOID = {"meta", "img", "input"}


@pytest.fixture(scope="module")
def after() -> Photo:
    noise = np.random.default_rng(8).normal(0, 1, (240, 320, 3))
    pixels = np.clip(128 + 200 * cv2.GaussianBlur(noise, (0, 0), 2), 0, 255).astype(np.uint8)
    exif = Image.Exif()
    exif[271], exif[315] = "Maker", HOSTILE
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 10.5)
    note = with_provenance(None, {"Model": "toy", "Tele": HOSTILE})
    metadata = Metadata(exif=exif.tobytes().removeprefix(b"Exif\0\0"), icc=profiles.srgb(), xmp=note)
    return Photo(
        pixels=pixels, source=Path(f"{HOSTILE.replace('/', '-')}.jpg"), metadata=metadata, lens=Lens()
    )


@pytest.fixture(scope="module")
def before(after) -> Photo:
    return Photo(
        pixels=cv2.resize(after.pixels, (160, 120), interpolation=cv2.INTER_AREA), source=Path("wide.png")
    )


@pytest.fixture(scope="module")
def contribution():
    shown = np.zeros((120, 160), np.uint8)
    shown[30:90, 40:120] = 255
    return shown


@pytest.fixture(scope="module")
def made(before, after, contribution) -> bytes:
    return page(before, after, contribution=contribution, remarks=[HOSTILE, "the tele was halved"])


class Parsed(HTMLParser):
    """Tags with their attributes, and whether each was closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def picture(uri: str) -> Image.Image:
    head, _, data = uri.partition(";base64,")
    assert head in ("data:image/jpeg", "data:image/png")
    opened = Image.open(io.BytesIO(base64.b64decode(data)))
    opened.load()
    return opened


def test_nothing_is_fetched_from_anywhere(made):
    parsed = Parsed(made.decode())
    assert parsed.open == []
    assert not parsed.all("link")
    for _, attributes in parsed.found:
        assert "href" not in attributes
        assert (attributes.get("src") or "data:").startswith("data:")
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|WebSocket", made.decode())


def test_what_photos_say_is_text(made):
    parsed = Parsed(made.decode())
    assert len(parsed.all("script")) == 1
    assert sum(HOSTILE in words for words in parsed.words) >= 3  # EXIF, provenance, remark
    assert all((image["src"] or "").startswith("data:image/") for image in parsed.all("img"))


def test_only_our_script_and_style_may_run(made):
    text = made.decode()
    policy = next(meta["content"] for meta in Parsed(text).all("meta") if meta.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("script", "style"):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_pictures_are_what_they_are_called(made, before, after, contribution):
    images = {image["alt"]: image for image in Parsed(made.decode()).all("img")}
    whole = picture(images["after"]["src"])
    assert whole.size == (320, 240)
    assert whole.info["icc_profile"] == after.metadata.icc
    assert np.abs(np.asarray(whole).astype(int) - after.pixels).mean() < 4
    plain = cv2.resize(before.pixels, (320, 240), interpolation=cv2.INTER_LANCZOS4)
    assert np.abs(np.asarray(picture(images["before"]["src"])).astype(int) - plain).mean() < 4
    (shown,) = [image for name, image in images.items() if name.startswith("map")]
    assert np.array_equal(np.asarray(picture(shown["src"])), contribution)


def test_crops_are_pixels_of_the_result_at_the_places_they_name(made, after, contribution):
    crops = [
        image for image in Parsed(made.decode()).all("img") if (image["alt"] or "").startswith("after, ")
    ]
    assert len(crops) == 2  # one more with the tele's detail would not fit
    for crop in crops:
        x, y = map(int, re.findall(r"at (\d+), (\d+)", crop["alt"])[0])
        shown = np.asarray(picture(crop["src"])).astype(int)
        assert shown.shape == (int(crop["height"]), int(crop["width"]), 3) == (80, 80, 3)
        assert np.abs(shown - after.pixels[y : y + 80, x : x + 80]).mean() < 3
        share = contribution[y // 2 : y // 2 + 40, x // 2 : x // 2 + 40].mean() / 255
        assert share == ("tele" in crop["alt"])


def crop_of(text: bytes, place: str):
    """The crops whose words hold `place`: x, y, side."""
    images = [
        image for image in Parsed(text.decode()).all("img") if (image["alt"] or "").startswith("after, ")
    ]
    found = [image for image in images if place in image["alt"]]
    return [
        (*map(int, re.findall(r"at (\d+), (\d+)", image["alt"])[0]), int(image["width"])) for image in found
    ]


@pytest.mark.parametrize(
    ("area", "least"),
    [
        (np.s_[40:80, 20:140], 1.0),  # a low band: three quarters of a crop fit
        (np.s_[10:110, 70:82], 1.0),  # a narrow one
        (np.s_[50:57, 60:67], 0.4),  # less than any crop
    ],
)
@pytest.mark.parametrize("strength", [1.0, 0.3])
def test_the_teles_detail_is_shown_however_little_it_covers(before, after, area, least, strength):
    shown = np.zeros((120, 160), np.uint8)
    shown[area] = round(255 * strength)
    text = page(before, after, contribution=shown)
    places = crop_of(text, "with the tele's detail")
    assert places
    for x, y, side in places:
        assert 16 <= side <= 80
        covered = shown[y // 2 : (y + side) // 2, x // 2 : (x + side) // 2] > 0
        assert covered.mean() >= least
    assert crop_of(text, "from the wide alone")


def test_a_tele_that_gave_nothing_has_no_crop(before, after):
    text = page(before, after, contribution=np.zeros((120, 160), np.uint8))
    assert not crop_of(text, "with the tele's detail")
    assert crop_of(text, "from the wide alone")


def declarations(css: str, selector: str) -> dict[str, str]:
    """What applies to exactly this selector on every screen."""
    plain = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    bodies = [
        body
        for names, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain)
        if selector in [name.strip() for name in names.split(",")]
    ]
    parts = [part.split(":", 1) for body in bodies for part in body.split(";") if ":" in part]
    return {name.strip(): value.strip() for name, value in parts}


def test_no_picture_nor_word_is_wider_than_a_small_screen(made):
    """On 360 px: pictures shrink with their shape kept, boxes around them may shrink, long words break."""
    text = made.decode()
    (css,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    for selector in (".compare img", ".pair img", ".map"):
        rules = declarations(css, selector)
        assert "100%" in rules["max-width"], selector
        assert rules["height"] == "auto", selector
    assert declarations(css, "figure")["max-width"] == "100%"
    assert declarations(css, "figure")["min-width"] == "0"
    assert declarations(css, ".pair img")["min-width"] == "0"
    assert declarations(css, ".pair")["flex-wrap"] == "wrap"
    assert declarations(css, ".pair")["align-items"] == "flex-start"  # stretched, they would lose their shape
    assert declarations(css, "body")["overflow-wrap"] == "anywhere"
    assert not re.search(r"(?<![-\w])(min-)?width:\s*(3[6-9]\d|[4-9]\d\d|\d{4,})px", css)
    narrow = re.findall(r"@media \(max-width: (\d+)px\) \{(.*)\}", css)
    assert any(int(limit) >= 360 and "white-space: normal" in rules for limit, rules in narrow)


def test_where_the_photo_was_taken_stays_private(made):
    text = made.decode()
    assert "Place (GPS)" in text
    assert "47" not in re.sub(r"base64,[\w+/=]+|sha256-[\w+/=]+", "", text)


def test_a_view_is_compared_with_the_same_view(before, after):
    shown = framing(FramingSettings(at=2.0), before.size, Aim(90, 60, 2.0))
    zoomed = after.with_pixels(shown.of(after.pixels, before.size))
    images = {image["alt"]: image for image in Parsed(page(before, zoomed, view=shown).decode()).all("img")}
    pair = [np.asarray(picture(images[name]["src"])).astype(int) for name in ("before", "after")]
    assert np.abs(pair[0] - pair[1]).mean() < 12  # the same place, one softer
    assert np.abs(pair[0] - np.roll(pair[1], 8, axis=1)).mean() > 20


def test_other_shapes_are_refused(before, after):
    with pytest.raises(UsageError, match="shape"):
        page(before, after.with_pixels(after.pixels[:, :-8]))


def test_sixteen_bits_look_like_eight(before, after, made, contribution):
    deep = after.with_pixels(after.pixels.astype(np.uint16) * 257)
    images = [Parsed(text.decode()).all("img")[0]["src"] for text in (made, page(before, deep))]
    assert np.array_equal(*(np.asarray(picture(uri)) for uri in images))


def test_a_tiny_picture_makes_a_page():
    tiny = Photo(pixels=np.full((16, 20, 3), 90, np.uint8))
    assert b"</html>" in page(tiny, tiny.with_pixels(tiny.pixels.repeat(2, 0).repeat(2, 1)))


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=2000",
]


def browse(folder: Path, *arguments: str) -> str:
    """Run the browser with a profile of its own; what it prints."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.slow
def test_the_slider_divides_before_from_after_in_a_browser(after, tmp_path):
    """A black and a white photo: the share of black on the screen is what the slider says."""
    dark = Photo(pixels=np.zeros((240, 320, 3), np.uint8))
    text = page(dark, dark.with_pixels(dark.pixels + 255)).decode()
    drawn = tmp_path / "shot.png"
    for value in (50, 20):
        (tmp_path / "page.html").write_text(text.replace('value="50"', f'value="{value}"'))
        url = (tmp_path / "page.html").as_uri()
        browse(tmp_path, "--window-size=400,500", f"--screenshot={drawn}", url)
        row = np.asarray(Image.open(drawn).convert("L")).astype(int)
        start = int(np.argmax((row == 255).sum(axis=1) > 100)) + 60  # inside the picture, below the labels
        black, white = (row[start] < 8).sum(), (row[start] == 255).sum()
        assert black + white == pytest.approx(320, abs=16)  # but for the line between
        assert black / 320 == pytest.approx(value / 100, abs=0.04)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@pytest.mark.slow
def test_all_pictures_load_and_nothing_hostile_ran(made, tmp_path):
    (tmp_path / "page.html").write_bytes(made)
    tree = browse(tmp_path, "--dump-dom", (tmp_path / "page.html").as_uri())
    assert "--at: 50%" in tree  # our script ran under the policy
    assert len(Parsed(tree).all("script")) == 1
    assert len(Parsed(tree).all("img")) == len(Parsed(made.decode()).all("img"))
