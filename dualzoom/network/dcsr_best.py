"""DCSR on the LR grid as `dcsr_lite`, with depth where its cost is small: re-parameterised blocks with attention.

All stages of the paper stay as they are there; only encoder, reference encoder and decoder are other stacks. For GPUs.
"""

from dataclasses import dataclass
from typing import ClassVar

from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig
from dualzoom.network.degradation import SIZE
from dualzoom.network.reparameterised import SpanStack

_CONVOLUTIONS = 3  # of 3×3 in a block


@dataclass(frozen=True, kw_only=True)
class DcsrBestConfig(DcsrLiteConfig):
    """Widths and depths; folded about 4.2 MFLOP per LR pixel without a reference, 5.3 with one."""

    channels: int = 64
    encoder_blocks: int = 6
    reference_blocks: int = 4
    decoder_blocks: int = 12


class DcsrBest(DcsrLite):
    """The deep network; `blocks.folded` makes it the plain one that is run."""

    architecture: ClassVar[str] = "dcsr-best"
    config: DcsrLiteConfig

    def __init__(self, config: DcsrLiteConfig) -> None:
        super().__init__(config)
        self.encoder = SpanStack(config.channels, config.encoder_blocks, SIZE)
        self.reference_encoder = SpanStack(config.channels, config.reference_blocks, SIZE)
        self.decoder = SpanStack(config.channels, config.decoder_blocks, SIZE)

    @property
    def receptive_radius_px(self) -> int:
        """LR pixels around an output pixel that it depends on; the chain of `DcsrLite`, with longer blocks."""
        config = self.config
        return config.window_radius + 10 + _CONVOLUTIONS * (config.reference_blocks + config.decoder_blocks)

    @property
    def context_px(self) -> int:
        """LR pixels whose change may show: all, until weights say less."""
        return self.receptive_radius_px
