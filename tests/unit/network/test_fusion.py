"""Adaptive fusion: Eqs. 3 and 4, and that zero validity is exact."""

import pytest
import torch

from dualzoom.network.fusion import FeatureFusion, ImageFusion, high_band


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_zero_validity_returns_the_wide_branch_exactly(dtype: torch.dtype) -> None:
    features = torch.randn(2, 8, 6, 7)
    picture, detail, confidence = torch.rand(2, 3, 6, 7), torch.randn(2, 3, 6, 7), torch.rand(2, 1, 6, 7)
    validity = torch.zeros(2, 1, 6, 7)
    with torch.no_grad(), torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
        fused = FeatureFusion(8)(features, torch.randn(2, 8, 6, 7), confidence, validity)
        image = ImageFusion()(picture, detail, confidence, validity)
    assert torch.equal(fused, features)
    assert torch.equal(image, picture)


def test_validity_is_local_and_multiplies_the_gate() -> None:
    fusion = FeatureFusion(4)
    sr, ref, confidence = torch.randn(1, 4, 6, 6), torch.randn(1, 4, 6, 6), torch.rand(1, 1, 6, 6)
    validity = torch.rand(1, 1, 6, 6).round()
    with torch.no_grad():
        whole, part = fusion(sr, ref, confidence), fusion(sr, ref, confidence, validity)
    torch.testing.assert_close(part, torch.where(validity > 0, whole, sr))
    assert not torch.equal(whole, sr)


def test_equation_three_and_four() -> None:
    features, image = FeatureFusion(4), ImageFusion()
    sr, ref, confidence = torch.randn(1, 4, 6, 6), torch.randn(1, 4, 6, 6), torch.rand(1, 1, 6, 6)
    picture, detail = torch.rand(1, 3, 6, 6), torch.randn(1, 3, 6, 6)
    with torch.no_grad():
        expected = features.g(confidence) * features.h(torch.cat([ref, sr], 1)) + sr
        torch.testing.assert_close(features(sr, ref, confidence), expected)
        expected = image.g_r(torch.cat([confidence, detail], 1)) * detail + picture
        torch.testing.assert_close(image(picture, detail, confidence), expected)


def test_the_high_band_holds_what_the_lr_grid_cannot() -> None:
    flat = torch.full((1, 3, 8, 8), 0.3)
    torch.testing.assert_close(high_band(flat), torch.zeros_like(flat), atol=1e-6, rtol=0)
    checks = (torch.arange(8)[:, None] + torch.arange(8)) % 2 * 1.0
    checks = checks.expand(1, 3, 8, 8)
    torch.testing.assert_close(high_band(checks), checks - 0.5, atol=1e-6, rtol=0)
