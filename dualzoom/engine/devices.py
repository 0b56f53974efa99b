"""Which device computes, how large its tiles are, and whether an error means that memory ran out."""

import torch

from dualzoom.errors import UsageError

#: Tile sides by device: on CPUs what stays in the caches, on GPUs what keeps them busy.
DEFAULT_TILE_PX = {"cpu": 320, "cuda": 512, "mps": 256}


def choose_device(name: str) -> torch.device:
    """The torch device for "auto", "cpu", "cuda", "cuda:N" or "mps"; raises UsageError where there is none such."""
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise UsageError(name, "is not a device", "use auto, cpu, cuda, cuda:N or mps") from error
    count = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}
    if (device.index or 0) >= count.get(device.type, 0):
        raise UsageError(
            name, "there is no such device on this machine", "choose another, or let dualzoom choose"
        )
    return device


def out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out; torch on CPUs and OpenCV say it only in the message."""
    words = ("can't allocate memory", "out of memory", "not enough memory", "insufficient memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
        word in str(error).lower() for word in words
    )


def release(device: torch.device) -> None:
    """Hands back the memory that torch keeps for later use on a GPU."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
