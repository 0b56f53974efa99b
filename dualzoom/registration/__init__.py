"""Where the tele lies in the wide: prior, locate, verify, parallax, warp."""

from dualzoom.registration.register import register
from dualzoom.registration.types import Registration
from dualzoom.registration.warp import Warper

__all__ = ["Registration", "Warper", "register"]
