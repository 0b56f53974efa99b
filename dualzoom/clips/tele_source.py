"""The tele beside a clip: a photo, the same at any time, or a clip of its own that ran along."""

from collections.abc import Generator
from pathlib import Path
from typing import Protocol

from dualzoom import capture
from dualzoom.capture.clip import ClipFrame, ClipInfo
from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.photo import Photo
from dualzoom.capture.suffixes import suffix_kind


class TeleSource(Protocol):
    """What the tele shows."""

    still: bool

    def at(self, seconds: float) -> Photo | None:
        """The tele's picture at a time since the wide clip's beginning; None where it has none."""
        ...


class StillTele:
    """One photo for all of the clip."""

    still = True

    def __init__(self, photo: Photo) -> None:
        self._photo = photo

    def at(self, seconds: float) -> Photo | None:
        """The photo."""
        return self._photo


class ClipTele:
    """A clip begun at the same moment as the wide one: its frame at a time. Times are asked for in order, mostly."""

    still = False

    def __init__(self, info: ClipInfo) -> None:
        self._info = info
        self._seconds = [float((time - info.origin) * info.time_base) for time in info.times]
        self._end = self._seconds[0] + info.seconds
        self._frames: Generator[ClipFrame, None, None] | None = None
        self._number = -1
        self._photo: Photo | None = None

    def at(self, seconds: float) -> Photo | None:
        """The frame that is nearest in time; None before the first and after the last."""
        half = 0.5 * self._info.seconds / len(self._seconds)
        if not self._seconds[0] - half <= seconds <= self._end + half:
            return None
        number = min(range(len(self._seconds)), key=lambda one: abs(self._seconds[one] - seconds))
        if self._frames is None or not self._number <= number <= self._number + 8:
            self.close()
            self._frames, self._number = frames(self._info, number), number - 1
        while self._number < number:
            frame = next(self._frames)
            self._number += 1
            self._photo = Photo(pixels=frame.pixels, source=self._info.path)
        return self._photo

    def close(self) -> None:
        """Closes the file."""
        if self._frames is not None:
            self._frames.close()


def open_tele(path: Path) -> TeleSource:
    """A photo or a clip, by its name. Raises CaptureError."""
    return ClipTele(scan(path)) if suffix_kind(path.suffix) == "video" else StillTele(capture.read(path))
