"""Tiles: the plan, what reference each one gets, and their blending into the finished picture."""

from dualzoom.tiling.blend import Blender
from dualzoom.tiling.patches import fit_colour
from dualzoom.tiling.plan import Tile, pad_reflect, plan, reflect_index
from dualzoom.tiling.reference import Reference

__all__ = ["Blender", "Reference", "Tile", "fit_colour", "pad_reflect", "plan", "reflect_index"]
