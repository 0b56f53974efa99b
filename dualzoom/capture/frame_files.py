"""Reads the frames of a burst: photos, folders of them, and the frames of clips."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.capture.read import read
from dualzoom.capture.suffixes import suffix_kind
from dualzoom.errors import CaptureError, UsageError

#: Of a clip, evenly spread; a phone's motion photo has about ninety.
MOST_FRAMES_OF_A_CLIP = 12
_MOST_BYTES = 1 << 30
#: Neither lists nor addresses are followed.
_OPTIONS = {"protocol_whitelist": "", "format_whitelist": "mov,matroska,avi,mpegts"}
_MOST_PIXELS = 36_000_000  # of a clip's frame: 8K
_USUAL_FRAMES = 90  # of a motion photo that does not say
_MOST_DECODED = 2000  # frames looked through: half a minute of video


def read_frames(paths: Iterable[Path], wide: Photo) -> Iterator[Photo | CaptureError]:
    """Reads one frame after the other, in the order of names; a frame that cannot be read comes as its error.

    A folder gives its photos, a clip (MP4, MOV) up to twelve of its frames, and a motion photo those of its clip; the
    wide's own file is left out otherwise. Raises CaptureError where a path is not there or a clip holds no video,
    UsageError where clips cannot be read on this machine.
    """
    for path in paths:
        if not path.exists():
            raise CaptureError(path, "there is no such file", "check the name")
        if path.is_dir():
            inside = sorted(
                one for one in path.iterdir() if suffix_kind(one.suffix) == "photo" and not _twin(one, wide)
            )
            if not inside:
                raise CaptureError(path, "holds no photos", "name a folder with the frames of a burst")
            yield from _photos(inside, wide)
        elif suffix_kind(path.suffix) == "video":
            if path.stat().st_size > _MOST_BYTES:
                raise CaptureError(path, "the clip is larger than 1 GB", "name photos or a shorter clip")
            yield from _clip_frames(path, path.read_bytes())
        else:
            yield from _photos([path], wide)


def _photos(paths: Iterable[Path], wide: Photo) -> Iterator[Photo | CaptureError]:
    for path in paths:
        own = wide.source is not None and path.resolve() == wide.source.resolve()
        try:
            photo = wide if own else read(path)
        except CaptureError as error:
            yield error
            continue
        if photo.motion is not None:
            try:
                yield from _clip_frames(path, photo.motion.clip)
            except (CaptureError, UsageError) as error:  # the still is good all the same
                yield CaptureError(path, f"the clip behind it: {error.reason}", error.next_step)
        if not own:
            yield photo


def _twin(path: Path, wide: Photo) -> bool:
    """Whether a file is the wide in another format (raw beside JPEG): the same exposure is no further frame."""
    return wide.source is not None and path != wide.source and path.stem == wide.source.stem


def _clip_frames(path: Path, data: bytes) -> Iterator[Photo]:
    try:
        import av
    except ImportError as error:
        step = "install dualzoom with the extra video, or give photos"
        raise UsageError(path, "clips can only be read with PyAV", step) from error
    try:
        with av.open(io.BytesIO(data), "r", options=dict(_OPTIONS)) as container:
            if not container.streams.video:
                raise CaptureError(path, "holds no video", "name a clip or photos")
            stream = container.streams.video[0]
            known = int(stream.frames or _USUAL_FRAMES)
            if stream.width * stream.height > _MOST_PIXELS:
                raise CaptureError(path, "its frames are larger than 8K", "name another clip")
            every = max(1, min(known, _MOST_DECODED) // MOST_FRAMES_OF_A_CLIP)
            given = 0
            for number, frame in enumerate(container.decode(stream)):
                if given == MOST_FRAMES_OF_A_CLIP or number >= _MOST_DECODED:
                    break
                if number % every == 0:
                    given += 1
                    pixels = np.ascontiguousarray(
                        np.rot90(frame.to_ndarray(format="rgb24"), frame.rotation // 90)
                    )
                    yield Photo(
                        pixels=pixels.astype(np.uint8, copy=False), source=Path(f"{path}, frame {number + 1}")
                    )
            if not given:
                raise CaptureError(path, "holds no frames that can be read", "copy it again from the camera")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise CaptureError(
            path, f"its video cannot be read ({error})", "name another clip or photos"
        ) from error
