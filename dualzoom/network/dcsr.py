"""DCSR at the paper's size, for use after registration.

The paper's parts with what dual-camera photographs need: the reference arrives registered on the 2× grid,
so matching (Eq. 1) is restricted to a window and T (Eq. 2) may also shift; both fusions (Eqs. 3, 4) are
multiplied by the validity of the registered reference; the picture is a residual over bicubic. Where
validity is zero everywhere, or without a reference, the single-image branch works alone.

Notation: B batch, C channels, H W the LR grid, K length of the degradation; images RGB in [0, 1].
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.aligned_attention import AlignedAttention
from dualzoom.network.blocks import bicubic_up, start_normal
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import SIZE, DegradationEstimator
from dualzoom.network.features import (
    SLOPE,
    MatchingEncoder,
    PaperResidualStack,
    ReferenceEncoder,
    WideEncoder,
)
from dualzoom.network.fusion import FeatureFusion, ImageFusion, high_band
from dualzoom.network.matching import Match, match_window
from dualzoom.network.warping import move_cells

CELL = 2  # HR pixels per step of the matching grid, which is the LR grid


@dataclass(frozen=True, kw_only=True)
class DcsrConfig(NetworkConfig):
    """Widths and depths; the defaults are the paper's release, about 12 MFLOP per LR pixel."""

    channels: int = 64
    encoder_blocks: int = 8
    reference_blocks: int = 4
    decoder_lr_blocks: int = 8
    decoder_hr_blocks: int = 4
    matching_width: int = 64
    matching_channels: int = 16
    transformer_channels: int = 32
    window_radius: int = 2  # ±2 LR px = ±4 HR px, beyond what dense flow leaves over
    centre_margin: float = 0.02  # cosine; keeps flat regions where registration has put them
    max_shift_px: float = 2.0  # of T, in HR pixels: what whole cells cannot express, and some more
    assume_native: bool = False  # undecided wides count as native photos, not as halved ones
    pooled_estimator: bool = False  # reads a native photo's degradation off all its patches together


class Warped(NamedTuple):
    """What the reference gives at the wide's places."""

    coarse: Tensor  # B C H W
    fine: Tensor  # B C 2H 2W
    high_band: Tensor  # B 3 2H 2W
    confidence: Tensor  # B 1 H W


class Dcsr(RestorationNetwork):
    """The paper's network built of finished parts, step by step in `forward`."""

    architecture = "dcsr"
    config: DcsrConfig
    estimator: DegradationEstimator

    def __init__(self, config: DcsrConfig) -> None:
        super().__init__(config)
        c, t = config.channels, config.transformer_channels
        self.estimator = DegradationEstimator(
            assume_native=config.assume_native, pooled=config.pooled_estimator
        )
        self.encoder = WideEncoder(c, config.encoder_blocks, SIZE)
        self.phi = MatchingEncoder(config.matching_width, config.matching_channels)
        self.psi = ReferenceEncoder(c, config.reference_blocks)
        self.align_high_band = AlignedAttention(CELL, t, config.max_shift_px)
        self.align_fine = AlignedAttention(CELL, t, config.max_shift_px)
        self.fusion_lr = FeatureFusion(c)
        self.decoder_lr = PaperResidualStack(c, config.decoder_lr_blocks, SIZE)
        self.fusion_hr = FeatureFusion(c)
        self.decoder_hr = PaperResidualStack(c, config.decoder_hr_blocks, SIZE)
        self.tail = nn.Sequential(
            nn.Conv2d(c, c // 2, 3, padding=1), nn.LeakyReLU(SLOPE), nn.Conv2d(c // 2, 3, 3, padding=1)
        )
        self.fusion_image = ImageFusion()
        _start_from_bicubic(self.tail[2], 0.0)
        _start_from_bicubic(self.fusion_image.g_r[2], 0.5)  # and half of the reference's high band

    @property
    def receptive_radius_px(self) -> int:
        """LR pixels around an output pixel that it depends on: the longest chain of steps in `forward`.

        Wide encoder and fusion (3), or matching (φ 5, patch 1, window) and its gate (4); then the LR decoder,
        bicubic (2), and on the HR grid fusion (3), decoder and tail (2).
        """
        config = self.config
        to_fused = max(2 + 2 * config.encoder_blocks + 3, 6 + config.window_radius + 4)
        hr_px = 3 + (1 + 2 * config.decoder_hr_blocks) + 2
        return to_fused + (1 + 2 * config.decoder_lr_blocks) + 2 + -(-hr_px // 2)

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
    ) -> Tensor:
        """As `RestorationNetwork.forward`: lr B 3 H W, ref B 3 2H 2W, validity B 1 2H 2W, degradation B K."""
        if degradation is None:
            degradation = self.estimator.of_batch(lr)
        # 1. The picture we start from, and the wide's features.
        base = bicubic_up(lr)  # B 3 2H 2W
        sr = self.encoder(lr, degradation)  # B C H W
        if ref is None:
            return base + self._decode_hr(self._decode_lr(sr, degradation), degradation).to(base.dtype)
        # 2. The reference where it is valid, the enlarged wide elsewhere.
        validity = torch.ones_like(base[:, :1]) if validity is None else validity
        validity_lr = F.avg_pool2d(validity, 2)  # B 1 H W
        ref = torch.where(validity > 0, base + (ref - base) * validity, base)  # B 3 2H 2W
        # 3. Matching, warping and alignment (Eqs. 1, 2).
        warped = self.warp(base, ref)
        confidence_hr = bicubic_up(warped.confidence) * validity  # B 1 2H 2W
        # 4. Adaptive fusion of features (Eq. 3), coarse to fine.
        x = self.fusion_lr(sr, warped.coarse, warped.confidence * validity_lr, validity_lr)  # B C H W
        x = self._decode_lr(x, degradation)  # B C 2H 2W
        x = self.fusion_hr(x, warped.fine, confidence_hr, validity)
        # 5. Fusion in image space (Eq. 4), as a residual over bicubic.
        decoded = self._decode_hr(x, degradation)  # B 3 2H 2W
        residual: Tensor = self.fusion_image(decoded, warped.high_band, confidence_hr, validity)
        return base + residual.to(base.dtype)

    def warp(self, base: Tensor, ref: Tensor) -> Warped:
        """Move the reference to the enlarged wide: B 3 2H 2W each."""
        # 1. What the reference offers: its high band, and features at two scales.
        detail = high_band(ref)  # B 3 2H 2W
        fine, coarse = self.psi(ref)  # B C 2H 2W, B C H W
        # 2. Matching (Eq. 1) at the same band; warping by whole cells.
        match = self.match(self.phi(base), self.phi(ref - detail))
        rgb, detail, fine = (_move(x, match, CELL) for x in (ref, detail, fine))
        coarse = _move(coarse, match, CELL // 2)
        # 3. Alignment (Eq. 2) of the HR maps.
        detail = self.align_high_band(detail, base, rgb)  # B 3 2H 2W
        fine = self.align_fine(fine, base, rgb)  # B C 2H 2W
        return Warped(coarse, fine, detail, match.confidence)

    def _decode_lr(self, x: Tensor, degradation: Tensor) -> Tensor:
        return bicubic_up(self.decoder_lr(x, degradation))  # B C H W -> B C 2H 2W

    def _decode_hr(self, x: Tensor, degradation: Tensor) -> Tensor:
        return self.tail(self.decoder_hr(x, degradation))  # type: ignore[no-any-return]  # B C 2H 2W -> B 3 2H 2W

    def match(self, query: Tensor, key: Tensor) -> Match:
        """Eq. 1 within the window: φ of the enlarged wide and of the reference's low band, B D H W each."""
        margin = self.config.centre_margin
        return match_window(query, key, self.config.window_radius, centre_margin=margin)


def _move(x: Tensor, match: Match, cell: int) -> Tensor:
    n, m = match.confidence.shape[-2:]
    return move_cells(x, match.index, cell=cell, key_grid=(n, m), grid=(n, m))


def _start_from_bicubic(conv: nn.Module, bias: float) -> None:
    assert isinstance(conv, nn.Conv2d)
    assert conv.bias is not None
    start_normal(conv.weight, 0.001)
    nn.init.constant_(conv.bias, bias)
