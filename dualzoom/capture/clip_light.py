"""How bright an HDR clip is, and what of its HDR words a result keeps.

Static words hold for all of a clip and stay true when it is enlarged: the display it was graded on and its brightest
light. Words of single frames (Dolby Vision, HDR10+) cannot be written back; the picture below them is complete by
itself, HLG or HDR10. Only Dolby Vision without such a picture (profile 5: colours of its own) cannot be kept.

Source: SMPTE ST 2086; CTA-861.3, annex P; Dolby Vision Streams Within the ISO Base Media File Format 2.0, section 3.2.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dualzoom.capture.colour_tag import HDR_CURVES
from dualzoom.errors import CaptureError

if TYPE_CHECKING:
    from av import VideoFrame

_OF_FRAMES = {
    "DYNAMIC_HDR_PLUS": "HDR10+",
    "DYNAMIC_HDR_VIVID": "HDR Vivid",
    "DOVI_METADATA": "Dolby Vision",
    "DOVI_RPU_BUFFER": "Dolby Vision",
}
_CHROMATICITY, _LUMINANCE = 50_000, 10_000  # steps of one in ST 2086
_DISPLAY = struct.Struct(
    "=22i"
)  # FFmpeg: ten fractions, and whether the first eight and the last two are known
_LEVELS = struct.Struct("=2I")
_UNSPECIFIED = 2


@dataclass(frozen=True, kw_only=True)
class Light:
    """Static words. `display`: x, y of red, green, blue and white in 1/50000, least and most light in 1/10000 cd/m².

    `levels`: of the brightest pixel, and of the brightest frame's mean, cd/m². None: the clip does not say.
    """

    display: tuple[int, ...] | None = None
    levels: tuple[int, int] | None = None

    def options(self) -> dict[str, str]:
        """The encoders' words for it: "display" and "levels", each where it is known."""
        said = {}
        if self.display is not None:
            red, green, blue, white = _pairs(self.display[:8])
            least, most = self.display[8:]
            said["display"] = f"G{green}B{blue}R{red}WP{white}L({most},{least})"
        if self.levels is not None:
            said["levels"] = "{},{}".format(*self.levels)
        return said


UNSAID = Light()


def _pairs(numbers: tuple[int, ...]) -> list[str]:
    return [f"({x},{y})" for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def light_of(frame: "VideoFrame") -> Light:
    """The static words of a clip, by its first frame; words that are damaged or impossible count as not said."""
    display, levels = None, None
    for data in cast(Any, frame.side_data):
        held = bytes(data)
        if data.type.name == "MASTERING_DISPLAY_METADATA" and len(held) >= _DISPLAY.size:
            display = _display(_DISPLAY.unpack_from(held))
        elif data.type.name == "CONTENT_LIGHT_LEVEL" and len(held) >= _LEVELS.size:
            most, mean = _LEVELS.unpack_from(held)
            levels = (most, mean) if max(most, mean) < 1 << 16 else None
    return Light(display=display, levels=levels)


def _display(numbers: tuple[int, ...]) -> tuple[int, ...] | None:
    over, under = numbers[0:20:2], numbers[1:20:2]
    if not (numbers[20] and numbers[21] and all(under)):
        return None
    steps = (_CHROMATICITY,) * 8 + (_LUMINANCE,) * 2
    whole = tuple(round(Fraction(a, b) * s) for a, b, s in zip(over, under, steps, strict=True))
    fits = all(0 <= one < 1 << 16 for one in whole[:8]) and 0 <= whole[8] < whole[9] < 1 << 32
    return whole if fits else None


def words_left_out(path: Path, frame: "VideoFrame", dolby: tuple[int, int] | None) -> list[str]:
    """Notes on the words of single frames that a result lacks. `dolby`: profile and compatible base, by the container.

    Raises CaptureError for Dolby Vision whose picture means nothing without its words.
    """
    kinds = {_OF_FRAMES.get(data.type.name) for data in cast(Any, frame.side_data)} - {None}
    if dolby is not None:
        kinds.add("Dolby Vision")
    curve = HDR_CURVES.get(int(frame.color_trc), "standard range")
    if "Dolby Vision" in kinds:
        own = dolby[1] == 0 and dolby[0] != 7 if dolby else int(frame.color_trc) == _UNSPECIFIED
        if own:
            name = f"Dolby Vision profile {dolby[0]}" if dolby else "Dolby Vision of an unknown profile"
            raise CaptureError(
                path, f"is {name}, which has no picture of its own", "convert it to HLG or HDR10 first"
            )
    return [
        f"its {kind} data of single frames is left out; the {curve} picture below it stays"
        for kind in sorted(cast(set[str], kinds))
    ]
