"""The degradation: what pixels show of it, and one estimate per wide."""

import torch

from dualzoom.network.degradation import (
    FEATURES,
    HALVED_AREA,
    HALVED_BICUBIC,
    KINDS,
    PATCH_PX,
    SIZE,
    DegradationEstimator,
    is_native,
    measurements,
    settle,
)


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
    expected = {"native": (0.4,) * SIZE, "bicubic": HALVED_BICUBIC, "area": HALVED_AREA}
    for number, kind in enumerate(KINDS):
        estimates[:, SIZE:] = 0
        estimates[:2, SIZE + number] = 5  # two are sure, three are undecided
        assert torch.equal(settle(estimates), torch.tensor(expected[kind]))


def test_assuming_decides_where_a_wide_looks_only_a_little_native() -> None:
    plain, assuming = DegradationEstimator(), DegradationEstimator(assume_native=True)
    native = torch.full((SIZE,), 0.4)
    for lead, taken, assumed in (
        (-0.5, False, False),
        (0.5, False, True),
        (1.0, False, True),
        (2.0, True, True),
    ):
        estimates = torch.full((5, SIZE + len(KINDS)), 0.4)
        estimates[:, SIZE:] = torch.tensor([lead, 0.0, -9.0])
        found = [torch.equal(one.settle(estimates, noise()), native) for one in (plain, assuming)]
        assert found == [taken, assumed]
        assert [is_native(one.settle(estimates, noise())) for one in (plain, assuming)] == found


def test_beside_photos_from_elsewhere_a_doubtful_wide_counts_as_halved() -> None:
    """Halved photos lead by up to 2.1, cameras' own by 4 and more; those that lead by less are halved anyway."""
    estimator = DegradationEstimator()
    for lead, plain, beside in ((1.0, False, False), (2.1, True, False), (4.0, True, True)):
        estimates = torch.full((5, SIZE + len(KINDS)), 0.4)
        estimates[:, SIZE:] = torch.tensor([lead, -9.0, 0.0])
        assert is_native(estimator.settle(estimates, noise())) is plain
        assert is_native(estimator.settle(estimates, noise(), beside_refs=True)) is beside


def test_any_size_has_a_condition() -> None:
    estimator = DegradationEstimator().eval()
    for height, width in ((20, 30), (64, 64), (130, 200)):
        assert estimator.of_batch(torch.rand(2, 3, height, width)).shape == (2, SIZE)


def test_a_pooled_estimator_gives_the_numbers_and_single_patches_the_kind() -> None:
    torch.manual_seed(2)
    plain, pooling = DegradationEstimator().eval(), DegradationEstimator(pooled=True).eval()
    pooling.load_state_dict(plain.state_dict(), strict=False)
    patches, estimates = noise(6), torch.zeros(6, SIZE + len(KINDS))
    assert pooling.pooled is not None
    torch.nn.init.constant_(pooling.pooled.together[-1].bias, 0.7)  # type: ignore[arg-type]
    torch.nn.init.zeros_(pooling.pooled.together[-1].weight)  # type: ignore[arg-type]
    estimates[:, SIZE] = 9
    with torch.no_grad():
        torch.testing.assert_close(pooling.settle(estimates, patches), torch.full((SIZE,), 0.7))
        assert torch.equal(plain.settle(estimates, patches), torch.zeros(SIZE))
        estimates[:, SIZE:] = torch.tensor([0.0, 9.0, 0.0])
        assert torch.equal(pooling.settle(estimates, patches), torch.tensor(HALVED_BICUBIC))
        assert pooling.of_batch(noise(2)).shape == (2, SIZE)
