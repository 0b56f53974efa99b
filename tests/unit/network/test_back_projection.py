"""Laws of back projection onto the wide."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.back_projection import back_project, give_leeway, leeway_of, project, projects
from dualzoom.network.blocks import bicubic_up
from dualzoom.network.condition import NAMES, NOISE_UNIT, SIZE
from dualzoom.network.registry import build

ROUNDING = 0.5 / 255


def smooth(seed: int, side: int = 16) -> Tensor:
    coarse = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    return F.interpolate(coarse, (side, side), mode="bicubic", align_corners=False).clamp(0.1, 0.9)


def real(noise: float = 0.0) -> Tensor:
    condition = torch.full((1, SIZE), 0.3)
    condition[0, NAMES.index("noise")] = noise
    return condition


def test_a_clean_wide_changes_nothing() -> None:
    picture = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(back_project(picture, smooth(1), torch.zeros(1, SIZE)), picture)


def test_only_the_real_items_of_a_batch_are_corrected() -> None:
    lr = torch.cat([smooth(1), smooth(1)])
    picture = bicubic_up(lr) + 0.1
    out = back_project(picture, lr, torch.cat([torch.zeros(1, SIZE), real()]))
    assert torch.equal(out[0], picture[0])
    assert (out[1] - picture[1]).abs().min() > 0.05


@pytest.mark.parametrize("off", [0.2, -0.2])
def test_four_fifths_of_a_wrong_brightness_are_given_back(off: float) -> None:
    lr = smooth(2)
    picture = F.interpolate(lr, scale_factor=2, mode="nearest")  # whose means are the wide
    out = back_project(picture + off, lr, real())
    left = math.copysign(ROUNDING + 0.2 * (abs(off) - ROUNDING), off)
    torch.testing.assert_close(F.avg_pool2d(out, 2) - lr, torch.full_like(lr, left), atol=1e-6, rtol=0)


def test_a_fifth_of_a_wrong_colour_is_given_back() -> None:
    """Colours that differ by the same brightness: 0.299 R + 0.587 G + 0.114 B = 0."""
    lr = smooth(2)
    off = torch.tensor([0.2, -0.2 * 0.299 / 0.587, 0.0])[:, None, None]
    out = back_project(F.interpolate(lr, scale_factor=2, mode="nearest") + off, lr, real())
    left = F.avg_pool2d(out, 2) - lr
    torch.testing.assert_close(left, (0.8 * off).expand_as(left), atol=0.4 * ROUNDING, rtol=0)


def test_no_pixel_strays_further_than_before_nor_beyond_the_wide() -> None:
    generator = torch.Generator().manual_seed(9)
    lr, picture = torch.rand(1, 3, 16, 16, generator=generator), torch.rand(1, 3, 32, 32, generator=generator)
    difference = lr - F.avg_pool2d(picture, 2)
    left = lr - F.avg_pool2d(back_project(picture, lr, real()), 2)
    assert (left.square().sum(1) < difference.square().sum(1)).all()
    assert (left * difference).sum(1).min() > 0


def test_leeway_scales_what_is_left() -> None:
    generator = torch.Generator().manual_seed(9)
    lr, picture = torch.rand(1, 3, 16, 16, generator=generator), torch.rand(1, 3, 32, 32, generator=generator)
    whole, half, none = (
        lr - F.avg_pool2d(back_project(picture, lr, real(0.5), leeway), 2) for leeway in (1.0, 0.5, 0.0)
    )
    torch.testing.assert_close(half, whole / 2, atol=1e-6, rtol=0)
    torch.testing.assert_close(none, torch.zeros_like(none), atol=1e-6, rtol=0)


def test_the_finest_lines_come_back_too() -> None:
    """A checkerboard of single pixels, which bicubic enlargement all but loses."""
    lr = smooth(6)
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(8, 8) * 0.1
    out = back_project(F.interpolate(lr, scale_factor=2, mode="nearest"), lr + board, real())
    assert (F.avg_pool2d(out, 2) - lr - board).abs().max() < 0.2 * 0.1 + ROUNDING  # a fifth of it stays


def test_no_other_picture_that_shows_the_wide_changes_the_detail_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Least squares over all of them, nothing kept; detail is what the enlarged reduced picture lacks."""
    for kept in ("_ROUNDING", "_LUMA_SHARE", "_CHROMA_SHARE"):
        monkeypatch.setattr(f"dualzoom.network.back_projection.{kept}", 0.0)
    generator = torch.Generator().manual_seed(3)
    lr, picture = smooth(7, 6).double(), torch.rand(1, 3, 12, 12, dtype=torch.float64, generator=generator)
    detail = picture - bicubic_up(F.avg_pool2d(picture, 2))
    out = back_project(picture, lr, real().double())
    change = (out - bicubic_up(F.avg_pool2d(out, 2)) - detail).square().sum()
    base = torch.zeros(144, 1, 12, 12, dtype=torch.float64)
    base.view(144, -1).fill_diagonal_(1)
    reduce = F.avg_pool2d(base, 2).flatten(1).T  # 36 144
    high = (base - bicubic_up(F.avg_pool2d(base, 2))).flatten(1).T  # 144 144
    least = 0.0
    for channel in range(3):
        wanted = (lr - F.avg_pool2d(picture, 2))[0, channel].flatten()
        # Of all x with reduce x = wanted the one of least |high x|: x = x0 + null z.
        x0 = torch.linalg.pinv(reduce) @ wanted
        null = torch.linalg.svd(reduce).Vh[36:].T
        z = torch.linalg.lstsq(high @ null, -(high @ x0)).solution
        least += float((high @ (x0 + null @ z)).square().sum())
    assert float(change) == pytest.approx(least, rel=1e-6)


def test_what_rounding_explains_is_left_alone() -> None:
    picture = smooth(3, 32)
    lr = F.avg_pool2d(picture, 2)
    assert torch.allclose(back_project(picture, lr + 0.4 / 255, real()), picture, atol=1e-6)
    assert not torch.allclose(back_project(picture, lr + 1 / 255, real()), picture, atol=1e-6)


def test_more_is_left_alone_where_the_wide_is_noisy() -> None:
    lr = smooth(4)
    noisy = lr + NOISE_UNIT * torch.randn(lr.shape, generator=torch.Generator().manual_seed(1))
    quiet, told = (back_project(bicubic_up(lr), noisy, real(noise)) - bicubic_up(lr) for noise in (0.0, 1.0))
    assert told.square().mean() < 0.25 * quiet.square().mean()


def test_detail_that_the_wide_cannot_show_stays() -> None:
    lr = smooth(5)
    fine = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(16, 16) * 0.05
    base = bicubic_up(lr)
    difference = back_project(base + fine, lr, real()) - back_project(base, lr, real())
    torch.testing.assert_close(difference, fine.expand_as(difference), atol=1e-6, rtol=0)


LITE = {
    "architecture": "dcsr-lite",
    "channels": 8,
    "encoder_blocks": 1,
    "reference_blocks": 1,
    "decoder_blocks": 1,
}
FULL = {
    "architecture": "dcsr", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_lr_blocks": 1,
    "decoder_hr_blocks": 1,
}  # fmt: skip


@pytest.mark.parametrize("config", [LITE, FULL], ids=["lite", "full"])
def test_projection_is_the_last_thing_a_network_does_and_can_be_left_out(config: dict[str, object]) -> None:
    torch.manual_seed(2)
    network = build(config).eval()
    without = build({**config, "projection": False}).eval()
    without.load_state_dict(network.state_dict())
    lr, condition = smooth(1), real()
    ref = F.interpolate(smooth(3), scale_factor=2, mode="bicubic")
    assert (projects(network), projects(without)) == (True, False)
    with torch.no_grad():
        for given in ((lr, None, None, condition), (lr, ref, None, condition)):
            plain = without(*given)
            assert torch.equal(network(*given), back_project(plain, lr, condition))
            assert not torch.equal(network(*given), plain)
        strict = build({**config, "projection_leeway": 0.5}).eval()
        strict.load_state_dict(network.state_dict())
        give_leeway(network, 0.5)
        assert (leeway_of(network), leeway_of(strict)) == (0.5, 0.5)
        plain = without(lr, None, None, condition)
        for one in (network, strict):
            assert torch.equal(one(lr, None, None, condition), back_project(plain, lr, condition, 0.5))
        project(network, False)
        assert torch.equal(network(lr, None, None, condition), plain)


@pytest.mark.parametrize("architecture", ["dcsr-lite", "dcsr"])
@pytest.mark.parametrize("leeway", [-0.1, 1.1, float("nan")])
def test_no_file_gives_more_leeway_than_is_usual(architecture: str, leeway: float) -> None:
    with pytest.raises(ValueError, match="projection_leeway"):
        build({"architecture": architecture, "projection_leeway": leeway})


def test_a_network_without_projection_is_left_as_it_is() -> None:
    other = torch.nn.Identity()
    project(other, True)
    give_leeway(other, 0.5)
    assert leeway_of(other) == 1.0
    assert not projects(other)
