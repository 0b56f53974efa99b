"""What is said of a result is true of it, in few words."""

import numpy as np

from dualzoom.capture.photo import Photo
from dualzoom.frames import FrameUse
from dualzoom.result_notes import notes, on_frames
from dualzoom.settings import ZoomSettings
from dualzoom.several_use import Other, Several

WIDE = Photo(pixels=np.full((60, 80, 3), 90, np.uint8), notes=("a note of its own",))
NOTHING = Several((), (), None, None, None, 0.0)  # type: ignore[arg-type]


def _said(found: Several = NOTHING, *, remembered: bool = False, merged: bool = False) -> str:
    return "\n".join(notes(WIDE, found, ZoomSettings(), None, remembered=remembered, merged=merged))


def test_without_a_tele_it_says_from_what_the_frame_was_made() -> None:
    assert "a note of its own" in _said()
    assert "from the wide alone" in _said()
    assert "frames merged into it" in _said(merged=True)
    assert "calibrated by an earlier pair" in _said(remembered=True)


def test_a_refused_photo_from_elsewhere_is_named_with_its_reason() -> None:
    refused = Other(WIDE, refused="it shows something else")
    found = Several((), (refused,), None, None, None, 0.0)  # type: ignore[arg-type]
    assert "is not used: it shows something else" in _said(found)
    assert "from the wide alone" in _said(found)


def test_frames_are_counted_and_the_first_refused_ones_named() -> None:
    uses = (FrameUse("good", weight=0.5), *(FrameUse(f"f{n}", reason="it is blurred") for n in range(6)))
    said = on_frames(uses)
    assert said[0] == "1 of 7 frames are used"
    assert said[1:5] == [f"f{n} is not used: it is blurred" for n in range(4)]
    assert said[5:] == ["2 more frames are not used"]
