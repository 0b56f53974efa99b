"""Simulates, from one sharp photograph, a capture by two phone cameras, with its truth.

    scene (sharp, HR grid) ──► wide camera ──► LR            in sample.py
                          └──► misalignment ──► tele camera ──► reference + validity

camera.py: optics, sensor and processing of one shot; coding.py: what files keep of it;
misalign.py: what registration leaves over; patterns.py: drawn text, gratings and brickwork;
sample.py: one training sample from one seed;
burst.py: the same of a hand-held burst; turn.py: the sample in another of its orientations.
"""

from dualzoom.training.simulate.burst import BurstConfig, BurstSample, simulate_burst
from dualzoom.training.simulate.sample import (
    Sample,
    SimulationConfig,
    simulate,
    simulate_reference,
    simulate_wide,
)
from dualzoom.training.simulate.turn import ORIENTATIONS, turned

__all__ = [
    "ORIENTATIONS",
    "BurstConfig",
    "BurstSample",
    "Sample",
    "SimulationConfig",
    "simulate",
    "simulate_burst",
    "simulate_reference",
    "simulate_wide",
    "turned",
]
