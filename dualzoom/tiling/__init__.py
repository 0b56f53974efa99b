"""Cuts a frame into tiles, and blends the enlarged tiles into the finished picture.

plan    which tiles cover a frame, and the pixels of each, mirrored beyond the edge
ahead   works on several tiles at once, in their order
blend   joins enlarged tiles without seams, in a band of memory
"""

from dualzoom.tiling.ahead import in_order
from dualzoom.tiling.blend import Blender
from dualzoom.tiling.plan import Tile, pad_reflect, plan, reflect_index

__all__ = ["Blender", "Tile", "in_order", "pad_reflect", "plan", "reflect_index"]
