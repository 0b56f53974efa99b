"""Simulates what files keep of a picture: chroma at half the resolution, and the losses of JPEG and of video.

A clip's frames and most JPEGs and WebPs hold chroma at half of luma's sides (4:2:0), however sharp the picture was.
Video is stood in for by WebP, whose lossy form is a key frame of VP8 (RFC 6386): prediction from neighbours, a 4×4
transform, a filter against blocks, and 4:2:0 in limited range.

Pictures are float32 H W 3 RGB in [0, 1], gamma-encoded.
"""

import cv2
import numpy as np

from dualzoom.training.simulate.camera import Picture, in_steps

#: Blocks of codecs lie anywhere in a patch: so many pixels are added around it before it is coded.
_ROOM_PX = 16


def coded(picture: Picture, rng: np.random.Generator) -> Picture:
    """Returns a picture (h w 3) as a file of a random kind gives it back, in steps of 1/255."""
    top, left = int(rng.integers(_ROOM_PX)), int(rng.integers(_ROOM_PX))
    height, width = picture.shape[:2]
    around = ((top, _ROOM_PX - top + height % 2), (left, _ROOM_PX - left + width % 2), (0, 0))
    roomy = in_steps(np.pad(picture, around, mode="reflect"))
    kind = rng.random()
    if kind < 0.3:
        roomy = chroma_halved(roomy, rng)
    elif kind < 0.65:
        roomy = _through(roomy, ".jpg", _jpeg_options(rng))
    else:
        roomy = _through(roomy, ".webp", [cv2.IMWRITE_WEBP_QUALITY, int(rng.integers(60, 99))])
    return np.ascontiguousarray(roomy[top : top + height, left : left + width])


def chroma_halved(picture: Picture, rng: np.random.Generator) -> Picture:
    """Returns a picture of even sides through 8-bit 4:2:0 without further loss.

    Chroma is halved by means or by points between, and enlarged as decoders do: repeated, linearly, by cubics.
    """
    height, width = picture.shape[:2]
    ycc = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    down = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_CUBIC
    up = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[int(rng.integers(4))]
    small = in_steps(cv2.resize(ycc[..., 1:], (width // 2, height // 2), interpolation=down))
    ycc[..., 0] = in_steps(ycc[..., 0])
    ycc[..., 1:] = cv2.resize(small, (width, height), interpolation=up)
    return in_steps(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB))


def _jpeg_options(rng: np.random.Generator) -> list[int]:
    full = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if rng.random() < 0.8 else full
    quality = int(rng.integers(75, 100))
    return [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]


def _through(picture: Picture, suffix: str, options: list[int]) -> Picture:
    """Writes a picture as a file and reads it again."""
    codes = np.rint(picture[..., ::-1] * 255).astype(np.uint8)
    _, data = cv2.imencode(suffix, codes, options)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
    assert decoded is not None  # encoded a line above
    return decoded.astype(np.float32) / np.float32(255)
