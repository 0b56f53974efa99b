"""A tele counts for what it shows above the wide's limit; enlarging, blurring and copying do not pass for that."""

from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from dualzoom import capture
from dualzoom.capture.photo import Lens, Photo
from dualzoom.evaluation.phones import PHONES, Capture, photograph
from dualzoom.geometry import Region, Size
from dualzoom.reference import build
from dualzoom.reference.worth import Worth, explained, worth
from dualzoom.scene import random_capture, render

Picture = NDArray[np.uint8]


@cache
def scene(phone: int = 0) -> Capture:
    """A rendered street as a simulated phone takes it; the wide has 560 × 420 px."""
    return photograph(render(3, size=Size(560, 420)).truth, PHONES[phone], seed=1)


def judged(wide: Picture | Photo, tele: Picture | Photo) -> Worth:
    wide, tele = (
        part if isinstance(part, Photo) else Photo(pixels=np.ascontiguousarray(part)) for part in (wide, tele)
    )
    found = build(wide, tele)
    where = found.registration
    return worth(wide.pixels, found, where.window, ratio=where.ratio)


def enlarged(picture: Picture, factor: float, method: int = cv2.INTER_CUBIC) -> Picture:
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method)


def middle(picture: Picture) -> Picture:
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    return picture[height // 2 : height // 2 + height, width // 2 : width // 2 + width]


def sharpened(picture: Picture, amount: float) -> Picture:
    full = picture.astype(np.float32)
    return np.clip(full + amount * (full - cv2.GaussianBlur(full, (0, 0), 1.0)), 0, 255).astype(np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def blurred(picture: Picture, sigma_px: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), sigma_px)


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(2).normal(0, 12, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def grey(picture: Picture) -> Picture:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


USELESS = {
    "crop": lambda shot: enlarged(middle(shot.wide), 2),
    "crop, Lanczos, JPEG 75": lambda shot: jpeg(enlarged(middle(shot.wide), 2, cv2.INTER_LANCZOS4), 75),
    "crop, sharpened": lambda shot: sharpened(enlarged(middle(shot.wide), 2, cv2.INTER_LANCZOS4), 1.5),
    "crop, sharpened, JPEG 85": lambda shot: jpeg(sharpened(enlarged(middle(shot.wide), 2), 1.0), 85),
    "blurred": lambda shot: blurred(shot.tele, 2.5),
    "badly blurred": lambda shot: blurred(shot.tele, 4),
    "small copy": lambda shot: jpeg(enlarged(shot.tele, 1 / 2, cv2.INTER_AREA), 70),
    "same": lambda shot: shot.wide,
}
USEFUL = {
    "as it is": lambda tele: tele,
    "noisy": noisy,
    "JPEG 30": lambda tele: jpeg(tele, 30),
    "grey": grey,
}


@pytest.mark.parametrize("kind", USELESS)
def test_a_tele_without_detail_is_not_used_and_the_reason_is_said(kind: str) -> None:
    found = judged(scene().wide, USELESS[kind](scene()))
    assert (found.used, found.share) == (False, 0.0)
    assert found.reason
    assert "no more detail" in found.reason


def test_a_crop_of_a_second_exposure_is_not_used() -> None:
    truth = scene(1).truth
    again = photograph(truth, PHONES[1], seed=77).wide  # the same camera, other noise
    assert not judged(scene(1).wide, enlarged(middle(again), 2)).used


@pytest.mark.parametrize("kind", USEFUL)
def test_a_sharp_tele_is_used_whatever_else_is_wrong_with_it(kind: str) -> None:
    found = judged(scene().wide, USEFUL[kind](scene().tele))
    assert found.used
    assert found.share >= 0.9
    assert found.reason is None


def test_a_much_brighter_tele_is_used() -> None:
    # Half of the tele is blown; at 2.5 EV and more, `colour` refuses some pairs.
    bright = photograph(scene().truth, replace(PHONES[0], tele_ev=2.3), seed=1)
    assert judged(bright.wide, bright.tele).share >= 0.9


@pytest.mark.parametrize("phone", range(1, len(PHONES)))
def test_every_phones_tele_is_used(phone: int) -> None:
    assert judged(scene(phone).wide, scene(phone).tele).share >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_random_captures_are_used(seed: int) -> None:
    found = random_capture(seed)
    assert judged(found.wide, found.tele).share >= 0.9


def noisy(picture: Picture, sigma: float) -> Picture:
    grain = np.random.default_rng(5).normal(0, sigma, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def test_noise_is_no_detail_and_hides_none() -> None:
    shot = scene()
    assert not judged(shot.wide, noisy(enlarged(middle(shot.wide), 2), 25)).used
    useful = judged(shot.wide, noisy(shot.tele, 25))
    assert useful.used
    assert useful.share == 1.0


def test_the_more_blur_the_less_detail() -> None:
    details = [
        judged(scene().wide, blurred(scene().tele, sigma)).detail for sigma in (0.01, 0.7, 1.0, 1.5, 2.5)
    ]
    assert details == sorted(details, reverse=True)
    assert details[0] > 3 * details[2] > 0
    assert details[-1] == 0


def test_the_same_pair_gets_the_same_answer() -> None:
    first, second = (judged(scene().wide, scene().tele) for _ in range(2))
    assert first == second


def test_nothing_is_said_against_a_tele_where_nothing_can_be_measured() -> None:
    class Flat:
        def tile(self, region: Region) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            shape = (region.height, region.width)
            return np.full((*shape, 3), 0.5, np.float32), np.ones(shape, np.float32)

    wide = np.full((90, 120, 3), 128, np.uint8)
    assert worth(wide, Flat(), Region(10, 10, 80, 60)).share == 1.0  # type: ignore[arg-type]


def test_files_may_explain() -> None:
    wide, tele, cropped = (
        Photo(pixels=scene().wide, lens=lens)
        for lens in (Lens(focal_mm=5.7), Lens(focal_mm=9.0), Lens(focal_mm=5.7, digital_zoom=2.0))
    )
    assert explained(wide, tele) is None
    assert explained(Photo(pixels=scene().wide), tele) is None
    assert "2 times" in str(explained(wide, cropped))
    assert "5.7 mm" in str(explained(wide, wide))


def test_a_digital_zoom_is_told_as_exif_says_it() -> None:
    wide, tele = (
        Photo(pixels=scene().wide, lens=Lens(focal_mm=5.7, digital_zoom=zoom)) for zoom in (1.5, 3.0)
    )
    told = str(explained(wide, tele))
    assert "digitally, 3 times, the wide 1.5 times" in told
    assert (
        explained(tele, tele.with_pixels(tele.pixels)) == "its EXIF names the wide's own focal length, 5.7 mm"
    )


@pytest.mark.parametrize("case", ["same", "tele-is-crop"])
def test_known_cases_are_refused(case: str, shared: Path) -> None:
    wide, tele = (capture.read(shared / "cases" / case / f"{role}.jpg") for role in ("wide", "tele"))
    assert not judged(wide, tele).used


def test_a_digital_zoom_is_refused(shared: Path) -> None:
    wide, tele = (capture.read(shared / "cases" / f"digitalzoom-{role}.png") for role in ("wide", "tele"))
    assert not judged(wide, tele).used


@pytest.mark.parametrize("pair", ["patio", "tower"])
def test_real_teles_are_used(pair: str, shared: Path) -> None:
    wide, tele = (capture.read(shared / "pairs" / pair / f"{role}.jpg") for role in ("wide", "tele"))
    found = judged(wide, tele)
    assert found.share == 1.0
    assert found.detail > 0.8
