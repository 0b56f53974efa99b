"""Metrics against slow, independent versions."""

import math

import numpy as np
import pytest

from dualzoom.geometry import Region
from dualzoom.metrics.image_quality import inner, mse, psnr, ssim


def test_psnr_equals_its_definition_in_a_region_and_on_a_mask() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 256, (2, 40, 50, 3), dtype=np.uint8)
    region = Region(8, 4, 30, 20)
    total, count = 0.0, 0
    for y in range(5, 24):  # border 5 cuts the region's first row
        for x in range(8, 38):
            for channel in range(3):
                total += (int(a[y, x, channel]) - int(b[y, x, channel])) ** 2
                count += 1
    assert psnr(a, b, border=5, region=region) == pytest.approx(10 * math.log10(255**2 * count / total))
    where = rng.uniform(size=(40, 50)) > 0.5
    inside, outside = mse(a, b, where=where), mse(a, b, where=~where)
    share = where.mean()
    assert share * inside + (1 - share) * outside == pytest.approx(mse(a, b))


def test_psnr_does_not_depend_on_the_bit_depth_and_is_infinite_for_equals() -> None:
    a, b = np.random.default_rng(2).integers(0, 256, (2, 20, 20, 3), dtype=np.uint8)
    eight = psnr(a, b)
    assert psnr(a.astype(np.uint16) * 257, b.astype(np.uint16) * 257) == pytest.approx(eight)
    assert psnr(a / 255, b / 255) == pytest.approx(eight)
    assert psnr(a, a) == math.inf
    assert math.isnan(psnr(a, b, where=np.zeros((20, 20), bool)))
    with pytest.raises(ValueError, match="shape or type"):
        psnr(a, b.astype(np.uint16))


def test_inner_never_leaves_the_frame() -> None:
    assert inner((40, 50, 3), 4) == (slice(4, 36), slice(4, 46))
    assert inner((40, 50, 3), 4, Region(-10, 30, 100, 100)) == (slice(30, 36), slice(4, 46))


def test_ssim_equals_the_sum_over_windows() -> None:
    rng = np.random.default_rng(3)
    a = rng.integers(0, 256, (15, 17, 3), dtype=np.uint8)
    b = np.clip(a.astype(int) + rng.integers(-40, 40, a.shape), 0, 255).astype(np.uint8)
    line = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weight = np.outer(line, line) / line.sum() ** 2
    scores = []
    for y in range(5):
        for x in range(7):
            for channel in range(3):
                p = a[y : y + 11, x : x + 11, channel] / 255
                q = b[y : y + 11, x : x + 11, channel] / 255
                mp, mq = (weight * p).sum(), (weight * q).sum()
                vp, vq = (weight * (p - mp) ** 2).sum(), (weight * (q - mq) ** 2).sum()
                cov = (weight * (p - mp) * (q - mq)).sum()
                top = (2 * mp * mq + 1e-4) * (2 * cov + 9e-4)
                scores.append(top / ((mp**2 + mq**2 + 1e-4) * (vp + vq + 9e-4)))
    assert ssim(a, b) == pytest.approx(np.mean(scores), abs=1e-9)
    assert ssim(a, a) == pytest.approx(1)
    with pytest.raises(ValueError, match="11"):
        ssim(a[:10], b[:10])
