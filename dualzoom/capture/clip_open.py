"""Opens clips through PyAV, and says in one line what is wrong with one.

PyAV (BSD) is an optional extra; its wheels bring their own FFmpeg. Files are opened by path, never by address: FFmpeg
would follow URLs. Only formats that cameras and phones write are tried.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualzoom.capture.clip_source import clip_inside
from dualzoom.errors import CaptureError, WriteError, extra_step, reason_of

if TYPE_CHECKING:
    from av.container import InputContainer

#: Demuxers tried; "mov" reads MP4 and MOV, "matroska" MKV and WebM.
_FORMATS = "mov,matroska,avi,mpegts"
#: The only protocol: a list of files inside a clip opens nothing else.
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
_SEGMENT = {"protocol_whitelist": "file", "format_whitelist": "nut"}


def av() -> Any:
    """PyAV's module; raises CaptureError that names the extra where it is not installed."""
    try:
        import av as module
    except ImportError as error:
        raise CaptureError("clips", "reading and writing them needs PyAV", extra_step("video")) from error
    module.logging.set_level(None)
    return module


@contextmanager
def opened(path: Path, *, segment: bool = False, data: bytes | None = None) -> Iterator["InputContainer"]:
    """A clip, or a `segment` of our own, opened for reading. `data`: the clip, where it lies inside the file `path`;
    of a motion photo it is found.

    Raises CaptureError, also for what goes wrong inside the block.
    """
    module = av()
    try:
        if data is None and not path.is_file():
            raise CaptureError(path, "there is no such file", "check the path")
        if data is None and not segment:
            data = clip_inside(path)
        options = _SEGMENT if segment else _OPTIONS
        source = f"file:{path}" if data is None else io.BytesIO(data)
        with module.open(source, "r", options=dict(options)) as container:
            yield container
    except module.error.FFmpegError as error:
        raise _capture_error(path, error, module) from error
    except (OSError, ValueError) as error:
        raise CaptureError(path, f"cannot be read: {reason_of(error)}", "check the path") from error


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """PyAV's module, to write `path` with; what goes wrong inside becomes a WriteError about it."""
    module = av()
    try:
        yield module
    except (module.error.FFmpegError, OSError) as error:
        reason = f"cannot be written: {reason_of(error)}"
        raise WriteError(path, reason, "make room or choose another place") from error


def _capture_error(path: Path, error: Any, module: Any) -> CaptureError:
    if isinstance(error, module.error.InvalidDataError):
        return CaptureError(
            path, "is no clip that can be read, or it is cut off", "copy it again from the camera"
        )
    if isinstance(error, module.error.DecoderNotFoundError):
        return CaptureError(path, "is of a codec that cannot be read", "convert it to H.264 first")
    return CaptureError(path, f"cannot be read: {reason_of(error)}", "copy it again from the camera")
