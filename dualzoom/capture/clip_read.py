"""Reads clips frame by frame: upright RGB, each with its time. Memory is that of a few frames."""

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.clip import ClipFrame, ClipInfo
from dualzoom.capture.clip_decode import beginning, decoded, is_cover, video
from dualzoom.capture.clip_dolby import dolby_vision
from dualzoom.capture.clip_extent import timecode
from dualzoom.capture.clip_frame import encoding_of, is_turned, upright_rgb
from dualzoom.capture.clip_light import light_of, words_left_out
from dualzoom.capture.clip_open import opened
from dualzoom.capture.clip_source import clip_inside
from dualzoom.errors import CaptureError
from dualzoom.geometry import Size

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

MOST_PIXELS = 4096 * 2304  # of a frame: 4K; twice its size is as much as codecs' levels allow
_THUMB = (32, 18)
#: Between a scene's frames thumbs differ by less than this many grey levels, or correlate better.
_CUT_LEVELS, _CUT_CORRELATION = 10.0, 0.5


def scan(path: Path, start_s: float | None = None, stop_s: float | None = None) -> ClipInfo:
    """Decodes a clip once: what it is, the time of every frame from `start_s` up to `stop_s`, and where scenes begin.

    Raises CaptureError where it is no clip, is cut off, has no frames there, or cannot be kept as it is.
    """
    times: list[int] = []
    durations: list[int] = []
    cuts: list[int] = []
    with opened(path) as container:
        stream = video(container, path, MOST_PIXELS)
        base = cast(Fraction, stream.time_base)
        first = None
        before: NDArray[np.uint8] | None = None
        zero = beginning(stream)
        low = None if start_s is None else zero + round(Fraction(start_s) / base)
        high = None if stop_s is None else zero + round(Fraction(stop_s) / base)
        for frame in decoded(container, stream, path, low, high):
            first = first or frame
            thumb = _thumb(frame)
            if before is None or _is_cut(before, thumb):
                cuts.append(len(times))
            before = thumb
            times.append(cast(int, frame.pts))
            durations.append(int(frame.duration or 0))
        if first is None:
            within = "" if low is None and high is None else " in this range"
            raise CaptureError(path, f"holds no frames{within}", "choose another clip or range")
        end = _end(stream) if high is None else None
        if end is not None and end > times[-1]:
            durations[-1] = end - times[-1]
        elif durations[-1] == 0:
            durations[-1] = times[-1] - times[-2] if len(times) > 1 else max(1, round(1 / (25 * base)))
        part = (start_s is None or low == zero, stop_s is None)
        return _info(path, container, stream, first, times, durations, cuts, part)


def frames(info: ClipInfo, start: int = 0, stop: int | None = None) -> Generator[ClipFrame, None, None]:
    """Frames number `start` up to `stop` of a scanned clip. Raises CaptureError where the file has changed since."""
    times = info.times[start:stop]
    if not times:
        return
    number = 0
    with opened(info.path) as container:
        stream = video(container, info.path, MOST_PIXELS)
        for frame in decoded(container, stream, info.path, times[0], times[-1] + 1):
            if number >= len(times) or frame.pts != times[number]:
                break
            yield ClipFrame(pixels=upright_rgb(frame, info.encoding), time=times[number])
            number += 1
    if number < len(times):
        raise CaptureError(info.path, "does not decode twice alike", "copy it again from the camera")


def _end(stream: "VideoStream") -> int | None:
    """When the frame shown last disappears, where the container says so: in MOV a frame's own duration is that of
    the one in its place in the order of coding."""
    return None if stream.duration is None else beginning(stream) + int(stream.duration)


def _info(
    path: Path,
    container: "InputContainer",
    stream: "VideoStream",
    frame: "VideoFrame",
    times: list[int],
    durations: list[int],
    cuts: list[int],
    part: tuple[bool, bool],
) -> ClipInfo:
    turned = is_turned(frame)
    size = Size(frame.height, frame.width) if turned else Size(frame.width, frame.height)
    aspect = Fraction(stream.sample_aspect_ratio or 1) or Fraction(1)
    span = (times[-1] + durations[-1] - times[0]) * cast(Fraction, stream.time_base)
    rate = (len(times) / span).limit_denominator(100_000)
    counted = timecode(stream.metadata.get("timecode"), rate) if part[0] else None
    kinds = {one.type for one in container.streams if counted is None or not _counts(one)}
    others = sorted(kinds - {"video", "audio"})
    notes = [f"tracks of other kinds ({', '.join(others)}) are left out"] if others else []
    covers = sum(map(is_cover, container.streams.video))
    if covers:
        notes.append("its cover picture is left out")
    if len(container.streams.video) - covers > 1:
        notes.append("only the first of its video tracks is enlarged")
    notes += words_left_out(path, frame, dolby_vision(path, clip_inside(path)))
    return ClipInfo(
        path=path,
        size=size,
        codec=stream.codec_context.name,
        encoding=encoding_of(path, frame, stream),
        light=light_of(frame),
        time_base=cast(Fraction, stream.time_base),
        rate=rate,
        aspect=1 / aspect if turned else aspect,
        origin=beginning(stream),
        times=tuple(times),
        durations=tuple(durations),
        cuts=tuple(cuts),
        audio=tuple(one.codec_context.name for one in container.streams.audio),
        from_beginning=part[0],
        to_end=part[1],
        timecode=counted,
        notes=tuple(notes),
    )


def _counts(stream: Any) -> bool:
    """Whether a stream holds nothing but the timecode."""
    return stream.type == "data" and "timecode" in stream.metadata


def _thumb(frame: "VideoFrame") -> NDArray[np.uint8]:
    plane = frame.planes[0]
    step = 1 if frame.format.components[0].bits == 8 else 2
    kind: Any = np.uint8 if step == 1 else "<u2"
    luma = np.frombuffer(cast(Any, plane), kind).reshape(-1, plane.line_size // step)[
        : plane.height, : plane.width
    ]
    small = cv2.resize(luma, _THUMB, interpolation=cv2.INTER_AREA)
    return np.asarray(small if step == 1 else small // 4, np.uint8)


def _is_cut(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> bool:
    a, b = (thumb.astype(np.float64).ravel() for thumb in (before, after))
    if np.abs(a - b).mean() < _CUT_LEVELS:
        return False
    a, b = a - a.mean(), b - b.mean()
    power = float(np.sqrt((a @ a) * (b @ b)))
    return power < 1 or float(a @ b) / power < _CUT_CORRELATION
