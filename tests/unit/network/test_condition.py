"""The condition: what can be read off pixels, and one answer per wide."""

import pytest
import torch

from dualzoom.network.condition import (
    CLEAN,
    CLEAN_BY_AREA,
    FEATURES,
    KINDS,
    PATCH_PX,
    SIZE,
    ConditionEstimator,
    is_real,
    measurements,
    presume_real,
    presumes_real,
    settle,
)
from dualzoom.network.registry import build_network


def noise(count: int = 4) -> torch.Tensor:
    return torch.rand(count, 3, PATCH_PX, PATCH_PX, generator=torch.Generator().manual_seed(1))


def test_measurements_are_finite_even_on_flat_patches() -> None:
    for patches in (noise(), torch.zeros(2, 3, PATCH_PX, PATCH_PX), torch.ones(2, 3, PATCH_PX, PATCH_PX)):
        found = measurements(patches)
        assert found.shape == (len(patches), FEATURES)
        assert torch.isfinite(found).all()


def test_blur_lowers_the_upper_bands_and_brightness_changes_nothing() -> None:
    patches = 0.5 * noise()
    blurred = torch.nn.functional.avg_pool2d(patches, 3, stride=1, padding=1)
    sharp, soft = measurements(patches), measurements(blurred)
    assert (soft[:, 12:18] < sharp[:, 12:18] - 1).all()
    torch.testing.assert_close(measurements(patches + 0.2)[:, :20], sharp[:, :20], atol=1e-2, rtol=1e-2)


def test_blocks_of_eight_stand_out_whatever_their_phase() -> None:
    ramp = torch.linspace(0, 1, PATCH_PX).expand(1, 3, PATCH_PX, PATCH_PX)
    stairs = torch.arange(PATCH_PX).add(3).div(8, rounding_mode="floor").float().expand_as(ramp) / 8
    assert measurements(stairs)[0, -1] > measurements(ramp)[0, -1] + 1


def test_a_wide_is_of_one_kind_never_between() -> None:
    estimates = torch.full((5, SIZE + len(KINDS)), 0.4)
    estimates[0, :SIZE] = 9  # an odd patch does not count
    expected = {"real": (0.4,) * SIZE, "clean": CLEAN, "clean by area": CLEAN_BY_AREA}
    for number, kind in enumerate(KINDS):
        estimates[:, SIZE:] = 0
        estimates[:2, SIZE + number] = 5  # two are sure, three are undecided
        assert torch.equal(settle(estimates), torch.tensor(expected[kind]))


def test_a_presumption_decides_where_a_wide_looks_only_a_little_real() -> None:
    plain, presuming = ConditionEstimator(), ConditionEstimator(presumes_real=True)
    real = torch.full((SIZE,), 0.4)
    for lead, taken, presumed in (
        (-0.5, False, False),
        (0.5, False, True),
        (1.0, False, True),
        (2.0, True, True),
    ):
        estimates = torch.full((5, SIZE + len(KINDS)), 0.4)
        estimates[:, SIZE:] = torch.tensor([lead, 0.0, -9.0])
        found = [torch.equal(one.settle(estimates), real) for one in (plain, presuming)]
        assert found == [taken, presumed]
        assert [is_real(one.settle(estimates)) for one in (plain, presuming)] == found


@pytest.mark.parametrize("architecture", ["dcsr-lite", "dcsr"])
def test_a_network_is_built_with_its_presumption(architecture: str) -> None:
    network = build_network({"architecture": architecture, "channels": 8})
    assert not presumes_real(network)
    presume_real(network)
    assert presumes_real(network)
    assert presumes_real(build_network({"architecture": architecture, "channels": 8, "presumes_real": True}))
    other = torch.nn.Identity()
    presume_real(other)
    assert not presumes_real(other)


def test_any_size_has_a_condition() -> None:
    estimator = ConditionEstimator().eval()
    for height, width in ((20, 30), (64, 64), (130, 200)):
        assert estimator.of(torch.rand(2, 3, height, width)).shape == (2, SIZE)
