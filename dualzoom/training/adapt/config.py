"""How to adapt: each default with its reason."""

from dataclasses import dataclass, field

from dualzoom.training.simulate import SimulationConfig


@dataclass(frozen=True, kw_only=True)
class AdaptConfig:
    """One adaptation. Lengths in pixels of the wide."""

    seed: int = 2021
    steps: int = 600  # a pair's few hundred tiles are seen about ten times each
    batch: int = 8
    learning_rate: float = 3e-4  # a third of training's: it adjusts in minutes and does not start over
    warmup_steps: int = 20  # Adam has no estimate of the gradients' sizes at first
    decay: bool = False  # to zero by a cosine: where the number of steps is known, as in calibration
    ema: float = 0.98  # what is scored and kept is the mean of the last fifty steps
    gradient_clip: float = 0.5
    evaluate_every: int = 50
    patience: int = 5  # evaluations without a new best after which the run ends

    tile_px: int = 64  # side of a stored tile: a crop and what displacements reach
    crop_px: int = 48  # side of what a step sees, as in training
    max_tiles: int = 8000  # of all pairs together: about 0.6 GB
    pair_tiles: int = 700  # of one pair: all of a 12-megapixel pair's overlap
    min_tiles: int = 6  # a pair with fewer is left out
    min_validity: float = 0.5  # least mean over a tile that counts as inside
    held_out: float = 0.15  # share of tiles that only judge
    judged_tiles: int = 48  # of them, at most, by pairs in turn: an evaluation takes as long as a few steps

    fidelity_share: float = 0.3  # of the steps: Eq. 7; the rest are self-supervised examples
    alone_share: float = 0.3  # of the steps: self-supervised examples without a reference
    #: Of those with a reference, the share that gets the tele as registered, not made worse. The network learns to rely
    #: on a reference better than simulated ones, but where the tele is noisy, to copy its noise (`calibration`).
    untouched_share: float = 0.0
    fidelity_weight: float = (
        2.0  # λ of Eq. 7, on RMS differences of patches: at 1 hardly any detail is gained
    )
    detail_weight: float = (
        1.0  # of the band above the wide's limit, beside the whole band: the tele's own detail
    )

    min_consistency_db: float = 50.0  # of tones with the wide's: a third of a grey level in the mean
    min_energy: float = (
        0.9  # of the tele's own detail in results, in use (detail × energy): below, they look soft
    )
    max_energy_loss: float = 0.05  # of that: removed noise had counted as a little detail
    max_detail_loss: float = 0.005  # correlation with the tele's own detail
    min_gain_db: float = 0.05  # less is noise of the held-out tiles

    simulation: SimulationConfig = field(default_factory=SimulationConfig)


#: For a single pair and a few dozen steps (`training.calibration`).
QUICK = AdaptConfig(
    learning_rate=4e-4,  # 1e-3 gains as much outside and loses 0.1 dB inside
    warmup_steps=4,
    decay=True,
    ema=0.9,  # of the last ten steps, which hardly change the weights any more
    pair_tiles=160,
    min_tiles=10,
    held_out=0.2,
    judged_tiles=20,
    fidelity_share=0.0,  # Eq. 7 costs a search, and results get the wide's tones in the end anyway
    alone_share=0.7,  # 30 % with a reference keep the network using the tele: 0.1 dB inside
    min_gain_db=0.03,
)

#: Of the steps with a reference, the share that gets the tele as registered, where the tele is clean: on `tower` the
#: energy of fine detail is 0.92 with and 0.87 without them. Noise in grey levels, of the flattest tenth of its tiles:
#: `tower` has 0, phones in daylight 0.3 to 2, at dusk 1.6 to 3; a tele with noise of σ 12 levels 5.6, and there they
#: would cost 1.1 dB.
_UNTOUCHED_SHARE, _CLEAN, _NOISY = 0.5, 2.0, 4.0


def untouched_share(noise: float) -> float:
    """Returns the share for a tele of so much noise, in grey levels: none where it would be learned as detail.

    >>> untouched_share(1.5), untouched_share(3.0), untouched_share(5.6)
    (0.5, 0.25, 0.0)
    """
    return _UNTOUCHED_SHARE * min(1.0, max(0.0, (_NOISY - noise) / (_NOISY - _CLEAN)))
