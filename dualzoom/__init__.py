"""Zoom a phone's wide photo with the detail of its tele photo.

    import dualzoom
    result = dualzoom.zoom("wide.jpg", "tele.jpg", output="out.jpg")

Names are fetched when they are first used: `import dualzoom` loads neither torch nor OpenCV, so that
a command's help answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualzoom.api import zoom as zoom
    from dualzoom.capture import read as read
    from dualzoom.capture import write as write
    from dualzoom.capture.photo import Photo as Photo
    from dualzoom.errors import DualzoomError as DualzoomError
    from dualzoom.pipeline import ZoomResult as ZoomResult
    from dualzoom.registration import Registration as Registration
    from dualzoom.registration import register as register
    from dualzoom.settings import ZoomSettings as ZoomSettings

    __version__: str

_HOME = {
    "DualzoomError": "dualzoom.errors",
    "Photo": "dualzoom.capture.photo",
    "Registration": "dualzoom.registration",
    "ZoomResult": "dualzoom.pipeline",
    "ZoomSettings": "dualzoom.settings",
    "read": "dualzoom.capture",
    "register": "dualzoom.registration",
    "write": "dualzoom.capture",
    "zoom": "dualzoom.api",
}

__all__ = [
    "DualzoomError",
    "Photo",
    "Registration",
    "ZoomResult",
    "ZoomSettings",
    "__version__",
    "read",
    "register",
    "write",
    "zoom",
]


def __getattr__(name: str) -> object:
    """Fetch a public name from the module it lives in, once."""
    if name == "__version__":
        value: object = _version()
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'dualzoom' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))


def _version() -> str:
    """What is installed, or "0+source" for a checkout that never was."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("dualzoom")
    except PackageNotFoundError:
        return "0+source"
