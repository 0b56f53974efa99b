"""Which number format pays on which device, and the layout that convolutions are fastest in.

A device has one format beside float32 that may be faster: bfloat16 on processors and on NVIDIA's GPUs from Ampere on,
float16 on older ones and on Apple's. Two convolutions are timed in both (`format_timing`), once on each machine: the
answer is kept in the user's cache folder (`kept_formats`). The short format is taken where it is clearly faster,
float32 where it is not; in between what the instructions promise decides, so that noise cannot turn the answer around.

`using` overrides it, and so does the environment variable DUALZOOM_PRECISION (auto, fp32, bf16 or fp16).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import torch
from torch import nn

from dualzoom.errors import UsageError
from dualzoom.network.format_timing import device_name, in_short_format, times_faster
from dualzoom.network.kept_formats import kept_format
from dualzoom.settings import Precision

__all__ = [
    "FORMATS", "VARIABLE", "bf16_pays", "channels_last", "in_short_format", "name_of", "number_format", "promised",
    "short_format", "using",
]  # fmt: skip

M = TypeVar("M", bound=nn.Module)

VARIABLE = "DUALZOOM_PRECISION"
#: Names of formats, as users give them and as they are kept.
FORMATS: dict[Precision, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
#: How many times faster than float32 a format must be to be taken without a promise, and may be slower with one.
#: Measured: bfloat16 2 to 5 times with AVX-512 BF16; where it is emulated, a tenth of the speed.
_CLEARLY, _DOUBTFUL = 1.4, 1.05
_USED: ContextVar[Precision] = ContextVar("precision", default="auto")


def number_format(device: torch.device) -> torch.dtype:
    """The format for convolutions on `device`: as `using` says, else the variable, else as measured.

    Raises UsageError where the variable says nothing that is known.
    """
    asked = _USED.get()
    if asked == "auto":
        asked = _told()
    if asked == "auto":
        asked = kept_format(device_name(device), lambda: _measured(device))
    return FORMATS[asked]


def name_of(number_format: torch.dtype) -> Precision:
    """The name of one of FORMATS."""
    return next(name for name, one in FORMATS.items() if one == number_format)


def bf16_pays(device: torch.device) -> bool:
    """Whether `number_format` is bfloat16, the only short format in which training is stable as it is."""
    return number_format(device) == torch.bfloat16


@contextmanager
def using(precision: Precision) -> Iterator[None]:
    """Inside, `number_format` answers `precision`; with "auto" as it would anyway. It holds for this thread."""
    before = _USED.set(_USED.get() if precision == "auto" else precision)
    try:
        yield
    finally:
        _USED.reset(before)


def promised(device: torch.device) -> bool:
    """Whether the device has instructions for its short format, where these pay.

    True on CPUs with AVX-512 BF16 or AMX, on NVIDIA GPUs and on Apple's.
    """
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return True


def short_format(device: torch.device) -> Precision:
    """The format beside float32 that may be faster on `device`."""
    if device.type == "cuda":
        return "bf16" if torch.cuda.get_device_capability(device) >= (8, 0) else "fp16"
    return "bf16" if device.type == "cpu" else "fp16"


def channels_last(module: M, device: torch.device) -> M:
    """Move a network to `device`, in place, with its weights in the layout that convolutions are fastest in."""
    return module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def _told() -> Precision:
    """What the environment variable says."""
    match os.environ.get(VARIABLE, "auto").strip().lower():
        case "" | "auto":
            return "auto"
        case "fp32":
            return "fp32"
        case "bf16":
            return "bf16"
        case "fp16":
            return "fp16"
        case other:
            raise UsageError(f"{VARIABLE}={other}", "is no number format", "use auto, fp32, bf16 or fp16")


def _measured(device: torch.device) -> Precision:
    short = short_format(device)
    ratio = times_faster(FORMATS[short], device)
    faster = promised(device) if _DOUBTFUL <= ratio < _CLEARLY else ratio >= _CLEARLY
    return short if faster else "fp32"
