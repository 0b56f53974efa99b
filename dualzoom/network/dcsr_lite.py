"""DCSR with every convolution on the LR grid: for CPUs, after registration.

The reference is pixel-unshuffled to the LR grid (2×2 HR pixels become 4 channels each) and the output
pixel-shuffled back, so a 3×3 convolution costs a quarter of what it does on the HR grid. Matching (Eq. 1)
is restricted to a window, the local transformer (Eq. 2) to translations inside it, and both fusions (Eqs.
3, 4) are multiplied by the validity of the registered reference: where it is zero, the reference changes
nothing.

Notation: B batch, C channels, H W the LR grid, n window shifts, K length of the degradation; images in [0, 1].
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.blocks import LiteResidualStack, bicubic_cells, start_normal
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.degradation import SIZE, DegradationEstimator
from dualzoom.network.part import Part
from dualzoom.network.window import shifts, window_gather, window_similarity

#: Measured with the shipped weights. Without a reference 16 px differ from all 28 by a level in 0.003 % of values, 12
#: px in 0.05 %, 8 px in 0.2 %. With one 12 px differ in 0.09 to 0.24 %, where bfloat16 alone makes 0.02 to 0.06 %
#: differ between plans.
_CONTEXT_PX = 12


@dataclass(frozen=True, kw_only=True)
class DcsrLiteConfig(NetworkConfig):
    """Widths and depths; about 0.75 MFLOP per LR pixel without a reference, 1.1 with one."""

    channels: int = 48  # 64 costs 1.8 times as much for 0.1 dB
    encoder_blocks: int = 3
    reference_blocks: int = 2
    decoder_blocks: int = 6
    matching_channels: int = 16  # as φ in the paper's release
    window_radius: int = 2  # ±2 LR px = ±4 HR px, beyond what dense flow leaves over
    assume_native: bool = False  # undecided wides count as native photos, not as halved ones
    pooled_estimator: bool = False  # reads a native photo's degradation off all its patches together


class DcsrLite(RestorationNetwork):
    """The lite network, step by step in `forward`."""

    architecture = "dcsr-lite"
    config: DcsrLiteConfig
    encoder: nn.Module
    reference_encoder: nn.Module
    decoder: nn.Module
    estimator: DegradationEstimator

    def __init__(self, config: DcsrLiteConfig) -> None:
        super().__init__(config)
        c, d, n = config.channels, config.matching_channels, len(shifts(config.window_radius))
        self.head = nn.Conv2d(3, c, 3, padding=1)
        self.encoder = LiteResidualStack(c, config.encoder_blocks, SIZE)
        self.phi = nn.Sequential(nn.Conv2d(3, d, 3, padding=1), nn.ReLU(), nn.Conv2d(d, d, 3, padding=1))
        self.transformer = LocalTranslation(n)
        self.reference_head = nn.Conv2d(24, c, 3, padding=1)
        self.reference_encoder = LiteResidualStack(c, config.reference_blocks, SIZE)
        self.g = nn.Sequential(
            nn.Conv2d(3, 16, 7, padding=3), nn.LeakyReLU(0.1), nn.Conv2d(16, c, 3, padding=1)
        )
        self.h = nn.Sequential(nn.Conv2d(2 * c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1))
        self.decoder = LiteResidualStack(c, config.decoder_blocks, SIZE)
        self.g_r = nn.Conv2d(c + 3, 12, 3, padding=1)
        self.tail = nn.Conv2d(c, 12, 3, padding=1)
        self.estimator = DegradationEstimator(
            assume_native=config.assume_native, pooled=config.pooled_estimator
        )
        # Training starts from bicubic plus half of the reference's high band.
        for quiet in (self.tail, self.g_r):
            start_normal(quiet.weight, 0.01)
            nn.init.zeros_(quiet.bias)  # type: ignore[arg-type]
        nn.init.constant_(self.g_r.bias, 0.5)  # type: ignore[arg-type]

    @property
    def receptive_radius_px(self) -> int:
        """LR pixels around an output pixel that it depends on: the longest chain of steps in `forward`.

        Matching (window, φ 2, patch 1, T 1), high band (bicubic, 2), reference head 1 and blocks, h 2, decoder, tail 1.
        """
        config = self.config
        return config.window_radius + 10 + 2 * (config.reference_blocks + config.decoder_blocks)

    @property
    def context_px(self) -> int:
        """LR pixels whose change shows: those further off move few values, and these by one grey level or two."""
        return min(_CONTEXT_PX, self.receptive_radius_px)

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
    ) -> Tensor:
        """As `RestorationNetwork.forward`: lr B 3 H W, ref B 3 2H 2W, validity B 1 2H 2W, degradation B K."""
        return self.restored(lr, self.head(lr), ref, validity, degradation)

    def restored(
        self,
        lr: Tensor,
        entered: Tensor,
        ref: Tensor | None,
        validity: Tensor | None,
        degradation: Tensor | None,
    ) -> Tensor:
        """As `forward`, from what has entered (B C H W): the head's view of the LR, and what a subclass adds to it."""
        if degradation is None:
            degradation = self.estimator.of_batch(lr)
        # 1. The bicubic picture as cells, and the LR's features.
        base = bicubic_cells(lr)  # B 12 H W
        features = self.encoder(entered, degradation)  # B C H W
        if ref is None:
            return F.pixel_shuffle(base + self.tail(self.decoder(features, degradation)), 2)
        cells = F.pixel_unshuffle(ref, 2)  # B 12 H W
        valid = F.pixel_unshuffle(torch.ones_like(ref[:, :1]) if validity is None else validity, 2)  # B 4 H W
        # 2. The reference concerns only what lies near valid places.
        near = self._near(valid)
        base_near, cells, valid = near(base), near(cells), near(valid)
        validity_lr = valid.mean(1, keepdim=True)  # B 1 h w
        # Where it is not valid: the bicubic picture. `where`, since NaN times a validity of 0 would still be NaN.
        valid = valid.repeat(1, 3, 1, 1)  # B 12 h w
        cells = torch.where(valid > 0, torch.lerp(base_near, cells, valid), base_near)
        # 3. Warping by window matching (Eqs. 1, 2), then the reference's features.
        aligned, high_band, evidence = self.align(near(lr), cells, validity_lr)  # B 12 h w, B 12 h w, B 3 h w
        reference = self.reference_head(torch.cat([aligned - base_near, high_band], 1) * 4)  # B C h w
        reference = self.reference_encoder(reference, degradation)
        # 4. Adaptive fusion of features (Eq. 3).
        gate = self.feature_gate(evidence) * validity_lr.to(features.dtype)  # B C h w
        fused = near.add(features, gate * self.h(torch.cat([near(features), reference], 1)))
        # 5. Decoder, and adaptive fusion of the image's high band (Eq. 4).
        decoded = self.decoder(fused, degradation)
        gate_r = self.image_gate(near(decoded), evidence) * validity_lr  # B 12 h w
        return F.pixel_shuffle(near.add(base + self.tail(decoded), gate_r * high_band), 2)

    def _near(self, valid: Tensor) -> Part:
        """The part of the LR grid around valid places (B 4 H W) that sees or is seen by them; all of it in training.

        On GPUs, too: finding it would make the processor wait for them.
        """
        if torch.is_grad_enabled() or valid.device.type != "cpu":
            return Part.full(valid)
        return Part.around(valid, self.config.window_radius + 9 + 2 * self.config.reference_blocks)

    def feature_gate(self, evidence: Tensor) -> Tensor:
        """g of Eq. 3: evidence B 3 H W -> B C H W."""
        return self.g(evidence)  # type: ignore[no-any-return]

    def image_gate(self, decoded: Tensor, evidence: Tensor) -> Tensor:
        """g_r of Eq. 4: decoded B C H W, evidence B 3 H W -> B 12 H W."""
        return self.g_r(torch.cat([decoded, evidence.to(decoded.dtype)], 1))  # type: ignore[no-any-return]

    def align(self, lr: Tensor, cells: Tensor, validity_lr: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Move the reference's cells (B 12 H W) to the LR's: aligned picture and high band, as cells, and the evidence.

        Evidence, B 3 H W: confidence C of Eq. 1 times validity, validity, and how much the low bands differ.
        """
        radius = self.config.window_radius
        similarity, weights = self.match(lr, mean_of_cells(cells))
        confidence = similarity.amax(1, keepdim=True)
        del similarity  # of the largest things here
        picture = window_gather(cells, weights, radius)  # B 12 H W
        moved_low = mean_of_cells(picture)  # B 3 H W
        high_band = picture - bicubic_cells(moved_low)  # B 12 H W
        disagreement = (moved_low - lr).abs().mean(1, keepdim=True) * 8
        return picture, high_band, torch.cat([confidence * validity_lr, validity_lr, disagreement], 1)

    def match(self, lr: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """Where in the window each LR cell is found: cosines (Eq. 1), weights of T (Eq. 2), both B n H W.

        `low`: the reference's mean over each cell, B 3 H W.
        """
        similarity = window_similarity(self.phi(lr), self.phi(low), self.config.window_radius)
        return similarity, self.transformer(similarity)


def mean_of_cells(cells: Tensor) -> Tensor:
    """The picture on the LR grid, by area: B 12 H W -> B 3 H W."""
    return cells.reshape(-1, 3, 4, *cells.shape[2:]).mean(2)


class LocalTranslation(nn.Module):
    """T of Eq. 2 restricted to translations: a distribution over the window's shifts.

    A convolution over the similarity volume lets neighbours agree; at first the centre is preferred, where
    registration has put the cell.
    """

    def __init__(self, shifts_count: int) -> None:
        super().__init__()
        self.smooth = nn.Conv2d(shifts_count, shifts_count, 3, padding=1)
        nn.init.zeros_(self.smooth.weight)
        nn.init.zeros_(self.smooth.bias)  # type: ignore[arg-type]
        with torch.no_grad():
            self.smooth.bias[shifts_count // 2] = 2.0  # type: ignore[index]
        self.sharpness = nn.Parameter(torch.tensor(12.0))

    def forward(self, similarity: Tensor) -> Tensor:
        """B n H W -> B n H W, positive, summing to 1 over n."""
        return torch.softmax((self.smooth(similarity) + self.sharpness * similarity).float(), 1)
