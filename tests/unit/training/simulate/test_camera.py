"""The simulated camera: nothing is changed unasked, and each fault is of the strength that it says."""

import numpy as np

from dualzoom.training.simulate import camera
from dualzoom.training.simulate.camera import Shot


def test_a_perfect_camera_changes_nothing_but_rounds(photos: list[np.ndarray]) -> None:
    scene = photos[0][:64, :64].astype(np.float32) / 255
    assert np.array_equal(camera.process(scene, Shot(), np.random.default_rng(0)), scene)


def test_noise_has_the_strength_it_says() -> None:
    grey = np.full((200, 200, 3), 0.5, np.float32)
    noisy = camera.process(grey, Shot(noise=0.02), np.random.default_rng(1))
    assert 0.009 < noisy.std() < 0.03


def test_a_mosaic_keeps_flat_colours_and_guesses_fine_lines() -> None:
    flat = np.broadcast_to(np.float32([0.8, 0.4, 0.1]), (32, 32, 3)).copy()
    lines = flat * (1 + 0.2 * (np.arange(32) % 2))[None, :, None].astype(np.float32)
    for seed in range(8):  # every phase of the pattern
        assert (
            np.abs(camera.process(flat, Shot(mosaic=True), np.random.default_rng(seed)) - flat).max() < 0.01
        )
        guessed = camera.process(lines, Shot(mosaic=True), np.random.default_rng(seed))
        assert np.abs(guessed - lines)[4:-4, 4:-4].max() > 0.05


def test_a_coarse_pitch_loses_what_lies_above_its_limit_and_keeps_the_grid() -> None:
    x = np.arange(96, dtype=np.float32)
    for period, least, most in ((12, 0.85, 1.1), (2.3, 0.0, 0.5)):
        wave = np.broadcast_to((0.5 + 0.3 * np.sin(2 * np.pi * x / period))[None, :, None], (96, 96, 3))
        seen = camera.process(wave.astype(np.float32), Shot(pitch=1.5), np.random.default_rng(1)) - 0.5
        kept = float((seen * (wave - 0.5))[:, 12:-12].sum() / np.square(wave - 0.5)[:, 12:-12].sum())
        assert least <= kept <= most


def test_smeared_colours_leave_luma_alone() -> None:
    """Red beside a grey of the same luma: the colour runs over the edge, the brightness shows none."""
    scene = np.full((64, 64, 3), 0.5, np.float32)
    scene[:, 32:] = 0.5 + np.float32([0.2, -0.2 * 0.299 / 0.587, 0.0])
    smeared = camera.process(scene, Shot(smear_px=2.5), np.random.default_rng(0))
    luma = [picture @ np.float32([0.299, 0.587, 0.114]) for picture in (scene, smeared)]
    assert np.abs(luma[1] - luma[0]).max() < 1.5 / 255
    beyond = [float(picture[:, 29, 0].mean()) for picture in (scene, smeared)]
    assert beyond[1] > beyond[0] + 0.02


def test_averaged_patches_clean_flat_parts_and_keep_edges() -> None:
    scene = np.full((96, 96, 3), 0.35, np.float32)
    scene[:, 48:] = 0.65
    plain, painted = (
        camera.process(scene, Shot(noise=0.05, denoise=denoise, patches=True), np.random.default_rng(2))
        for denoise in (0.0, 1.0)
    )
    assert painted[:, :40].mean(2).std() < 0.5 * plain[:, :40].mean(2).std()
    step = [float((picture[:, 50] - picture[:, 45]).mean()) for picture in (scene, painted)]
    assert step[1] > 0.8 * step[0]


def test_counted_light_has_the_noise_it_says_at_mid_grey_and_more_in_the_shadows() -> None:
    deviations = {}
    for level in (0.1, 0.5, 0.9):
        grey = np.full((200, 200, 3), level, np.float32)
        noisy = camera.process(grey, Shot(noise=0.03, read=3.0), np.random.default_rng(1))
        deviations[level] = float(noisy.std())
    assert 0.027 < deviations[0.5] < 0.033
    assert deviations[0.1] > 1.8 * deviations[0.5]
    assert deviations[0.9] < 1.1 * deviations[0.5]


def test_noise_of_counted_light_is_reduced_alike_in_shadows_and_lights() -> None:
    left = []
    for level in (0.25, 0.5, 0.8):
        grey = np.full((96, 96, 3), level, np.float32)
        plain, smooth = (
            camera.process(
                grey, Shot(noise=0.04, read=2.0, denoise=denoise, patches=True), np.random.default_rng(2)
            )
            for denoise in (0.0, 1.0)
        )
        left.append(float(smooth.mean(2).std() / plain.mean(2).std()))
    assert max(left) < 0.55
    assert max(left) < 2 * min(left)


def test_bounded_halos_leave_the_range_of_the_neighbours_by_no_more_than_they_say() -> None:
    scene = np.full((64, 64, 3), 0.35, np.float32)
    scene[:, 32:] = 0.65
    for overshoot, most in ((None, 1.0), (0.2, 0.65 + 0.2 * 0.3 + 1 / 255), (0.0, 0.65 + 1 / 255)):
        shot = Shot(sharpen=2.0, sharpen_px=2.0, overshoot=overshoot)
        sharp = camera.process(scene, shot, np.random.default_rng(0))
        assert sharp.max() <= most
        assert sharp.max() > (0.7 if overshoot is None else 0.65 + 0.9 * overshoot * 0.3 - 1 / 255)
