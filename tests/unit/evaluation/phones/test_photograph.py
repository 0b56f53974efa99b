"""Simulated phones: repeatable, worse than a perfect camera, with a tele that sees more than the wide can."""

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import PHONES, Camera, Capture, Phone, photograph
from dualzoom.evaluation.phones.light import decode, encode
from dualzoom.geometry import Region, Size
from dualzoom.metrics.full_size import score, tele_blocks
from dualzoom.metrics.image_quality import psnr
from dualzoom.registration import register
from dualzoom.resampling import enlarge_bicubic
from dualzoom.scene import render

PERFECT = Camera(
    blur_px=0, electrons=1e9, read=0, reduction="none", sharpen=0, quality=100, full_chroma=True
)  # fmt: skip
IDEAL = Phone(name="ideal", wide=PERFECT, tele=PERFECT)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return render(3, size=Size(480, 360), noise=0, depth_layers=False).truth


@pytest.fixture(scope="module")
def ideal(truth) -> Capture:
    return photograph(truth, IDEAL, seed=1)


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(truth, phone) -> None:
    one, again, other = (photograph(truth, phone, seed) for seed in (1, 1, 2))
    assert one.wide.tobytes() == again.wide.tobytes()
    assert one.tele.tobytes() == again.tele.tobytes()
    assert one.inside == again.inside
    assert one.wide.tobytes() != other.wide.tobytes()  # other noise
    assert one.inside != other.inside  # held otherwise


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
def test_shapes_fit_and_what_the_tele_sees_lies_in_the_frame(truth, phone) -> None:
    odd = truth[:479, :637]  # cut to multiples of four
    made = photograph(odd, phone, seed=4)
    np.testing.assert_array_equal(made.truth, odd[:476, :636])
    assert made.wide.shape == (238, 318, 3)
    assert Region.full(Size.of(made.truth)).contains(made.inside)
    for seen, whole in ((made.inside.width, 636), (made.inside.height, 476)):
        assert 0.75 < seen * phone.ratio / whole < 0.96  # less its margin and its turn


def test_a_perfect_camera_gives_back_the_halved_truth(truth, ideal) -> None:
    """Averaged in linear light; what is missing is the mosaic's: a colour a pixel."""
    light = cv2.resize(decode(truth.astype(np.float32) / 255), (480, 360), interpolation=cv2.INTER_AREA)
    halved = np.rint(encode(light) * 255).astype(np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(halved, (0, 0), 2), np.uint8)
    seen = photograph(smooth.repeat(2, 0).repeat(2, 1), IDEAL, seed=1).wide
    assert psnr(seen, smooth, border=4) > 45  # nothing for the mosaic to lose
    assert psnr(ideal.wide, halved, border=4) > 26
    moved = np.roll(halved, 1, axis=1)
    assert (
        psnr(ideal.wide, halved, border=4) > psnr(ideal.wide, moved, border=4) + 4
    )  # it lies where it should


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
def test_every_phone_loses_more_than_a_perfect_camera(truth, ideal, phone) -> None:
    best = psnr(enlarge_bicubic(ideal.wide), ideal.truth, border=16)
    made = photograph(truth, phone, seed=1)
    assert psnr(enlarge_bicubic(made.wide), made.truth, border=16) < best - 0.05


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
def test_the_tele_has_detail_above_the_limit_of_the_wide(truth, phone) -> None:
    made = photograph(truth, phone, seed=1)
    found = register(Photo(pixels=made.wide), Photo(pixels=made.tele))
    assert found.ratio == pytest.approx(phone.ratio, rel=0.01)
    seen = tele_blocks(made.wide, made.tele, found.homography)
    assert len(seen.blocks) >= 12
    there = score(made.truth, made.wide, seen).detail
    assert there > score(enlarge_bicubic(made.wide), made.wide, seen).detail + 0.15


def test_inside_is_what_the_tele_sees(truth) -> None:
    """A mark in the truth shows in the tele where it lies inside, and not where it lies outside."""
    place = photograph(truth, IDEAL, seed=1).inside
    shown = []
    for x in (place.x + 2, place.x - 60):
        marked = np.full_like(truth, 128)
        marked[place.y + 20 : place.y + 40, x : x + 20] = 255
        shown.append(int(photograph(marked, IDEAL, seed=1).tele.max()))
    assert shown[0] > 240
    assert shown[1] < 140


def test_what_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="400×252 is too small"):
        photograph(np.zeros((255, 400, 3), np.uint8), PHONES[0], seed=1)
