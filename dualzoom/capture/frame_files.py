"""Reads the frames of a burst: photos, folders of them, and the frames of clips."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from dualzoom.capture.photo import Photo
from dualzoom.capture.read import read
from dualzoom.capture.suffixes import suffix_kind
from dualzoom.errors import CaptureError

#: Of a clip, evenly spread; a phone's motion photo has about ninety.
MOST_FRAMES_OF_A_CLIP = 12


def read_frames(paths: Iterable[Path], wide: Photo) -> Iterator[Photo | CaptureError]:
    """Reads one frame after the other, in the order of names; a frame that cannot be read comes as its error.

    A folder gives its photos, a clip up to twelve of its frames, and a motion photo those of its clip; the wide's own
    file is left out otherwise. A clip of high dynamic range comes as an error, too: beside a wide that is not its tones
    would be wrong. Raises CaptureError where a path is not there, or a clip cannot be read or holds no video.
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
            yield from _of_clip(path)
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
                yield from _of_clip(path, photo.motion.clip)
            except CaptureError as error:  # the still is good all the same
                yield CaptureError(path, f"the clip behind it: {error.reason}", error.next_step)
        if not own:
            yield photo


def _of_clip(path: Path, data: bytes | None = None) -> Iterator[Photo | CaptureError]:
    from dualzoom.capture.clip_spread import spread_frames  # loads OpenCV, which reading photos does without

    return spread_frames(path, MOST_FRAMES_OF_A_CLIP, data)


def _twin(path: Path, wide: Photo) -> bool:
    """Whether a file is the wide in another format (raw beside JPEG): the same exposure is no further frame."""
    return wide.source is not None and path != wide.source and path.stem == wide.source.stem
