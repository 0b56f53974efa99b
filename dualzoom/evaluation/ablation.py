"""The lite network with one part taken away: what that part is worth, with the weights as they are.

The paper trains a network for each line of its tables; here the trained one is kept and a part replaced, which shows
what *these* weights owe to it. So that the rest meets numbers of the size it knows, gates are not set to 1 but to what
they are where the reference matches perfectly (C = 1, valid, low bands equal), written g(1):

    no-reference   the single-image branch
    no-attention   the window matching (Eqs. 1, 2) replaced by its centre: what registration alone gives
    summation      g(C) -> g(1), g_r(C) -> g_r(1): fused without looking at the confidence       Table 4
    soft           g(C) -> C·g(1), g_r(C) -> C·g_r(1): the confidence itself, not what g makes of it  Table 4
    feature-only   g_r -> 0: Eq. 4's high band left out                                          Figure 8

The unchanged network is the "adaptive fusion" of Table 4. What is about losses (Figures 9, 10) needs other weights.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from dualzoom.errors import UsageError
from dualzoom.network.condition import presume_real, presumes_real
from dualzoom.network.dcsr_lite import DcsrLite
from dualzoom.network.window import window_similarity

ABLATIONS = ("no-reference", "no-attention", "summation", "soft", "feature-only")
_EVIDENCE = 3  # confidence · validity, validity, disagreement of the low bands: the gates' last channels


def ablated(network: nn.Module, name: str) -> nn.Module:
    """A copy of `network` without the part `name` (of `ABLATIONS`); the network stays as it is.

    Raises UsageError where there is no such part, or the network is of another architecture.
    """
    if name not in ABLATIONS:
        raise UsageError(name, "is no ablation", f"choose from {', '.join(ABLATIONS)}")
    if not isinstance(network, DcsrLite):
        raise UsageError(name, "only dcsr-lite networks can be taken apart", "choose such a --model")
    kinds = {"no-reference": _WithoutReference, "no-attention": _Centred}
    copied = kinds.get(name, DcsrLite)(network.config)
    copied.load_state_dict(network.state_dict())
    if presumes_real(network):
        presume_real(copied)
    copied = copied.to(next(network.parameters()).device).train(network.training)
    if name in ("summation", "soft"):
        copied.g = _Blind(copied.g, soft=name == "soft")  # type: ignore[assignment]
        copied.g_r = _Blind(copied.g_r, soft=name == "soft")  # type: ignore[assignment]
    elif name == "feature-only":
        copied.g_r = _Shut(copied.g_r.out_channels)  # type: ignore[assignment]
    return copied


class _WithoutReference(DcsrLite):
    """The single-image branch, whatever is given."""

    def forward(
        self,
        lr: Tensor,
        ref: Tensor | None = None,
        validity: Tensor | None = None,
        condition: Tensor | None = None,
    ) -> Tensor:
        """As `DcsrLite.forward`; `ref` and `validity` are not looked at."""
        return super().forward(lr, None, None, condition)


class _Centred(DcsrLite):
    """Each cell is taken to lie where registration has put it."""

    def match(self, lr: Tensor, ref: Tensor) -> tuple[Tensor, Tensor]:
        """The cosine of the cell in place, B 1 H W, and one-hot weights at the window's centre, B n H W."""
        similarity = window_similarity(self.phi(lr), self.phi(F.avg_pool2d(ref, 2)), 0)
        count = (2 * self.config.window_radius + 1) ** 2
        weights = torch.zeros_like(similarity).repeat(1, count, 1, 1)
        weights[:, count // 2] = 1
        return similarity, weights


class _Blind(nn.Module):
    """A gate that sees a perfect match everywhere; `soft`: scaled by the confidence instead."""

    def __init__(self, gate: nn.Module, *, soft: bool) -> None:
        super().__init__()
        self.gate, self.soft = gate, soft

    def forward(self, x: Tensor) -> Tensor:
        """x: B …+3 H W, the last three the evidence -> the gate's own shape."""
        seen, evidence = x[:, :-_EVIDENCE], x[:, -_EVIDENCE:].float()
        perfect = torch.ones_like(evidence)
        perfect[:, 2] = 0
        opened: Tensor = self.gate(torch.cat([seen, perfect.to(x.dtype)], 1))
        if not self.soft:
            return opened
        confidence = evidence[:, :1] / evidence[:, 1:2].clamp_min(1e-3)
        return opened * confidence.clamp(0, 1).to(opened.dtype)


class _Shut(nn.Module):
    """A gate that lets nothing through."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """B C H W -> zeros B `channels` H W."""
        return x.new_zeros(len(x), self.channels, *x.shape[2:])
