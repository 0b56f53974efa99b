"""Which number format pays on which device."""

from typing import TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)


def bf16_pays(device: torch.device) -> bool:
    """Whether bfloat16 convolutions are faster than float32 on `device`.

    True on CPUs with AVX-512 BF16 or AMX (3 to 5 times) and on NVIDIA GPUs from Ampere on; elsewhere emulated.
    """
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)


def channels_last(module: M, device: torch.device) -> M:
    """Move a network to `device`, in place, with its weights in the layout that convolutions are fastest in."""
    return module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
