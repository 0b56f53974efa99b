"""Cutting a frame into tiles, and blending what becomes of them into the finished picture."""

from dualzoom.tiling.blend import Blender
from dualzoom.tiling.plan import Tile, pad_reflect, plan, reflect_index

__all__ = ["Blender", "Tile", "pad_reflect", "plan", "reflect_index"]
