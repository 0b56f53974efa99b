"""A few frames of a clip, evenly spread, as photos in the clip's own colours: its matrix, range, bits and primaries."""

from collections.abc import Iterator
from pathlib import Path

from dualzoom.capture import colour_tag
from dualzoom.capture.clip_decode import decoded, video
from dualzoom.capture.clip_frame import encoding_of, upright_rgb
from dualzoom.capture.clip_open import opened
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError

MOST_PIXELS = 36_000_000  # of a frame: 8K
_USUAL_FRAMES = 90  # of a motion photo that does not say
_MOST_DECODED = 2000  # frames looked through: half a minute of video


def spread_frames(path: Path, most: int, data: bytes | None = None) -> Iterator[Photo | CaptureError]:
    """At most `most` frames of the clip at `path`, or of the clip `data` inside that file, in order.

    A clip whose curve is PQ or HLG comes as one error: taken for standard range its tones would be wrong.
    Raises CaptureError where it holds no video or cannot be read.
    """
    with opened(path, data=data) as container:
        stream = video(container, path, MOST_PIXELS)
        known = int(stream.frames or _USUAL_FRAMES)
        every = max(1, min(known, _MOST_DECODED) // most)
        encoding, icc, given = None, None, 0
        for number, frame in enumerate(decoded(container, stream, path)):
            if given == most or number >= _MOST_DECODED:
                break
            if number % every:
                continue
            if encoding is None:
                if (refused := _hdr(path, int(frame.color_trc))) is not None:
                    yield refused
                    return
                encoding = encoding_of(path, frame, stream)
                icc = _profile(encoding.primaries, encoding.transfer)
            given += 1
            name = Path(f"{path}, frame {number + 1}")
            yield Photo(pixels=upright_rgb(frame, encoding), source=name, metadata=Metadata(icc=icc))
        if not given:
            raise CaptureError(path, "holds no frames that can be read", "copy it again from the camera")


def _hdr(path: Path, transfer: int) -> CaptureError | None:
    curve = colour_tag.HDR_CURVES.get(transfer)
    if curve is None:
        return None
    reason = f"its frames are of high dynamic range ({curve}), which the wide is not"
    return CaptureError(path, reason, "leave it out, or convert it to standard range")


def _profile(primaries: int, transfer: int) -> bytes | None:
    """The profile of a clip's colours; none where they are sRGB's, nearly (BT.601), or no photo has them."""
    try:
        return colour_tag.profile(primaries, transfer)
    except KeyError:
        return None
