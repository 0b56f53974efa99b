"""The authors' released network, so that its checkpoints can be used.

`load_official` opens a released checkpoint without running anything in it; `OfficialDcsr` computes what the
release computes (its flags, gates and border weighting included), built from our parts. Differences, none
of which shows where the release is right: sides that are not whole cells are handled, each item of a batch
has its own coarse window, and `validity` keeps an invalid reference out.

Notation: H W the LR grid, Hr Wr the reference (twice the wide's sampling), n m the matching grid.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.aligned_attention import AlignedAttention
from dualzoom.network.blocks import bicubic_up
from dualzoom.network.coarse import crop_to_windows
from dualzoom.network.configuration import NetworkConfig
from dualzoom.network.contract import RestorationNetwork
from dualzoom.network.features import (
    SLOPE,
    MatchingEncoder,
    PaperResidualStack,
    ReferenceEncoder,
    WideEncoder,
)
from dualzoom.network.fusion import FeatureFusion, ImageFusion, high_band
from dualzoom.network.matching import Match, match_global
from dualzoom.network.official_names import read_official
from dualzoom.network.warping import move_cells

COARSE_FROM_AREA = 4  # a reference over four times the window's area is searched coarsely first


@dataclass(frozen=True, kw_only=True)
class OfficialConfig(NetworkConfig):
    """The release's one switch that matters: match on the LR grid ("4K") or on half of it ("8K")."""

    flag_8k: bool = False


class OfficialDcsr(RestorationNetwork):
    """The released network, step by step in `forward`. It knows no degradation."""

    architecture = "dcsr-official"
    config: OfficialConfig
    receptive_radius_px = 47  # of the wide's own branch, as `Dcsr`'s; matching sees the whole tile
    preferred_tile_px = 96  # matching grows with the fourth power of the side

    def __init__(self, config: OfficialConfig) -> None:
        super().__init__(config)
        cell = 4 if config.flag_8k else 2  # HR pixels per step of the matching grid
        self.normalise = nn.Conv2d(3, 3, 1)  # mean and spread of RGB, constants in the checkpoint
        self.phi = MatchingEncoder(width=64, out=16)
        self.psi = ReferenceEncoder(64, blocks=4)
        self.encoder = WideEncoder(64, blocks=8)
        self.align_high_band = AlignedAttention(cell, border="release")
        self.align_fine = AlignedAttention(cell, border="release")
        self.fusion_lr = FeatureFusion(64)
        self.decoder_lr = PaperResidualStack(64, blocks=8)
        self.fusion_hr = FeatureFusion(64)
        self.decoder_hr = PaperResidualStack(64, blocks=4)
        self.tail = nn.Sequential(
            nn.Conv2d(64, 32, 3, padding=1), nn.LeakyReLU(SLOPE), nn.Conv2d(32, 3, 3, padding=1)
        )
        self.fusion_image = ImageFusion()

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
        *,
        coarse: bool | None = None,
    ) -> Tensor:
        """Super-resolve: lr B 3 H W, ref B 3 Hr Wr, validity B 1 Hr Wr -> B 3 2H 2W, not clamped.

        The reference need not be registered. `coarse`: search its best 2H×2W window first (None: where it is
        over four times as large as that). Where `validity` is 0 or there is no reference, the enlarged wide
        replaces it; validity needs Hr Wr = 2H 2W. `degradation` changes nothing.
        """
        lr, size = self._whole_cells(lr)
        ref = self._reference(lr, ref, validity, coarse)  # B 3 Hr Wr
        # 1. Matching (Eq. 1).
        match = self.match(lr, ref)  # index B n·m, confidence B 1 n m
        confidence = bicubic_up(match.confidence) if self.config.flag_8k else match.confidence  # B 1 H W
        confidence_hr = bicubic_up(confidence)  # B 1 2H 2W
        # 2. Warping and alignment (Eq. 2).
        detail, fine, coarse_features = self._warp(lr, ref, match)  # B 3 2H 2W, B 64 2H 2W, B 64 H W
        # 3. Adaptive fusion of features (Eq. 3), coarse to fine.
        x = self.fusion_lr(self.encoder(lr), coarse_features, confidence)  # B 64 H W
        x = bicubic_up(self.decoder_lr(x))  # B 64 2H 2W
        x = self.decoder_hr(self.fusion_hr(x, fine, confidence_hr))
        # 4. Fusion in image space (Eq. 4).
        sr: Tensor = self.fusion_image(self.tail(x), detail, confidence_hr)  # B 3 2H 2W
        return sr[..., : size[0], : size[1]]

    def matching_features(self, lr: Tensor, ref: Tensor) -> tuple[Tensor, Tensor]:
        """φ of both pictures, at the same band: B 16 n m and B 16 k l."""
        query, key = lr, F.avg_pool2d(ref, 2)
        if not self.config.flag_8k:  # the one place where the release aligns corners
            query, key = (
                F.interpolate(x, scale_factor=2, mode="bicubic", align_corners=True) for x in (query, key)
            )
        return self.phi(self.normalise(query)), self.phi(self.normalise(key))

    def match(self, lr: Tensor, ref: Tensor) -> Match:
        """Eq. 1 between the wide and the reference."""
        return match_global(*self.matching_features(lr, ref))

    def _warp(self, lr: Tensor, ref: Tensor, match: Match) -> tuple[Tensor, Tensor, Tensor]:
        """High band and fine features, moved and aligned; coarse features, moved only."""
        cell = 4 if self.config.flag_8k else 2
        key_grid = (ref.shape[-2] // cell, ref.shape[-1] // cell)
        n, m = match.confidence.shape[-2:]
        fine, coarse = self.psi(ref)  # B 64 Hr Wr, B 64 Hr/2 Wr/2
        maps = ((ref, cell), (high_band(ref), cell), (fine, cell), (coarse, cell // 2))
        rgb, detail, fine, coarse = (
            move_cells(x, match.index, cell=size, key_grid=key_grid, grid=(n, m)) for x, size in maps
        )  # B · 2H 2W, the last H W
        enlarged = bicubic_up(lr)  # B 3 2H 2W
        detail = self.align_high_band(detail, enlarged, rgb)  # B 3 2H 2W
        return detail, self.align_fine(fine, enlarged, rgb), coarse

    def _whole_cells(self, lr: Tensor) -> tuple[Tensor, tuple[int, int]]:
        """Pad to the matching grid's step; also the size of the result without that padding."""
        height, width = lr.shape[-2:]
        if self.config.flag_8k and (height % 2 or width % 2):
            lr = F.pad(lr, (0, width % 2, 0, height % 2), mode="reflect")
        return lr, (2 * height, 2 * width)

    def _reference(
        self, lr: Tensor, ref: Tensor | None, validity: Tensor | None, coarse: bool | None
    ) -> Tensor:
        """The reference as the network reads it, cut to whole cells."""
        if ref is None:
            return bicubic_up(lr)
        if validity is not None:
            base = bicubic_up(lr)[..., : ref.shape[-2], : ref.shape[-1]]
            ref = torch.where(validity > 0, base + (ref - base) * validity, base)
        window_px = 4 * lr.shape[-2] * lr.shape[-1]
        if coarse is None:
            coarse = ref.shape[-2] * ref.shape[-1] > COARSE_FROM_AREA * window_px
        if coarse:
            ref = crop_to_windows(lr, ref)
        cell = 4 if self.config.flag_8k else 2
        return ref[..., : ref.shape[-2] // cell * cell, : ref.shape[-1] // cell * cell]


def load_official(path: str | Path, *, flag_8k: bool = False) -> OfficialDcsr:
    """A released checkpoint (.pt, .pth or .safetensors with the authors' names) as a network, in eval mode.

    Nothing in the file is run; names, shapes, dtypes and values are checked. Raises WeightsError.
    """
    network = OfficialDcsr(OfficialConfig(flag_8k=flag_8k))
    network.load_state_dict(read_official(Path(path), network.state_dict()))
    return network.eval()
