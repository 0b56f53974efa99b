"""Scores tell good from bad."""

from dataclasses import replace

import pytest
import torch

from dualzoom.network.blocks import bicubic_up
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.training.adapt.tiles import TileSet
from dualzoom.training.adapt.validation import Judge

CPU = torch.device("cpu")


def fine_grid(side: int) -> torch.Tensor:
    """±1 from pixel to pixel: nothing that a wide shows."""
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    return board.repeat(side // 2, side // 2)


class Bicubic(RestorationNetwork):
    """No network at all; `grain` is added from pixel to pixel, `cast` everywhere."""

    receptive_radius_px = 2

    def __init__(self, grain: float = 0.0, cast: float = 0.0) -> None:
        super().__init__(NetworkConfig())
        self.grain, self.cast = grain, cast

    def forward(self, wide, ref=None, validity=None, degradation=None):
        return bicubic_up(wide) + self.cast + self.grain * fine_grid(2 * wide.shape[-1])


class Copy(RestorationNetwork):
    """The reference, wherever there is one."""

    receptive_radius_px = 2

    def __init__(self) -> None:
        super().__init__(NetworkConfig())

    def forward(self, wide, ref=None, validity=None, degradation=None):
        return bicubic_up(wide) if ref is None else ref


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

    class Off(RestorationNetwork):
        receptive_radius_px = 0

        def __init__(self, inside: float, outside: float) -> None:
            super().__init__(NetworkConfig())
            self.inside, self.outside = inside, outside

        def forward(self, wide, ref=None, validity=None, degradation=None):
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
