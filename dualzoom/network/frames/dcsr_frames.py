"""dcsr-lite that is shown a burst: what all frames saw beyond the merged wide, how often, and how far they differ.

    wide, merged ──► head ──────────────►(+)──► encoder ─► decoder ─► tail ──►(+)─► result
    burst, as cells ─► burst head ─► ReLU ─┘ (from 0)                          │
                    └► short cut (from 0) ─────────────────────────────────────┘

Both entrances for the burst end in convolutions that start at zero: untrained, the network is dcsr-lite on the merged
wide, and so it stays where no frames are given.

Notation as in `dcsr_lite`. A burst, B 5 2H 2W: detail (3), share of one sample's noise that is left (1), spread (1).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.dcsr_lite import DcsrLite, DcsrLiteConfig

#: Channels of a burst on the 2× grid, and of its cells on the LR grid.
CHANNELS = 5
CELLS = 4 * CHANNELS

_DETAILS, _SPREADS = 8.0, 16.0  # bring usual values to about 0.1..1


@dataclass(frozen=True, kw_only=True)
class DcsrFramesConfig(DcsrLiteConfig):
    """As dcsr-lite's; the burst's entrances cost 0.06 MFLOP per LR pixel."""


class DcsrFrames(DcsrLite):
    """The network, step by step in `forward`."""

    architecture: ClassVar[str] = "dcsr-frames"
    config: DcsrLiteConfig

    def __init__(self, config: DcsrLiteConfig) -> None:
        super().__init__(config)
        c = config.channels
        self.burst_head = nn.Sequential(
            nn.Conv2d(CELLS, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1)
        )
        self.short_cut = nn.Conv2d(CELLS, 12, 3, padding=1)
        for quiet in (self.burst_head[2], self.short_cut):
            nn.init.zeros_(quiet.weight)  # type: ignore[arg-type]
            nn.init.zeros_(quiet.bias)  # type: ignore[arg-type]

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
        burst: Tensor | None = None,
    ) -> Tensor:
        """As `RestorationNetwork.forward`, lr the merged wide; burst B 5 2H 2W. Without a burst it is a dcsr-lite."""
        if burst is None:
            return super().forward(lr, ref, validity, degradation)
        cells = self.cells(burst)  # B 20 H W
        picture = self.restored(lr, self.head(lr) + self.burst_head(cells), ref, validity, degradation)
        return picture + F.pixel_shuffle(self.short_cut(cells), 2)

    @staticmethod
    def cells(burst: Tensor) -> Tensor:
        """A burst B 5 2H 2W as cells on the LR grid, brought to one scale: B 20 H W."""
        detail, share, spread = torch.split(F.pixel_unshuffle(burst, 2), [12, 4, 4], 1)
        return torch.cat([detail * _DETAILS, share, spread * _SPREADS], 1)
