"""What each format of results holds beside pixels and metadata, and what is said of the rest."""

import hdr_files as files
import numpy as np
import pytest

from dualzoom import capture
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Photo
from dualzoom.settings import WriteSettings


@pytest.fixture
def photo(rgb8) -> Photo:
    gain_map = GainMap(
        pixels=np.full((24, 32), 99, np.uint8), lowest=(0.0,), highest=(1.0,), hdr_headroom=1.0
    )
    return Photo(pixels=rgb8, gain_map=gain_map, motion=Motion(files.clip()))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif"])
def test_what_a_file_does_not_hold_is_told(photo, name, tmp_path):
    notes = capture.format_notes(photo, tmp_path / name, WriteSettings())
    found = capture.read(capture.write(photo, tmp_path / name))
    lost = [what for what, kept in (("gain map", found.gain_map), ("motion", found.motion)) if kept is None]
    assert len(notes) == len(lost)
    assert all(word in note for word, note in zip(lost, notes, strict=True))
    assert lost == ([] if name == "a.jpg" else ["gain map", "motion"])


def test_a_plain_photo_has_no_notes(rgb8, tmp_path):
    assert capture.format_notes(Photo(pixels=rgb8), tmp_path / "a.png", WriteSettings()) == ()
