"""Training settings, read from TOML; unknown keys are errors, so that a typing mistake does not cost a night.

steps = 20000
[network]
architecture = "dcsr-lite"
[simulation]
halved = 0.5
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from dualzoom.errors import UsageError
from dualzoom.training.simulate import BurstConfig, SimulationConfig
from dualzoom.training.simulate.shots import Shares

T = TypeVar("T")

#: Setting of [simulation] in older files and checkpoints → its name today.
_FORMER_NAMES = {"clean": "halved"}


@dataclass(frozen=True, kw_only=True)
class LossConfig:
    """Weights of the terms beside the reconstruction, which has weight 1."""

    reconstruction: Literal["l1", "l2", "eq5"] = "l1"
    fidelity: float = 0.0  # the release uses 0.05 after its ℓ1 training; it costs PSNR and gains detail
    structure: float = 0.0  # 1 - MS-SSIM: faint texture counts as much as strong
    texture: float = 0.0  # sliced Wasserstein distance of fine detail: its kind, not its place
    texture_filters: int = 16
    reference_texture: float = 0.0  # SRNTT's: Gram matrices like the reference's, where it matches
    adversarial: float = 0.0  # a critic of wavelet bands: crisp, and less faithful
    adversarial_from: int = 0  # step from which the network heeds the critic, which learns from the first
    critic_rate: float = 1e-4  # the critic's learning rate; it follows the network's schedule
    matching: float = 0.01
    matching_every: int = 4  # steps; computing it costs a third of one


@dataclass(frozen=True, kw_only=True)
class LessonConfig:
    """A lesson at each step: what a few steps of calibration on a simulated capture make of the network (`lessons`)."""

    steps: int = 0  # of calibration in a lesson; 0: no lessons
    batch: int = 4  # tiles a step, as `zoom` takes on CPUs
    learning_rate: float = 5e-4
    tiles: int = 20
    questions: int = 8
    # Shares of wide cameras, as `shots.Shares` names them:
    harsh: float = 0.55
    counted: float = 0.0
    bounded: float = 0.0
    drawn: float = 0.06  # share of drawn scenes
    weight: float = 0.5  # beside the loss of the step's own batch

    def shares(self) -> Shares:
        """What wide cameras are like."""
        return Shares(harsh=self.harsh, counted=self.counted, bounded=self.bounded)


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run."""

    seed: int = 2021
    steps: int = 20_000
    schedule: Literal["steps", "time"] = "steps"  # what ends the run: its last step, or its minutes
    minutes: float = (
        0.0  # of wall time for the whole run, estimator and weights included; with schedule "time"
    )
    batch: int = 16
    learning_rate: float = 8e-4  # Adam; residual blocks that start near the identity bear it
    warmup_steps: int = 200
    ema: float = 0.999  # weights that ship are an average of the last thousand steps
    gradient_clip: float = 1.0
    compile: bool = (
        False  # torch.compile: a minute to start, then a fifth faster on CPUs; needs a C++ compiler
    )
    no_reference: float = 0.3  # share of batches that train the single-image branch alone
    estimator_samples: int = (
        12_000  # the degradation estimator is small and is trained alone, after the network
    )
    estimator_sets: int = 4_000  # of patches of one wide, for a network with a pooled estimator
    estimator_steps: int = 1_500  # by which its numbers are learned through the network
    orientations: int = 1  # of 8, in which each simulated sample is shown: a fast GPU waits for samples
    workers: int = 1
    validate_every: int = 1000
    checkpoint_every: int = 500
    held_out_every: int = 12  # every n-th photograph is kept for validation
    validation_samples: int = 96
    start_from: str | None = None  # weights to continue from, a model's name or a file
    start_blocks: Mapping[str, Any] = field(
        default_factory=dict
    )  # of its blocks only these: {"decoder": [0, 3]}
    validate_pairs: tuple[str, ...] = ()  # folders with wide.* and tele.*, scored halved as the paper does
    loss: LossConfig = field(default_factory=LossConfig)
    lessons: LessonConfig = field(default_factory=LessonConfig)
    network: Mapping[str, Any] = field(default_factory=lambda: {"architecture": "dcsr-lite"})
    simulation: SimulationConfig = field(default_factory=SimulationConfig)
    frames: BurstConfig = field(default_factory=BurstConfig)


def load_config(path: Path) -> TrainConfig:
    """Reads a TOML file; raises UsageError naming the file and the key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(path, "there is no such file", "write one, or train with the defaults") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(path, f"cannot be read as TOML ({error})", "correct the file") from error
    tables = {
        "simulation": _build(SimulationConfig, in_current_names(data.pop("simulation", {})), path),
        "frames": _build(BurstConfig, data.pop("frames", {}), path),
        "loss": _build(LossConfig, data.pop("loss", {}), path),
        "lessons": _build(LessonConfig, data.pop("lessons", {}), path),
        "validate_pairs": tuple(data.pop("validate_pairs", ())),
    }
    config = _build(TrainConfig, {**data, **tables}, path)
    if not 1 <= config.orientations <= 8:
        raise UsageError(path, f"orientations = {config.orientations} is not 1 to 8", "choose one of these")
    architecture = config.network.get("architecture")
    if config.loss.reference_texture and architecture != "dcsr-lite":
        reason = f"the loss reference_texture reads features that {architecture} lacks"
        raise UsageError(path, reason, "leave it out, or train dcsr-lite")
    if config.lessons.steps and config.start_from is None:
        reason = "lessons need a trained network, whose estimator judges their wides"
        raise UsageError(path, reason, "name one by start_from, or leave [lessons] out")
    return config


def check_time(config: TrainConfig) -> None:
    """Raises UsageError where a run by time cannot be made of these settings."""
    if config.schedule != "time":
        return
    if config.minutes <= 0:
        reason = "a schedule by time needs the run's length"
        raise UsageError("minutes", reason, "say how many minutes it may take")
    if config.start_from is None and config.network.get("pooled_estimator") and config.estimator_sets:
        reason = "by time the estimator comes first, and a pooled one learns through a trained network"
        step = "name one by start_from, set estimator_sets = 0, or train by steps"
        raise UsageError("schedule", reason, step)


def timed(
    config: TrainConfig, schedule: str | None, minutes: float | None, piece: float | None
) -> tuple[TrainConfig, float | None]:
    """Applies what a command says of time; returns the settings, and the minutes of this piece of the run or None.

    `minutes` are the whole run's where time is its schedule; else they end this piece, as `piece` does.
    """
    if schedule in ("steps", "time"):
        config = dataclasses.replace(config, schedule=schedule)  # type: ignore[arg-type]
    if config.schedule == "time":
        return (config if minutes is None else dataclasses.replace(config, minutes=minutes)), piece
    return config, minutes if piece is None else piece


def in_current_names(simulation: Mapping[str, Any]) -> dict[str, Any]:
    """Renames the settings of a simulation that earlier versions stored to today's names."""
    return {_FORMER_NAMES.get(name, name): value for name, value in simulation.items()}


def _build(kind: type[T], values: dict[str, Any], path: Path) -> T:
    known = {item.name for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise UsageError(path, f"unknown setting '{key}'", f"known are: {', '.join(sorted(known))}")
    for key, hint in get_type_hints(kind).items():
        if get_origin(hint) is Literal and key in values and values[key] not in get_args(hint):
            choices = ", ".join(map(repr, get_args(hint)))
            raise UsageError(path, f"{key} = {values[key]!r} is unknown", f"choose from {choices}")
    return kind(**values)
