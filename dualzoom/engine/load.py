"""How much a device is given at once, and what is tried next when its memory runs out."""

from dataclasses import dataclass, replace

import torch

#: Tiles that go through the network at once, by device; on CPUs each thread takes one.
_BATCH = {"cpu": 1, "cuda": 4, "mps": 1}
_MIN_TILE_PX = 32
#: The finished frame stays on a GPU if so many of it would fit: blending, tones and the network need room, too.
_ROOM = 4


@dataclass(frozen=True)
class Load:
    """`tile_px`: side of a tile's core. `batch`: tiles at once. `held`: the finished frame stays on the device until it
    is complete, which saves waiting for rows of it."""

    tile_px: int
    batch: int = 1
    held: bool = False

    @classmethod
    def usual(cls, device: torch.device, tile_px: int, result_bytes: int) -> "Load":
        """What to try first. `result_bytes`: of the finished frame."""
        return cls(tile_px, _BATCH[device.type], _free(device) >= _ROOM * result_bytes)

    def lighter(self) -> tuple["Load", str] | None:
        """What to try next, and what to tell the user; None where nothing smaller is left."""
        if self.batch > 1:
            return replace(self, batch=1), f"out of memory with {self.batch} tiles at once, went on with one"
        if self.held:
            said = "out of memory with the whole result on the GPU, went on with parts of it"
            return replace(self, held=False), said
        smaller = self.tile_px // 2
        if smaller < _MIN_TILE_PX:
            return None
        said = f"out of memory with tiles of {self.tile_px} px, went on with {smaller} px"
        return replace(self, tile_px=smaller), said


def _free(device: torch.device) -> int:
    """Bytes free on a GPU; 0 on CPUs, whose frame is the host's own."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return 0
