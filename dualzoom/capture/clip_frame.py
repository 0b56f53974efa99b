"""From a decoded frame to upright RGB, in the clip's own matrix, range and bits."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture.clip_colour import WEIGHTS, Encoding, Planes, to_rgb
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.stream import VideoStream

_UNSPECIFIED, _RGB, _BT709, _BT601 = 2, 0, 1, 6
_SD_ROWS = 576  # of a frame up to which an unspecified matrix is BT.601
_PLANAR = {
    "yuv420p": (2, 2, 8), "yuvj420p": (2, 2, 8), "yuv422p": (2, 1, 8), "yuvj422p": (2, 1, 8),
    "yuv444p": (1, 1, 8), "yuvj444p": (1, 1, 8), "yuv420p10le": (2, 2, 10), "yuv422p10le": (2, 1, 10),
    "yuv444p10le": (1, 1, 10),
}  # fmt: skip
#: Formats that hold the same samples in another order.
_REORDERED = {
    "nv12": "yuv420p",
    "nv16": "yuv422p",
    "p010le": "yuv420p10le",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
}


def encoding_of(path: Path, frame: "VideoFrame", stream: "VideoStream") -> Encoding:
    """How the frames of a clip hold colours, by one of them. Raises CaptureError for what could not be kept."""
    if frame.interlaced_frame:
        raise CaptureError(path, "is interlaced", "deinterlace it first")
    if any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items()):
        raise CaptureError(path, "its transparency cannot be kept", "lay it on a background first")
    name = _REORDERED.get(frame.format.name, frame.format.name)
    if name not in _PLANAR:
        raise CaptureError(
            path, f"its pixel format {name} cannot be kept", "convert it to 8 or 10 bits 4:2:0 first"
        )
    across, down, bits = _PLANAR[name]
    matrix = int(frame.colorspace)
    if matrix in (_UNSPECIFIED, 3):
        matrix = _BT709 if frame.height > _SD_ROWS else _BT601
    if matrix not in WEIGHTS:
        raise CaptureError(
            path, f"its colour matrix (number {matrix} of H.273) cannot be kept", "convert it to BT.709 first"
        )
    jpeg = name.startswith("yuvj")
    return Encoding(
        bits=bits, full=jpeg or int(frame.color_range) == 2, across=across, down=down,
        left=stream.codec_context.name != "mjpeg", matrix=matrix,
        primaries=int(frame.color_primaries), transfer=int(frame.color_trc),
    )  # fmt: skip


def upright_rgb(frame: "VideoFrame", encoding: Encoding) -> Pixels:
    """RGB (H, W, 3) of a frame the right way up, uint8 of 8 bits, uint16 of 10."""
    return cast(Pixels, _upright(to_rgb(_planes(frame), encoding), _turn(frame)))


def is_turned(frame: "VideoFrame") -> bool:
    """Whether a quarter turn shows the frame upright: width and height change places."""
    return bool(_turn(frame)[0, 0] == 0)


def _planes(frame: "VideoFrame") -> Planes:
    """Y, Cb, Cr as copies."""
    if frame.format.name in _REORDERED:
        frame = frame.reformat(format=_REORDERED[frame.format.name])
    bits = _PLANAR[frame.format.name][2]
    found = [np.frombuffer(cast(Any, one), np.uint8 if bits == 8 else "<u2") for one in frame.planes]
    step = 1 if bits == 8 else 2
    first, second, third = (
        values.reshape(-1, plane.line_size // step)[: plane.height, : plane.width]
        for values, plane in zip(found, frame.planes, strict=True)
    )
    return first, second, third


def _turn(frame: "VideoFrame") -> NDArray[np.int64]:
    """The quarter turn or flip that shows the frame upright: (2, 2) of -1, 0, 1; (x, y) · turn."""
    for data in _side_data(frame):
        if data.type.name == "DISPLAYMATRIX":
            numbers = np.frombuffer(bytes(data), "<i4").reshape(3, 3)[:2, :2]
            turn = np.rint(numbers / 65536).astype(np.int64)
            if abs(round(float(np.linalg.det(turn)))) == 1:
                return turn
    return np.eye(2, dtype=np.int64)


def _side_data(frame: "VideoFrame") -> list[Any]:
    """What the file says about a frame besides its pixels: objects with `type`, and bytes. (PyAV's stubs err here.)"""
    return list(cast(Any, frame.side_data))


def _upright(pixels: NDArray[Any], turn: NDArray[np.int64]) -> Any:
    if turn[0, 0] == 0:  # x becomes y
        pixels = pixels.transpose(1, 0, 2)
        flip_x, flip_y = turn[1, 0] < 0, turn[0, 1] < 0
    else:
        flip_x, flip_y = turn[0, 0] < 0, turn[1, 1] < 0
    return np.ascontiguousarray(pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1])
