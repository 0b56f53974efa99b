"""Lessons: the same for the same seed, of one camera, and gradients that are what their description says."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.registry import build_network
from dualzoom.training.adapt.adapter import Adapter
from dualzoom.training.config import LessonConfig
from dualzoom.training.lessons import Lesson, errors, gradients, make_lesson
from dualzoom.training.simulate import patterns
from dualzoom.training.simulate.camera import Shot
from dualzoom.training.simulate.one_camera import Cameras, simulate_place
from dualzoom.training.simulate.sample import SimulationConfig

CPU = torch.device("cpu")
CONFIG = LessonConfig(steps=3, batch=2, tiles=4, questions=4)
NETWORK = {
    "architecture": "dcsr-lite", "channels": 8, "encoder_blocks": 1, "reference_blocks": 1, "decoder_blocks": 1,
    "matching_channels": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [(255 * patterns.draw(300, rng)).astype(np.uint8) for _ in range(3)]


@pytest.fixture
def network() -> RestorationNetwork:
    torch.manual_seed(5)
    return build_network(NETWORK)


def lesson_of(
    photos: list[np.ndarray], network: RestorationNetwork, seed: int, config: LessonConfig = CONFIG
) -> Lesson:
    assert network.estimator is not None
    return make_lesson(photos, (seed, 0), config, network.estimator.eval())


def test_same_seed_same_lesson_and_other_seed_another(
    photos: list[np.ndarray], network: RestorationNetwork
) -> None:
    first, again, other = (lesson_of(photos, network, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.tiles.pairs[0].wide, again.tiles.pairs[0].wide)
    assert torch.equal(first.questions.truth, again.questions.truth)
    assert first.config == again.config
    assert not torch.equal(first.questions.truth, other.questions.truth)


@pytest.mark.parametrize("kind", ["harsh", "counted", "bounded"])
def test_each_share_of_wide_cameras_counts(
    photos: list[np.ndarray], network: RestorationNetwork, kind: str
) -> None:
    none = replace(CONFIG, harsh=0.0)
    usual, other = (lesson_of(photos, network, 1, one) for one in (none, replace(none, **{kind: 1.0})))
    assert not np.array_equal(usual.tiles.pairs[0].wide, other.tiles.pairs[0].wide)


def test_all_wides_of_a_lesson_are_degraded_alike(
    photos: list[np.ndarray], network: RestorationNetwork
) -> None:
    lesson = lesson_of(photos, network, 3)
    told = lesson.questions.degradation
    assert told.shape[0] == CONFIG.questions
    assert torch.equal(told, told[:1].expand_as(told))
    tile = lesson.tiles.tile(lesson.tiles.inside[0])
    assert tile.degradation is not None
    assert np.array_equal(tile.degradation, told[0].numpy())


def test_a_perfect_phone_shows_the_scene_and_a_noisy_wide_does_not(photos: list[np.ndarray]) -> None:
    """Tiles lie on the scene: only what the cameras do, and a fraction of a pixel, is between them."""
    config = SimulationConfig(drawn=0.0)

    def place(wide: Shot) -> tuple[float, float]:
        rng = np.random.default_rng(1)
        made = simulate_place(photos, Cameras(wide=wide, tele=Shot()), 48, config, rng, registered=True)
        half = made.truth.reshape(48, 2, 48, 2, 3).mean((1, 3))
        return float(np.abs(made.wide - half).mean()), float(
            np.corrcoef(made.tele.ravel(), made.truth.ravel())[0, 1]
        )

    assert place(Shot())[0] < 1 / 255
    assert place(Shot(noise=0.1))[0] > 0.03
    assert place(Shot())[1] > 0.98


def test_with_a_learning_rate_of_nothing_the_gradient_is_the_networks_own(
    photos: list[np.ndarray], network: RestorationNetwork
) -> None:
    lesson = lesson_of(photos, network, 4, replace(CONFIG, learning_rate=0.0))
    found = gradients(network, lesson, CPU)
    network.train().zero_grad()
    errors(network, lesson.questions).backward()  # type: ignore[no-untyped-call]
    own = {
        name: p.grad
        for name, p in network.named_parameters()
        if p.grad is not None and "estimator" not in name
    }
    assert own.keys() == found.keys()
    for name, gradient in own.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-4, rtol=0.02)


def test_the_network_itself_does_not_change(photos: list[np.ndarray], network: RestorationNetwork) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    taught = gradients(network, lesson_of(photos, network, 4), CPU)
    untaught = gradients(network, lesson_of(photos, network, 4, replace(CONFIG, learning_rate=0.0)), CPU)
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())
    assert any(not torch.allclose(taught[name], untaught[name], atol=1e-5) for name in taught)


def test_following_the_gradients_makes_a_calibrated_network_better(
    photos: list[np.ndarray], network: RestorationNetwork
) -> None:
    """Of one lesson, twelve steps: what is asked after calibration is answered better than before."""
    lesson = lesson_of(photos, network, 6)

    def after_calibration() -> float:
        taught = _taught(network, lesson)
        with torch.no_grad():
            return float(errors(taught, lesson.questions))

    first = after_calibration()
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    for _ in range(12):
        found = gradients(network, lesson, CPU)
        for name, parameter in network.named_parameters():
            parameter.grad = found.get(name)
        optimizer.step()
    assert after_calibration() < 0.95 * first


def _taught(network: RestorationNetwork, lesson: Lesson) -> RestorationNetwork:
    adapter = Adapter(network, lesson.config, CPU)
    for _ in range(lesson.config.steps):
        adapter.train_step(lesson.tiles)
    return adapter.network
