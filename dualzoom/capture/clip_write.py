"""Encodes frames into segments: short files that hold whole scenes or parts of them, and can be joined without loss.

A segment is a NUT file, which keeps any time base. It is written under another name first: one that has its own name
is complete.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

from dualzoom.capture.clip_colour import Encoding, Planes, from_rgb
from dualzoom.capture.clip_light import UNSAID, Light
from dualzoom.capture.clip_open import av, writing
from dualzoom.capture.photo import Pixels
from dualzoom.errors import UsageError
from dualzoom.geometry import Size
from dualzoom.settings import ClipCodec

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.stream import VideoStream

#: Codec -> FFmpeg's encoders, the best first: wheels for some systems are built without the first.
_ENCODERS = {"h264": ("libx264",), "hevc": ("libx265",)}
#: Sides that encoders take.
_MOST_SIDE_PX = 8192
#: The same of HEVC: narrower pictures than its blocks corrupted memory in PyAV 18's x265.
_LEAST_HEVC_PX = 64
_PRESET = "medium"
#: Encoders' names of an HDR clip's static words.
_LIGHT = {
    "libx264": {"display": "mastering-display", "levels": "cll"},
    "libx265": {"display": "master-display", "levels": "max-cll"},
}
#: OpenCV's number of an instruction set. With it x264 (build 165) gives other bytes from run to run, from the same
#: pictures; without it always the same.
_AVX_512F = 13


@dataclass(frozen=True, kw_only=True)
class ClipFormat:
    """How a clip is to be encoded. `crf`: constant quality, 0 the best to 51. `aspect`: of a pixel.

    `light`: static words of an HDR clip.
    """

    size: Size
    encoding: Encoding
    time_base: Fraction
    rate: Fraction
    codec: ClipCodec
    crf: int
    aspect: Fraction = Fraction(1)
    light: Light = UNSAID

    @property
    def encoder(self) -> str:
        """The encoder's name. Raises UsageError where this PyAV has none for the codec."""
        codecs = av().codecs_available
        for name in _ENCODERS[self.codec]:
            if name in codecs:
                return name
        raise UsageError(
            self.codec, "this PyAV has no encoder for it", "choose another codec, or PyAV's own wheels"
        )


def write_segment(path: Path, frames: Iterable[tuple[Pixels, int]], how: ClipFormat) -> None:
    """Encodes frames, (2H, 2W, 3) with their times in ticks, to a new file. Raises WriteError; nothing half remains."""
    hidden = path.with_name(f"{path.name}.part")
    try:
        with writing(path) as module, module.open(f"file:{hidden}", "w", format="nut") as container:
            stream = _stream(container, how)
            for pixels, time in frames:
                frame = _frame(module, from_rgb(pixels, how.encoding), how)
                frame.pts, frame.time_base = time, how.time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with writing(path):
            hidden.replace(path)
    finally:
        hidden.unlink(missing_ok=True)


def check_format(how: ClipFormat, path: Path) -> None:
    """Raises UsageError where the encoder could not hold the clip at all: before the work."""
    if max(how.size.width, how.size.height) > _MOST_SIDE_PX:
        raise UsageError(
            path, f"{how.codec} holds no side of more than {_MOST_SIDE_PX} pixels", "make the clip smaller"
        )
    if how.codec == "hevc" and min(how.size.width, how.size.height) < _LEAST_HEVC_PX:
        reason = f"hevc holds no side of less than {_LEAST_HEVC_PX} pixels"
        raise UsageError(path, reason, "choose h264, or a larger clip")
    _ = how.encoder


def _stream(container: Any, how: ClipFormat) -> "VideoStream":
    stream: VideoStream = container.add_stream(how.encoder, rate=how.rate, options=_options(how))
    context, encoding = stream.codec_context, how.encoding
    context.width, context.height, context.pix_fmt = how.size.width, how.size.height, encoding.pixel_format
    context.time_base = stream.time_base = how.time_base
    context.sample_aspect_ratio = how.aspect
    context.color_range = 2 if encoding.full else 1
    context.colorspace, context.color_primaries = encoding.matrix, encoding.primaries
    context.color_trc = encoding.transfer
    return stream


def _options(how: ClipFormat) -> dict[str, str]:
    options = {"crf": str(how.crf), "preset": _PRESET}
    params = [f"chromaloc={0 if how.encoding.left else 1}"]
    names = _LIGHT.get(how.encoder, {})
    params += [f"{names[key]}={value}" for key, value in how.light.options().items() if key in names]
    if how.encoder == "libx265":
        options["x265-params"] = ":".join(["log-level=none", *params])
    elif how.encoder == "libx264":
        params += ["asm=avx2"] if cv2.checkHardwareSupport(_AVX_512F) else []
        options["x264-params"] = ":".join(params)
    return options


def _frame(module: Any, planes: Planes, how: ClipFormat) -> "VideoFrame":
    frame: VideoFrame = module.VideoFrame(how.size.width, how.size.height, how.encoding.pixel_format)
    step = planes[0].dtype.itemsize
    for values, plane in zip(planes, frame.planes, strict=True):
        held = np.frombuffer(cast(Any, plane), values.dtype).reshape(-1, plane.line_size // step)
        held[: values.shape[0], : values.shape[1]] = values
    frame.colorspace, frame.color_range = how.encoding.matrix, 2 if how.encoding.full else 1
    return frame
