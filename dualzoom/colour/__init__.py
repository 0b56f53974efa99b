"""Make the tele look like the wide: the map between their colours, and its robust fit."""

from dualzoom.colour.fit import fit
from dualzoom.colour.transform import ColourMap

__all__ = ["ColourMap", "fit"]
