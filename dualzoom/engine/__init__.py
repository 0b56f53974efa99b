"""The numpy ⇄ torch seam: runs a network on a device over a whole frame.

devices     which device computes, how large its tiles are, and whether an error means that memory ran out
one_thread  little work that is done sooner without help
room        how many tiles at once, beside something that learns
patches     what the wide's degradation is estimated from
walk        the tiles of a frame by processors: several threads each take a whole tile, in numpy but for the network
on_device   the same on a GPU: one copy in, one copy out
engine      one network on one device; smaller tiles when memory runs out
"""

from dualzoom.engine.devices import choose_device, out_of_memory
from dualzoom.engine.engine import Engine, Upscaled
from dualzoom.engine.walk import BurstSource, ReferenceSource

__all__ = ["BurstSource", "Engine", "ReferenceSource", "Upscaled", "choose_device", "out_of_memory"]
