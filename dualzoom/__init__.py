"""Zoom a phone's wide photo with the detail of its tele photo.

    import dualzoom
    result = dualzoom.zoom("wide.jpg", "tele.jpg", output="out.jpg")

Names are fetched when they are first used: `import dualzoom` loads neither torch nor OpenCV, so that
a command's help answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualzoom.api import report as report
    from dualzoom.api import zoom as zoom
    from dualzoom.api import zoom_clip as zoom_clip
    from dualzoom.capture import read as read
    from dualzoom.capture import write as write
    from dualzoom.capture.photo import Photo as Photo
    from dualzoom.clips import ClipResult as ClipResult
    from dualzoom.errors import BatchError as BatchError
    from dualzoom.errors import CaptureError as CaptureError
    from dualzoom.errors import DualzoomError as DualzoomError
    from dualzoom.errors import MemoryExhaustedError as MemoryExhaustedError
    from dualzoom.errors import RegistrationError as RegistrationError
    from dualzoom.errors import UsageError as UsageError
    from dualzoom.errors import WeightsError as WeightsError
    from dualzoom.errors import WriteError as WriteError
    from dualzoom.pipeline import Zoomer as Zoomer
    from dualzoom.registration import Registration as Registration
    from dualzoom.registration import register as register
    from dualzoom.settings import CalibrationSettings as CalibrationSettings
    from dualzoom.settings import ClipSettings as ClipSettings
    from dualzoom.settings import EngineSettings as EngineSettings
    from dualzoom.settings import FramingSettings as FramingSettings
    from dualzoom.settings import PrintSettings as PrintSettings
    from dualzoom.settings import WriteSettings as WriteSettings
    from dualzoom.settings import ZoomSettings as ZoomSettings
    from dualzoom.zoom_result import ZoomResult as ZoomResult

    __version__: str

#: Public name -> the module it lives in.
_HOME = {
    "BatchError": "dualzoom.errors",
    "CalibrationSettings": "dualzoom.settings",
    "CaptureError": "dualzoom.errors",
    "ClipResult": "dualzoom.clips",
    "ClipSettings": "dualzoom.settings",
    "DualzoomError": "dualzoom.errors",
    "EngineSettings": "dualzoom.settings",
    "FramingSettings": "dualzoom.settings",
    "MemoryExhaustedError": "dualzoom.errors",
    "Photo": "dualzoom.capture.photo",
    "PrintSettings": "dualzoom.settings",
    "Registration": "dualzoom.registration",
    "RegistrationError": "dualzoom.errors",
    "UsageError": "dualzoom.errors",
    "WeightsError": "dualzoom.errors",
    "WriteError": "dualzoom.errors",
    "WriteSettings": "dualzoom.settings",
    "ZoomResult": "dualzoom.zoom_result",
    "ZoomSettings": "dualzoom.settings",
    "Zoomer": "dualzoom.pipeline",
    "read": "dualzoom.capture",
    "register": "dualzoom.registration",
    "report": "dualzoom.api",
    "write": "dualzoom.capture",
    "zoom": "dualzoom.api",
    "zoom_clip": "dualzoom.api",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    """Fetch a public name from the module it lives in, once."""
    if name == "__version__":
        value: object = import_module("dualzoom.version").installed_version()
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'dualzoom' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
