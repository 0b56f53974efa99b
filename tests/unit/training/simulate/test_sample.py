"""Laws of a whole simulated sample."""

import functools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from dualzoom.network.degradation import HALVED_AREA, HALVED_BICUBIC
from dualzoom.resampling import halve_area
from dualzoom.training.simulate import SimulationConfig, camera, misalign, sample, shots, simulate

CONFIG = SimulationConfig(lr_patch_px=32)


def test_same_seed_same_sample_and_other_seed_another(photos: list[np.ndarray]) -> None:
    first, again, other = (simulate(photos, (1, i), CONFIG) for i in (5, 5, 6))
    for name in ("lr", "ref", "validity", "truth", "degradation", "shift"):
        assert np.array_equal(getattr(first, name), getattr(again, name), equal_nan=True)
    assert not np.array_equal(first.truth, other.truth)


def test_shapes_and_ranges(photos: list[np.ndarray]) -> None:
    for i in range(30):
        made = simulate(photos, (2, i), CONFIG)
        assert made.lr.shape == (32, 32, 3)
        assert made.ref.shape == made.truth.shape == (64, 64, 3)
        assert made.validity.shape == (64, 64)
        for array in (made.lr, made.ref, made.truth, made.validity):
            assert array.dtype == np.float32
            assert array.min() >= 0
            assert array.max() <= 1


def test_a_halved_wide_is_the_half_of_its_truth(photos: list[np.ndarray]) -> None:
    scene = photos[0][:128, :128].astype(np.float32) / 255
    ways = set()
    for seed in range(12):
        truth, lr, degradation = sample._halved_wide(scene, np.random.default_rng(seed), by_phone=True)
        halves = ((camera.halve_bicubic_8bit, HALVED_BICUBIC), (camera.halve_area_8bit, HALVED_AREA))
        fits = [told for half, told in halves if np.array_equal(lr, half(truth))]
        assert len(fits) == 1
        assert np.array_equal(degradation, np.float32(fits[0]))
        ways.update(fits)
    assert len(ways) == 2


def test_a_copy_is_the_photograph_itself_and_its_tele_nearly_so(photos: list[np.ndarray]) -> None:
    """What no phone took has the photograph as truth, and mostly a tele that is as sharp."""
    scene = photos[0][:128, :128].astype(np.float32) / 255
    truth, _, _ = sample._halved_wide(scene, np.random.default_rng(0), by_phone=False)
    assert np.array_equal(truth, scene)
    config = SimulationConfig(wrong=0, partial=0, defocused=0)
    other = photos[1][:128, :128].astype(np.float32) / 255

    def sharpness(*, perfect: bool) -> float:
        made = (
            sample.simulate_reference(
                scene, other, config, np.random.default_rng(seed), halved=True, perfect=perfect
            )
            for seed in range(12)
        )
        return float(np.mean([cv2.Laplacian(reference.picture, cv2.CV_32F).std() for reference in made]))

    assert sharpness(perfect=True) > sharpness(perfect=False)


def test_copies_have_their_share_and_perfect_teles_only_they(
    photos: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[bool, bool]] = []  # by a phone, perfect
    wide, reference = sample._halved_wide, sample.simulate_reference

    def listen_wide(scene, rng, *, by_phone):  # type: ignore[no-untyped-def]
        told.append((by_phone, False))
        return wide(scene, rng, by_phone=by_phone)

    def listen_reference(*given, halved, perfect):  # type: ignore[no-untyped-def]
        told[-1] = (told[-1][0], perfect)
        return reference(*given, halved=halved, perfect=perfect)

    monkeypatch.setattr(sample, "_halved_wide", listen_wide)
    monkeypatch.setattr(sample, "simulate_reference", listen_reference)
    config = replace(CONFIG, halved=1.0, copies=0.3)
    for seed in range(300):
        simulate(photos, (3, seed), config)
    assert told.count((True, True)) == 0
    assert told.count((True, False)) / 300 == pytest.approx(0.7, abs=0.08)
    assert told.count((False, True)) / 300 == pytest.approx(0.3 * 0.75, abs=0.08)
    told.clear()
    for seed in range(300):
        sample.simulate_wide(photos, (3, seed), config)
    assert told.count((True, False)) / 300 == pytest.approx(0.7, abs=0.08)


def _native(
    scene: np.ndarray, rng: np.random.Generator, config: SimulationConfig
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return sample._native_wide(scene, config, rng)


def test_wide_and_truth_share_their_pixel_grid(photos: list[np.ndarray]) -> None:
    """No half-pixel shift between LR and truth: the correlation peaks at zero displacement."""
    scene = cv2.GaussianBlur(photos[1][:160, :160], (0, 0), 1.5).astype(np.float32) / 255
    window = cv2.createHanningWindow((80, 80), cv2.CV_64F)
    usual, harsh = (functools.partial(_native, config=replace(CONFIG, harsh=share)) for share in (0.0, 1.0))
    for make in (functools.partial(sample._halved_wide, by_phone=True), usual, harsh):
        found = []
        for seed in range(12):
            truth, lr, _ = make(scene, np.random.default_rng(seed))
            grey = [cv2.cvtColor(x, cv2.COLOR_RGB2GRAY).astype(np.float64) for x in (halve_area(truth), lr)]
            found.append(cv2.phaseCorrelate(*grey, window)[0])
        assert (
            np.abs(np.median(found, axis=0)).max() < 0.05
        )  # single draws are noisy; a grid error would be 0.25


def test_the_shift_says_where_the_reference_shows_what_the_wide_shows(photos: list[np.ndarray]) -> None:
    """A scene laid off by whole LR pixels: moving the reference back by `shift` gives the scene again."""
    scene = cv2.GaussianBlur(photos[0][:96, :96], (0, 0), 2).astype(np.float32) / 255
    field = np.broadcast_to(np.float32([4, -6]), (96, 96, 2)).copy()  # (dx, dy) in HR px
    exact = np.float32([[1, 0, 0], [0, 1, 0]])
    shown = misalign.registered(scene, exact, field)
    reference = sample.SimulatedReference(
        shown, np.ones((96, 96), np.float32), field, np.ones((96, 96), np.float32)
    )
    shift = sample._shift(reference)
    assert np.array_equal(shift[20, 20], [3, -2])  # (dy, dx) in LR px
    low, wide = halve_area(shown), halve_area(scene)
    for y, x in ((12, 12), (20, 30), (33, 17)):
        dy, dx = shift[y, x].astype(int)
        assert np.allclose(low[y + dy, x + dx], wide[y, x], atol=1e-5)


def test_no_shift_is_known_where_the_reference_shows_something_else(photos: list[np.ndarray]) -> None:
    wrong = SimulationConfig(lr_patch_px=32, wrong=1.0)
    assert np.isnan(simulate(photos, (3, 1), wrong).shift).all()
    known = [simulate(photos, (3, i), SimulationConfig(lr_patch_px=32, wrong=0, partial=0)) for i in range(6)]
    assert any(np.isfinite(made.shift).all() for made in known)


def test_harsh_wides_are_noisier_and_softer_and_as_sure_as_any(photos: list[np.ndarray]) -> None:
    """Noise on a flat wall; and how far a sharp picture is from what is made of it."""
    flat, sharp = np.full((96, 96, 3), 0.5, np.float32), photos[0][:96, :96].astype(np.float32) / 255
    noise, loss = [], []
    for share in (0.0, 1.0):
        config = replace(CONFIG, harsh=share)
        wides = [
            [_native(scene, np.random.default_rng(seed), config)[1] for seed in range(24)]
            for scene in (flat, sharp)
        ]
        noise.append(float(np.mean([wide.std(axis=(0, 1)).mean() for wide in wides[0]])))
        loss.append(float(np.mean([np.abs(wide - halve_area(sharp)).mean() for wide in wides[1]])))
    assert noise[1] > 1.5 * noise[0]
    assert loss[1] > 1.3 * loss[0]
    config = replace(CONFIG, halved=0.0, harsh=1.0)
    first, again = (simulate(photos, (4, 2), config) for _ in range(2))
    assert np.array_equal(first.lr, again.lr)
    assert not np.array_equal(first.lr, simulate(photos, (4, 2), replace(config, harsh=0.0)).lr)


def test_without_harshness_nothing_is_drawn_for_it(
    photos: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else no earlier training could be repeated."""
    config = replace(CONFIG, halved=0.0)
    before = simulate(photos, (4, 2), config).lr
    monkeypatch.setattr(shots, "harsh", lambda rng: pytest.fail("not asked for"))
    assert np.array_equal(simulate(photos, (4, 2), config).lr, before)


def test_harsh_wides_have_their_share(photos: list[np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    usual, harsh = shots.usual, shots.harsh
    monkeypatch.setattr(shots, "usual", lambda rng: (made.append("usual"), usual(rng))[1])
    monkeypatch.setattr(shots, "harsh", lambda rng: (made.append("harsh"), harsh(rng))[1])
    for seed in range(300):
        sample.simulate_wide(photos, (5, seed), replace(CONFIG, halved=0.0, harsh=0.3))
    assert len(made) == 300
    assert made.count("harsh") / 300 == pytest.approx(0.3, abs=0.08)


def test_coded_wides_have_their_share_and_keep_kind_and_degradation(photos: list[np.ndarray]) -> None:
    """And without any, no draw is spent on them: the wides of earlier trainings stay."""
    changed = 0
    for seed in range(60):
        plain, half, every = (
            sample.simulate_wide(photos, (6, seed), replace(CONFIG, coded=share)) for share in (0.0, 0.5, 1.0)
        )
        assert not np.array_equal(every[0], plain[0])
        assert np.array_equal(every[1], plain[1])
        assert every[2] == plain[2]
        changed += not np.array_equal(half[0], plain[0])
    assert changed / 60 == pytest.approx(0.5, abs=0.2)
