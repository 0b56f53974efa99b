"""Where the tele lies in the wide: prior, locate, verify, parallax, warp."""

from dualzoom.registration.planes import register_planes
from dualzoom.registration.register import register
from dualzoom.registration.types import Registration
from dualzoom.registration.warp import Warper

__all__ = ["Registration", "Warper", "register", "register_planes"]
