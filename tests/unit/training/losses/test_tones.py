"""The twin of `colour.tones` that networks learn by: the same tones, and a way for gradients."""

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.colour.tones import SIGMA_PX, give_back_tones
from dualzoom.training.losses.tones import slow, tone_difference, toned
from dualzoom.training.simulate import patterns

REACH_PX = round(4 * SIGMA_PX) + 1  # of the wide: the Gaussian and one pixel of interpolation


def pictures(height: int = 80, width: int = 96) -> tuple[np.ndarray, np.ndarray]:
    """A wide, and an enlargement of something similar (uint16)."""
    rng = np.random.default_rng(5)
    scene = patterns.draw(2 * width, rng)[: 2 * height]
    off = 0.08 * np.cos(np.arange(2 * width) / 20)[None, :, None] + rng.normal(0, 0.02, scene.shape)
    wide = cv2.resize(scene, (width, height), interpolation=cv2.INTER_AREA)
    return tuple((65535 * (0.2 + 0.6 * np.clip(p, 0, 1))).astype(np.uint16) for p in (wide, scene + off))


def tensor(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(picture.astype(np.float32) / 65535).permute(2, 0, 1)[None]


def test_results_are_judged_with_the_tones_that_they_get_in_use() -> None:
    wide, made = pictures()
    mine = toned(tensor(made), tensor(wide))[0].permute(1, 2, 0).numpy()
    used = made.copy()
    give_back_tones(used, wide)
    off = np.abs(mine - used / 65535)
    assert np.abs(used.astype(float) - made).mean() > 0.02 * 65535  # there is something to give back
    inner = slice(2 * REACH_PX, -2 * REACH_PX)
    assert off[inner, inner].max() < 3 / 65535
    assert off.max() < 4 / 255  # the ends of pictures are repeated here and mirrored there


def test_slow_is_the_gaussian() -> None:
    picture = torch.rand(2, 3, 20, 31, generator=torch.Generator().manual_seed(1))
    expected = gaussian_filter(picture.numpy(), (0, 0, SIGMA_PX, SIGMA_PX), mode="nearest")
    np.testing.assert_allclose(slow(picture).numpy(), expected, atol=1e-5)
    flat = torch.full((1, 3, 7, 9), 0.4)
    torch.testing.assert_close(slow(flat), flat)


def test_a_picture_has_the_tones_of_its_own_half() -> None:
    wide, made = (tensor(part) for part in pictures())
    half = F.avg_pool2d(made, 2)
    assert float(tone_difference(made, half)) < 1e-6
    torch.testing.assert_close(toned(made, half), made, atol=1e-6, rtol=0)
    assert float(tone_difference(made, wide)) > 0.02


@pytest.mark.parametrize("cast", [0.1, -0.05])
def test_a_cast_counts_as_much_as_it_is_and_is_given_back(cast: float) -> None:
    wide = tensor(pictures()[0])
    made = wide.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert float(tone_difference(made + cast, wide)) == pytest.approx(abs(cast), rel=1e-4)
    torch.testing.assert_close(toned(made + cast, wide), made, atol=1e-5, rtol=0)


def test_grain_hardly_counts() -> None:
    wide = tensor(pictures()[0])
    grain = torch.randn(wide.shape, generator=torch.Generator().manual_seed(2))
    made = (wide + 0.05 * grain).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert float(tone_difference(made, wide)) < 0.1 * 0.05


def test_gradients_reach_every_pixel_of_the_result() -> None:
    wide, made = (tensor(part) for part in pictures())
    made.requires_grad_()
    tone_difference(made, wide).backward()
    assert bool((made.grad != 0).all())
    before, step = made.detach(), made.detach() - 20 * made.grad
    assert float(tone_difference(step, wide)) < float(tone_difference(before, wide))
