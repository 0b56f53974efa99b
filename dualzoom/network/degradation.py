"""What degraded a wide photo, as five numbers that tell the network how to restore it.

A halved photograph is sharp up to its last pixel; a native photo, as a phone writes it, is soft, denoised, sharpened
and compressed. One network restores both if it knows which one it sees. `DegradationEstimator` judges the kind of a
wide from patches of it, and its numbers from all of them together (`pooled`); `settle` makes one degradation of both
for the whole frame, so that all tiles are restored alike.

Vector (each about 0..1): optical blur σ in LR px · noise σ before noise reduction / (12/255) · noise reduction
strength · sharpening amount / 1.5 · JPEG loss (100 - quality) / 40. Two constant vectors stand for photos that were
exactly halved: all zero by antialiased bicubic, a negative blur by area means, which keep more and alias more.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.network.pooled import PooledNumbers, with_brightness

NAMES = ("blur", "noise", "denoise", "sharpen", "jpeg")
SIZE = len(NAMES)
HALVED_BICUBIC = (0.0,) * SIZE
HALVED_AREA = (-0.3, 0.0, 0.0, 0.0, 0.0)
HALVED = (np.array(HALVED_BICUBIC, np.float32), np.array(HALVED_AREA, np.float32))
KINDS = ("native", "bicubic", "area")
#: By how much (mean log probability of a patch) native must beat halved. Phones' photos do by 5 to 9; a phone's photo
#: once halved may by 0.5, and restoring a photo that needs it not costs half a decibel.
_MARGIN = 1.5
#: The same where photos from elsewhere are beside it: phones' photos that were halved reach 2.1, whole ones begin at 4,
#: and taken for native a halved one would believe those photos where it shows finer structure more truly itself.
_MARGIN_BESIDE_REFS = 3.0
#: By how much halved must beat native to be certain: rendered scenes look halved by 1.5; weights trained on halved
#: photos take every photo for halved, by 40.
_CERTAIN = 10.0
NOISE_UNIT = 12 / 255  # the noise σ that counts as 1
PATCH_PX = 64

_BANDS, _LOWEST, _HIGHEST = 20, 0.03, 0.71  # of the spectrum, in cycles per pixel
_QUANTILES = (0.1, 0.3, 0.5, 0.8, 0.95, 0.99)
FEATURES = 3 * _BANDS + len(_QUANTILES) + 1


class DegradationEstimator(nn.Module):
    """Estimates degradations from patches: fixed measurements of fine structure, then a small regression.

    It decides the kind of a wide apart from the numbers of a native one: the mean of both kinds would describe a wide
    that does not exist. (A small convolutional network in place of the measurements learned nothing in ten times the
    time.) Without `pooled`, as older weights have it, the numbers are the median of what patches say one by one.
    """

    centre: Tensor  # of the measurements over the training patches, as is
    spread: Tensor

    pooled: PooledNumbers | None

    def __init__(self, width: int = 96, *, assume_native: bool = False, pooled: bool = False) -> None:
        """`assume_native`: undecided wides count as native photos, not as halved ones."""
        super().__init__()
        self.assume_native = assume_native
        self.pooled = PooledNumbers(FEATURES + 2, SIZE) if pooled else None
        self.register_buffer("centre", torch.zeros(FEATURES))
        self.register_buffer("spread", torch.ones(FEATURES))
        self.regression = nn.Sequential(
            nn.Linear(FEATURES, width), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(width, width), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(width, SIZE + len(KINDS)),
        )  # fmt: skip

    def forward(self, patches: Tensor) -> Tensor:
        """B 3 64 64 in [0, 1] -> B K+3: the degradation if the wide is native, then the logits of the KINDS."""
        estimate: Tensor = self.regression((measurements(patches) - self.centre) / self.spread)
        return estimate

    @torch.no_grad()
    def of_batch(self, lr: Tensor) -> Tensor:
        """The degradation of each item of a batch, from all its patches: B 3 H W -> B K."""
        height, width = lr.shape[-2:]
        lr = F.pad(lr.float(), (0, max(0, PATCH_PX - width), 0, max(0, PATCH_PX - height)))
        patches = lr.unfold(2, PATCH_PX, PATCH_PX).unfold(3, PATCH_PX, PATCH_PX)  # B 3 r c 64 64
        items = patches.permute(0, 2, 3, 1, 4, 5).flatten(1, 2)  # B r·c 3 64 64
        return torch.stack([self.settle(self(item), item) for item in items])

    def settle(
        self, estimates: Tensor, patches: Tensor, assume_native: bool = False, beside_refs: bool = False
    ) -> Tensor:
        """The function `settle`, without its margin where this call or the estimator itself assumes native wides.

        `patches`: P 3 64 64, busy and flat, which `pooled` reads; `beside_refs`: with the greater margin of a wide that
        is enlarged with photos from elsewhere.
        """
        margin = _MARGIN_BESIDE_REFS if beside_refs else _MARGIN
        pooled = self.pooled
        numbers = None if pooled is None else pooled(with_brightness(measurements(patches), patches))
        return settle(estimates, 0.0 if assume_native or self.assume_native else margin, numbers)

    def surely_halved(self, estimates: Tensor) -> bool:
        """Whether the wide is certainly halved. (Networks trained on halved photos alone answer yes to every wide.)"""
        return not is_native(settle(estimates, -_CERTAIN))


def named(degradation: NDArray[np.float32] | None) -> dict[str, float] | None:
    """The numbers of a degradation (K) by their NAMES, to three digits; None for none."""
    if degradation is None:
        return None
    return {name: round(float(value), 3) for name, value in zip(NAMES, degradation, strict=True)}


def is_native(degradation: Tensor) -> bool:
    """Whether a degradation (K) is that of a photo as it left a camera, not of a halved one."""
    return not any(torch.equal(degradation, degradation.new_tensor(v)) for v in (HALVED_BICUBIC, HALVED_AREA))


def settle(estimates: Tensor, margin: float = _MARGIN, numbers: Tensor | None = None) -> Tensor:
    """One degradation (K) from the estimates for many patches of a wide (B, K+3): that of the likeliest kind.

    Native must be likelier than either kind of halving by `margin`, in mean log probability. `numbers` (K): of a native
    one, where they are known better than by the median of the estimates.
    """
    native = (estimates[:, :SIZE].median(0).values if numbers is None else numbers).clamp(0, 1.5)
    evidence = torch.log_softmax(estimates[:, SIZE:], 1).mean(0)
    evidence[0] -= margin
    kind = evidence.argmax()
    vectors = torch.stack([native, *(native.new_tensor(vector) for vector in (HALVED_BICUBIC, HALVED_AREA))])
    return vectors.index_select(0, kind[None])[0]


def measurements(patches: Tensor) -> Tensor:
    """B 3 64 64 -> B F: logarithms of spectral bands and of fine contrasts, and the blockiness of JPEG."""
    red, green, blue = patches.float().unbind(1)
    luma = (red + green + blue) / 3
    bands = [_spectrum(plane) for plane in (luma, red - green, blue - green)]
    return torch.cat([*bands, _contrasts(luma), _blockiness(luma)], 1)


def _spectrum(plane: Tensor) -> Tensor:
    """Log mean power in rings of the spectrum: B 64 64 -> B bands."""
    side = plane.shape[-1]
    window = torch.hann_window(side, periodic=False, device=plane.device)
    plane = (plane - plane.mean((1, 2), keepdim=True)) * window[:, None] * window
    power = torch.fft.rfft2(plane).abs().square() / side**2
    rows, columns = (f(side, device=plane.device) for f in (torch.fft.fftfreq, torch.fft.rfftfreq))
    radius = torch.hypot(rows[:, None], columns[None])
    edges = torch.linspace(_LOWEST, _HIGHEST, _BANDS + 1, device=plane.device)
    rings = ((radius >= edges[:-1, None, None]) & (radius < edges[1:, None, None])).float()
    rings = rings / rings.sum((1, 2), keepdim=True)
    return torch.log(torch.einsum("bhw,nhw->bn", power, rings) + 1e-7)


def _contrasts(luma: Tensor) -> Tensor:
    """Log quantiles of the Laplacian's size: noise shows in the low ones, sharpening in the high ones."""
    inner = luma[:, 1:-1, 1:-1]
    around = luma[:, :-2, 1:-1] + luma[:, 2:, 1:-1] + luma[:, 1:-1, :-2] + luma[:, 1:-1, 2:]
    levels = torch.tensor(_QUANTILES, device=luma.device)
    return torch.log(torch.quantile((4 * inner - around).abs().flatten(1), levels, dim=1).T + 1 / 510)


def _blockiness(luma: Tensor) -> Tensor:
    """How much one column in eight stands out as a step, whichever it is: B 64 64 -> B 1."""
    steps = (luma[:, :, 1:] - luma[:, :, :-1]).abs()
    excess = (steps[:, :, 1:-1] - 0.5 * (steps[:, :, :-2] + steps[:, :, 2:])).mean(1)  # B 61
    phases = torch.stack([excess[:, phase::8].mean(1) for phase in range(8)], 1)
    return 100 * (phases.amax(1, keepdim=True) - phases.mean(1, keepdim=True))
