"""Scores know good from bad, and limits are limits."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from dualzoom.network.blocks import bicubic_up
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge, Scores, acceptable, better

START = Scores(tele_db=30.0, detail=0.8, energy=1.0, consistency_db=55.0)
CPU = torch.device("cpu")


def fine_grid(side: int) -> torch.Tensor:
    """±1 from pixel to pixel: nothing that a wide shows."""
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    return board.repeat(side // 2, side // 2)


class Bicubic(nn.Module):
    """No network at all; `grain` is added from pixel to pixel, `cast` everywhere."""

    def __init__(self, grain: float = 0.0, cast: float = 0.0) -> None:
        super().__init__()
        self.grain, self.cast = grain, cast

    def forward(self, wide, ref=None, validity=None, condition=None):
        return bicubic_up(wide) + self.cast + self.grain * fine_grid(2 * wide.shape[-1])


class Copy(nn.Module):
    """The reference, wherever there is one."""

    def forward(self, wide, ref=None, validity=None, condition=None):
        return bicubic_up(wide) if ref is None else ref


def test_a_gain_must_be_a_gain(config):
    assert not better(replace(START, tele_db=30.04), START, START, config)
    assert better(replace(START, tele_db=30.06), START, START, config)
    best = replace(START, tele_db=31.0)
    assert better(replace(START, tele_db=31.01), best, START, config)
    assert not better(best, best, START, config)


def test_truer_tones_alone_are_no_gain(config):
    scores = replace(START, consistency_db=70.0)
    assert acceptable(scores, START, config)
    assert not better(scores, START, START, config)


@pytest.mark.parametrize(
    ("loss", "fine"), [({"consistency_db": 50.1}, True), ({"consistency_db": 49.9}, False),
                       ({"energy": 0.95}, True), ({"energy": 0.92}, False), ({"energy": 1.5}, True),
                       ({"detail": 0.95, "energy": 0.8}, True),
                       ({"detail": 0.796}, True), ({"detail": 0.79}, False),
                       ({"consistency_db": float("nan")}, False), ({"detail": float("nan")}, False),
                       ({"energy": float("nan")}, False), ({"tele_db": float("nan")}, False)],
)  # fmt: skip
def test_the_limits_hold_whatever_is_gained(config, loss, fine):
    scores = replace(START, **{"tele_db": 40.0, **loss})
    assert acceptable(scores, START, config) is fine


@pytest.mark.parametrize(
    ("name", "lacking", "worse"), [("consistency_db", 44.0, 43.9), ("energy", 0.7, 0.63)]
)
def test_what_the_start_already_lacked_is_forgiven_and_no_more(config, name, lacking, worse):
    start = replace(START, **{name: lacking})
    assert acceptable(replace(start, tele_db=31.0), start, config)
    assert not acceptable(replace(start, tele_db=31.0, **{name: worse}), start, config)


def test_detail_is_held_to_the_start_not_to_the_best(config):
    best = replace(START, tele_db=31.0, detail=0.796)
    assert acceptable(best, START, config)
    assert not acceptable(replace(best, tele_db=32.0, detail=0.792), START, config)


def test_results_are_judged_with_the_wides_tones_as_they_are_used(tiles, config):
    """A cast is given back in use, so it costs nothing."""
    judge = Judge(tiles, config)
    plain, cast = (judge.measure(Bicubic(cast=cast), CPU) for cast in (0.0, 0.1))
    assert cast.tele_db == pytest.approx(plain.tele_db, abs=1e-3)
    assert cast.consistency_db == pytest.approx(plain.consistency_db, abs=0.1)


def test_the_judge_knows_good_from_bad(tiles, config):
    judge = Judge(tiles, config)
    fair, grainy, copied = (
        judge.measure(network, CPU) for network in (Bicubic(), Bicubic(grain=0.1), Copy())
    )
    assert fair.tele_db > grainy.tele_db + 0.5
    assert copied.detail == pytest.approx(1, abs=1e-4)
    assert copied.energy == pytest.approx(1, abs=1e-3)
    assert fair.detail < 0.95
    assert fair.energy < 0.9 < grainy.energy
    assert grainy.detail < fair.detail


def test_judging_twice_gives_the_same(tiles, config, network):
    assert Judge(tiles, config).measure(network, CPU) == Judge(tiles, config).measure(network, CPU)


def test_three_quarters_of_a_frame_lie_outside(pairs, config):
    """Errors count by where they are, however many tiles of either kind there are: here all show the same."""

    class Off(nn.Module):
        def __init__(self, inside: float, outside: float) -> None:
            super().__init__()
            self.inside, self.outside = inside, outside

        def forward(self, wide, ref=None, validity=None, condition=None):
            error = self.outside if ref is None else self.inside
            towards_grey = torch.where(wide < 0.5, error, -error)  # never clipped
            return (wide + towards_grey).repeat_interleave(2, 2).repeat_interleave(2, 3)

    alike = replace(pairs[0], wide=pairs[0].wide[:1].repeat(len(pairs[0].wide), 0))
    judge = Judge(TileSet([alike], config), config)

    def squared(inside, outside):
        return 10 ** (-judge.measure(Off(inside, outside), CPU).consistency_db / 10)

    seen, unseen, both = squared(0.1, 0), squared(0, 0.1), squared(0.1, 0.1)
    assert seen > 1e-7
    assert unseen == pytest.approx(3 * seen, rel=1e-2)
    assert both == pytest.approx(4 * seen, rel=1e-2)
