"""Each filter is OpenCV's, to the border."""

import cv2
import numpy as np
import pytest
import torch

from dualzoom.engine.on_device import filters

SHAPES = [(16, 40), (61, 37)]


def picture(shape: tuple[int, int]) -> tuple[np.ndarray, torch.Tensor]:
    pixels = np.random.default_rng(shape[0]).random((*shape, 3)).astype(np.float32)
    return pixels, torch.from_numpy(pixels).permute(2, 0, 1)


def host(x: torch.Tensor) -> np.ndarray:
    return x.permute(1, 2, 0).numpy()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("reach", "sigma"), [(3, 1.5), (4, 1.6), (24, 6.0)])
def test_gaussian(shape: tuple[int, int], reach: int, sigma: float) -> None:
    pixels, x = picture(shape)
    side = 2 * reach + 1
    expected = cv2.GaussianBlur(pixels, (side, side), sigma, borderType=cv2.BORDER_REFLECT_101)
    np.testing.assert_allclose(host(filters.gaussian(x, reach, sigma)), expected, atol=2e-6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("side", [3, 9])
def test_box(shape: tuple[int, int], side: int) -> None:
    pixels, x = picture(shape)
    np.testing.assert_allclose(host(filters.box(x, side)), cv2.blur(pixels, (side, side)), atol=2e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_greatest_and_least(shape: tuple[int, int]) -> None:
    pixels, x = picture(shape)
    kernel = np.ones((3, 3), np.uint8)
    assert np.array_equal(host(filters.greatest(x)), cv2.dilate(pixels, kernel))
    assert np.array_equal(host(filters.least(x)), cv2.erode(pixels, kernel))


@pytest.mark.parametrize("shape", [(16, 40), (62, 38)])
def test_sizes(shape: tuple[int, int]) -> None:
    pixels, x = picture(shape)
    half, double = ((int(shape[1] * factor), int(shape[0] * factor)) for factor in (0.5, 2))
    area = cv2.resize(pixels, half, interpolation=cv2.INTER_AREA)
    linear = cv2.resize(pixels, double, interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(host(filters.halved(x)), area, atol=1e-6)
    np.testing.assert_allclose(host(filters.doubled(x)), linear, atol=1e-6)


def test_luma() -> None:
    from dualzoom.resampling import luma

    pixels, x = picture(SHAPES[0])
    np.testing.assert_allclose(filters.luma(x)[0].numpy(), luma(pixels), atol=1e-6)
