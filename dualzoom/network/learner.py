"""Which network calibration fits where nobody chose one.

By default `dcsr-lite` enlarges, for it is the better one alone, and as it was trained. Calibrated on a pair the smaller
`dcsr-lite-fast` is as good and takes two thirds of the time (models/dcsr-lite-fast.md), so on processors that one is
calibrated. Where calibration is off, or its held-out places refuse it, the result is dcsr-lite's. GPUs have the time:
there dcsr-lite is calibrated, too.
"""

from functools import cached_property

import torch

from dualzoom.network import weights
from dualzoom.network.weights import LoadedModel


class Learner:
    """A model that is loaded when it is first needed."""

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def loaded(self) -> LoadedModel:
        """The model; raises WeightsError."""
        return weights.load(self.name)


def learner_of(model: str, device: torch.device) -> Learner | None:
    """What calibration fits in place of `model` (as it was asked for) on `device`; None: `model` itself."""
    return Learner(weights.DEFAULT_LEARNER) if model == "auto" and device.type == "cpu" else None
