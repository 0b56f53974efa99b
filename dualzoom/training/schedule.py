"""How far a run has come, by its steps or by its wall time, and the learning rate that belongs there.

By time, everything counts: decoding the photographs, the degradation estimator (which is trained first), every
validation, and the writing of the weights, for which the run holds back twice its slowest pause so far. The seconds of
the pieces of a run that was stopped and resumed add up; what is lost since the last checkpoint does not count.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Clock = Callable[[], float]

#: Share of a timed run in which the learning rate rises: as long as 200 steps of 20,000.
WARM_SHARE = 0.01


def rate_by_step(step: int, steps: int, warmup_steps: int) -> float:
    """Returns the share of the highest learning rate: linear warm-up, then a cosine to zero at the last step."""
    return min(1.0, (step + 1) / warmup_steps) * _cosine(step / steps)


def rate_by_time(done: float) -> float:
    """Returns the same for a run of which the share `done` (0..1) of its time is over."""
    return min(1.0, done / WARM_SHARE) * _cosine(done)


def _cosine(done: float) -> float:
    return 0.5 * (1 + math.cos(math.pi * done))


@dataclass
class Budget:
    """The wall time of a run.

    `seconds`: of the whole run; inf where steps end it. `piece`: how long this process may go on; inf: to the end.
    `before`: what earlier pieces took. `clock` counts seconds from anywhere.
    """

    seconds: float
    piece: float
    clock: Clock
    before: float = 0.0
    held_back: float = 0.0  # for what follows the last step
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.clock()

    def used(self) -> float:
        """Returns the seconds that the run has taken, in all pieces."""
        return self.before + self.clock() - self._start

    def done(self) -> float:
        """Returns the share 0..1 of the time for steps that is over; 1 ends the run."""
        return min(1.0, self.used() / max(self.seconds - self.held_back, 1e-9))

    def piece_over(self) -> bool:
        """Tells whether this process should stop, though the run is not at its end."""
        return self.clock() - self._start > self.piece

    def note_pause(self, seconds: float) -> None:
        """Takes note of how long a validation or a checkpoint took: the end, which needs both, is given twice that."""
        self.held_back = max(self.held_back, 2 * seconds)
