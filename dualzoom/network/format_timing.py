"""How much faster convolutions are in a short number format, in a tenth of a second; and what a device is called."""

import platform
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch import nn

#: Those of `dcsr_lite` on a small tile: larger ones give the same ratio.
_CHANNELS, _SIDE_PX = 48, 128
#: Runs in each format, the best of which counts. Where the first shows that a format is much slower, no more.
_RUNS, _MUCH_SLOWER = 5, 3.0


def times_faster(short: torch.dtype, device: torch.device, clock: Callable[[], float] | None = None) -> float:
    """Time of two convolutions in float32 over that in `short`, each the best of a few, taken in turns.

    Processors are timed with one thread by its own time: what else runs on the machine hardly counts.
    """
    ticks = clock or (time.thread_time if device.type == "cpu" else time.perf_counter)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work = _work(device)
        for format_ in (torch.float32, short):  # plans kernels, loads libraries
            _seconds(work, format_, device, ticks)
        best: dict[torch.dtype, float] = {torch.float32: float("inf"), short: float("inf")}
        for _ in range(_RUNS):
            for format_ in best:
                best[format_] = min(best[format_], _seconds(work, format_, device, ticks))
            if best[short] > _MUCH_SLOWER * best[torch.float32]:
                break
    finally:
        torch.set_num_threads(threads)
    return best[torch.float32] / max(best[short], 1e-9)


def device_name(device: torch.device) -> str:
    """What decides the speed of formats: the processor or GPU, its instructions, and the version of torch."""
    if device.type == "cuda":
        kind = torch.cuda.get_device_name(device)
    elif device.type == "mps":
        kind = f"mps, macOS {platform.mac_ver()[0]}"
    else:
        kind = f"{_processor()}, {torch.backends.cpu.get_cpu_capability()}"
    return f"{kind}, torch {torch.__version__}"


def _work(device: torch.device) -> Callable[[], torch.Tensor]:
    parts = [nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1, device=device) for _ in range(2)]
    network = nn.Sequential(*parts).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    picture = torch.ones(1, _CHANNELS, _SIDE_PX, _SIDE_PX, device=device)
    picture = picture.contiguous(memory_format=torch.channels_last)
    return lambda: network(picture)


def _seconds(
    work: Callable[[], torch.Tensor], format_: torch.dtype, device: torch.device, ticks: Callable[[], float]
) -> float:
    with torch.inference_mode(), in_short_format(device, format_):
        _wait(device)
        start = ticks()
        work()
        _wait(device)
        return ticks() - start


def in_short_format(device: torch.device, format_: torch.dtype) -> AbstractContextManager[Any]:
    """Inside, convolutions compute in that format; nothing changes with float32, of which some devices would warn."""
    return nullcontext() if format_ == torch.float32 else torch.autocast(device.type, format_)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _processor() -> str:
    """The processor's model; on Linux only the system's own table tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
