"""A camera's noise follows the photons, its lens is soft in the corners, its sharpening is bounded."""

from dataclasses import replace

import numpy as np
import pytest

from dualzoom.evaluation.phones import Camera
from dualzoom.evaluation.phones.light import decode
from dualzoom.resampling import luma

PERFECT = Camera(blur_px=0, electrons=1e9, read=0, reduction="none", sharpen=0, quality=100, full_chroma=True)


def shoot(camera: Camera, light: np.ndarray) -> np.ndarray:
    return camera.shoot(light, np.random.default_rng(1)).astype(float)


def even(code: int) -> np.ndarray:
    return decode(np.full((128, 128, 3), code / 255, np.float32))


def test_a_perfect_camera_keeps_an_even_tone() -> None:
    np.testing.assert_allclose(shoot(PERFECT, even(128)), 128, atol=1)


def test_noise_falls_as_the_root_of_the_photons() -> None:
    few, many = (shoot(replace(PERFECT, electrons=well), even(128)).std() for well in (200, 3200))
    assert few == pytest.approx(4 * many, rel=0.2)


def test_the_corners_are_softer_than_the_middle() -> None:
    checks = decode((np.indices((128, 128)).sum(0) // 4 % 2 * np.float32(0.6) + 0.2)[..., None].repeat(3, 2))
    made = shoot(replace(PERFECT, blur_px=0.3, corner_blur_px=2.0), checks)
    assert made[:16, :16].std() < 0.6 * made[56:72, 56:72].std()


def test_a_veil_lifts_the_dark_beside_the_bright() -> None:
    light = np.zeros((64, 64, 3), np.float32)
    light[:, 32:] = 0.9
    plain, veiled = (shoot(replace(PERFECT, veil=veil), light) for veil in (0.0, 0.1))
    assert veiled[:, 24:28].mean() > plain[:, 24:28].mean() + 10


def test_sharpening_overshoots_by_no_more_than_its_bound() -> None:
    light = even(80)
    light[:, 64:] = decode(np.float32(160 / 255))
    soft = replace(PERFECT, blur_px=0.8)
    plain, tame, wild = (
        luma(shoot(camera, light))
        for camera in (soft, replace(soft, sharpen=4, overshoot=0), replace(soft, sharpen=4))
    )
    slack = 0.01 * 255 + 3  # the bound's own, and JPEG's
    assert tame.min() >= plain.min() - slack
    assert tame.max() <= plain.max() + slack
    assert wild.max() > plain.max() + 2 * slack
