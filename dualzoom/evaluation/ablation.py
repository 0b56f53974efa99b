"""The lite network without one of its parts: what that part is worth, with the weights as they are.

The paper trains a network for each line of its tables; here the trained one stays and one part is replaced, which
measures what *these* weights owe to it. So that later layers get numbers of the size they were trained on, gates are
not set to 1 but to their value where the reference matches perfectly (C = 1, valid, low bands equal), written g(1):

    no-reference   the single-image branch
    no-attention   the window matching (Eqs. 1, 2) replaced by its centre: what registration alone gives
    summation      g(C) -> g(1), g_r(C) -> g_r(1): fused without looking at the confidence       Table 4
    soft           g(C) -> C·g(1), g_r(C) -> C·g_r(1): the confidence itself, not what g makes of it  Table 4
    feature-only   g_r -> 0: Eq. 4's high band left out                                          Figure 8

The unchanged network is the "adaptive fusion" of Table 4. Ablations of losses (Figures 9, 10) need other weights.
"""

import torch
from torch import Tensor

from dualzoom.errors import UsageError
from dualzoom.network.contract import RestorationNetwork, rebuilt
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.window import window_similarity


def ablated(network: RestorationNetwork, name: str) -> DcsrLite:
    """A copy of `network` without the part `name` (of `ABLATIONS`); the network stays as it is.

    Raises UsageError where there is no such part, or the network is of another architecture.
    """
    if name not in _NETWORKS:
        raise UsageError(name, "is no ablation", f"choose from {', '.join(ABLATIONS)}")
    if not isinstance(network, DcsrLite):
        raise UsageError(name, "only dcsr-lite networks can be taken apart", "choose such a model")
    return rebuilt(_NETWORKS[name], network)


class _WithoutReference(DcsrLite):
    """The single-image branch, whatever the inputs."""

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        degradation: Tensor | None = None,
    ) -> Tensor:
        """As `DcsrLite.forward`; ignores `ref` and `validity`."""
        return super().forward(lr, None, None, degradation)


class _Centred(DcsrLite):
    """Assumes that each cell lies where registration has put it."""

    def match(self, lr: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """The cosine of the cell in place, B 1 H W, and one-hot weights at the window's centre, B n H W."""
        similarity = window_similarity(self.phi(lr), self.phi(low), 0)
        count = (2 * self.config.window_radius + 1) ** 2
        weights = torch.zeros_like(similarity).repeat(1, count, 1, 1)
        weights[:, count // 2] = 1
        return similarity, weights


class _Summation(DcsrLite):
    """Gates that assume a perfect match everywhere."""

    def feature_gate(self, evidence: Tensor) -> Tensor:
        """g(1)."""
        return super().feature_gate(_perfect(evidence))

    def image_gate(self, decoded: Tensor, evidence: Tensor) -> Tensor:
        """g_r(1)."""
        return super().image_gate(decoded, _perfect(evidence))


class _Soft(_Summation):
    """Those gates, scaled by the confidence."""

    def feature_gate(self, evidence: Tensor) -> Tensor:
        """C·g(1)."""
        opened = super().feature_gate(evidence)
        return opened * _confidence(evidence).to(opened.dtype)

    def image_gate(self, decoded: Tensor, evidence: Tensor) -> Tensor:
        """C·g_r(1)."""
        opened = super().image_gate(decoded, evidence)
        return opened * _confidence(evidence.to(decoded.dtype)).to(opened.dtype)


class _FeatureOnly(DcsrLite):
    """Without the fusion of high bands."""

    def image_gate(self, decoded: Tensor, evidence: Tensor) -> Tensor:
        """0."""
        return decoded.new_zeros(len(decoded), self.g_r.out_channels, *decoded.shape[2:])


def _perfect(evidence: Tensor) -> Tensor:
    """Evidence of a perfect match: confidence and validity 1, no difference of the low bands."""
    perfect = torch.ones_like(evidence)
    perfect[:, 2] = 0
    return perfect


def _confidence(evidence: Tensor) -> Tensor:
    """C in 0..1 out of evidence whose first channel is C·validity and whose second is validity: B 1 H W."""
    evidence = evidence.float()
    return (evidence[:, :1] / evidence[:, 1:2].clamp_min(1e-3)).clamp(0, 1)


_NETWORKS: dict[str, type[DcsrLite]] = {
    "no-reference": _WithoutReference,
    "no-attention": _Centred,
    "summation": _Summation,
    "soft": _Soft,
    "feature-only": _FeatureOnly,
}
ABLATIONS = tuple(_NETWORKS)
