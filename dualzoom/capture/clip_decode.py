"""Decodes the pictures of a clip from one time to another: all of them, each once, in the order of showing."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dualzoom.errors import CaptureError
from dualzoom.geometry import Size

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

#: How far before a time to look for a picture from which decoding can begin. Streams without an index (AVCHD) are
#: searched by their packets, and the place found may lie behind it; the last is before any beginning.
_BACK_S = (0, 2, 10, 60, 1 << 20)
_COVER = 0x0400  # FFmpeg's AV_DISPOSITION_ATTACHED_PIC


def video(container: "InputContainer", path: Path, most_pixels: int) -> "VideoStream":
    """The first video of a clip, covers left aside. Raises CaptureError where there is none, or too large a one."""
    stream = next((one for one in container.streams.video if not is_cover(one)), None)
    if stream is None:
        raise CaptureError(path, "holds no video", "choose a clip")
    size = Size(stream.width, stream.height)
    if size.area > most_pixels:
        reason = f"its frames of {size.width} × {size.height} px are larger than {most_pixels / 1e6:.0f} megapixels"
        raise CaptureError(path, reason, "make it smaller first")
    if stream.codec_context is None:
        raise CaptureError(path, "is of a codec that cannot be read", "convert it to H.264 first")
    stream.thread_type = "AUTO"
    return stream


def is_cover(stream: Any) -> bool:
    """Whether a video stream is the one picture that players show for the file."""
    return bool(int(stream.disposition) & _COVER)


def beginning(stream: "VideoStream") -> int:
    """The tick at which a stream begins."""
    return int(stream.start_time or 0)


def decoded(
    container: "InputContainer",
    stream: "VideoStream",
    path: Path,
    low: int | None = None,
    high: int | None = None,
) -> Iterator["VideoFrame"]:
    """Decodes frames from tick `low` up to `high`, times rising. `container` stands at its beginning.

    Raises CaptureError where packets are damaged, or frames change their size or format midway.
    """
    if low is None or low <= beginning(stream):
        yield from _within(_onwards(container, stream, path, whole=low is None), low, high)
        return
    for back_s in _BACK_S:
        container.seek(low - round(back_s / cast(Any, stream.time_base)), stream=stream, backward=True)
        found = _onwards(container, stream, path)
        first = next(found, None)
        if first is not None and (cast(int, first.pts) <= low or back_s == _BACK_S[-1]):
            yield from _within(chain([first], found), low, high)
            return


def _within(found: Iterator["VideoFrame"], low: int | None, high: int | None) -> Iterator["VideoFrame"]:
    for frame in found:
        time = cast(int, frame.pts)
        if high is not None and time >= high:
            return
        if low is None or time >= low:
            yield frame


def _onwards(
    container: "InputContainer", stream: "VideoStream", path: Path, *, whole: bool = False
) -> Iterator["VideoFrame"]:
    """All frames from where the container stands. `whole`: that is its beginning, so none may be missing."""
    packets, last, kind = 0, None, None
    for packet in container.demux(stream):
        packets += packet.size > 0
        if packet.is_corrupt:
            raise CaptureError(path, "is damaged or cut off", "copy it again from the camera")
        for frame in packet.decode():
            if frame.pts is None:
                raise CaptureError(path, "its frames carry no times", "convert it to MP4 first")
            if last is not None and frame.pts <= last:
                raise CaptureError(path, "its frames are out of order", "convert it to MP4 first")
            own = (frame.width, frame.height, frame.format.name)
            if kind is not None and own != kind:
                raise CaptureError(
                    path, "its frames change their size or format midway", "cut it there into clips first"
                )
            last, kind = frame.pts, own
            yield frame
    if whole and packets < stream.frames:
        reason = f"is cut off: only {packets} of {stream.frames} frames can be read"
        raise CaptureError(path, reason, "copy it again from the camera")
