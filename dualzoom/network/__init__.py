"""The network of Wang et al., ICCV 2021 ("Dual-Camera Super-Resolution with Aligned Attention Modules").

The files are the boxes of the paper's Figure 2; torch only, no photographs:

    features            φ (for matching) and ψ (for detail)          Section 3.1
    matching, window    index map P and confidence C                 Eq. 1
    warping             moves cells of the reference by P
    local_transformer   T: how each cell is scaled, turned, shifted  Eq. 2
    aligned_attention   samples the moved cells through A
    fusion              features gated by confidence; high band      Eq. 3, Eq. 4
    contract            what every network promises; configuration, registry: what builds one
    degradation         what the wide lost: five numbers that modulate the features
    dcsr, dcsr_lite     the two networks built from these parts
    ensemble            the mean over eight orientations
    compat              the authors' released network
    weights             safetensors on disk ⇄ module

Convention: images B 3 H W, RGB, 0..1, gamma-encoded as they come; H W is the wide's (LR) grid, Hr Wr the
reference's; pixel centres at integers.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualzoom.network.weights import LoadedModel, available, load, save, verify

__all__ = ["LoadedModel", "available", "load", "save", "verify"]


def __getattr__(name: str) -> object:
    if name in __all__:  # torch is imported at first use only
        from dualzoom.network import weights

        return getattr(weights, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
