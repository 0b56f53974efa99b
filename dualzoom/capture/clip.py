"""What a clip's file says about itself, and a frame of it in memory."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dualzoom.capture.clip_colour import Encoding
from dualzoom.capture.clip_light import UNSAID, Light
from dualzoom.capture.photo import Pixels
from dualzoom.geometry import Size


@dataclass(frozen=True, kw_only=True)
class ClipInfo:
    """A clip's picture and sound.

    `size`: of the frames, upright. `time_base`: seconds of one tick. `origin`: where the whole clip begins, ticks.
    `times`: of every frame, ticks, in the order of showing; `durations`: ticks, 0 where the file has none. `cuts`:
    numbers of the frames that begin a scene, 0 always. `aspect`: width of a pixel over its height. `rate`: mean
    frames a second. `audio`: codecs of the sound tracks. `from_beginning`, `to_end`: whether no part was asked for.
    `timecode`: of the first frame, as editors count; None: there is none, or not for this part.
    `light`: what an HDR clip says. `notes`: for the user.
    """

    path: Path
    size: Size
    codec: str
    encoding: Encoding
    time_base: Fraction
    rate: Fraction
    aspect: Fraction
    origin: int
    times: tuple[int, ...]
    durations: tuple[int, ...]
    cuts: tuple[int, ...]
    audio: tuple[str, ...] = ()
    from_beginning: bool = True
    to_end: bool = True
    timecode: str | None = None
    light: Light = UNSAID
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """From the first frame to the end of the last."""
        return float((self.times[-1] + self.durations[-1] - self.times[0]) * self.time_base)


@dataclass(frozen=True, kw_only=True)
class ClipFrame:
    """An upright frame: `pixels` (H, W, 3) RGB, uint8 or (from 10 bits) uint16, and its time in ticks."""

    pixels: Pixels
    time: int
