"""The clip of a motion photo is found by its own boxes, wherever it lies, and only whole."""

import struct

import hdr_files as files
import pytest
from growth import assert_linear

from dualzoom.capture import motion

CLIP = files.clip()


@pytest.mark.parametrize(
    "behind",
    [
        CLIP,
        bytes(300) + CLIP,
        files.samsung_trailer({b"MotionPhoto_Data": CLIP}),
        files.samsung_trailer({b"MotionPhoto_Data": CLIP, b"Image_UTC_Data": b"1714990089000"}),
        CLIP + b"\0\0\0\0trailing words of some maker",
        files.box(b"mpvd", CLIP),
    ],
)
def test_the_clip_is_found_to_the_byte(behind):
    found, note = motion.find(b"picture" * 9 + behind, 63)
    assert found.clip == CLIP
    assert note is None


@pytest.mark.parametrize("kind", [b"ftyp", b"moov", b"free"])
def test_boxes_with_long_lengths(kind):
    at = CLIP.index(kind) - 4
    (size,) = struct.unpack_from(">I", CLIP, at)
    long = CLIP[:at] + struct.pack(">I4sQ", 1, kind, size + 8) + CLIP[at + 8 :]
    found, note = motion.find(long, 0)
    if kind == b"ftyp":  # no phone writes this, and no reader finds it
        assert found is None
    else:
        assert (found.clip, note) == (long, None)


@pytest.mark.parametrize("cut", [30, 100, 600, len(CLIP) - 1])
def test_a_clip_that_is_cut_off_is_left_out_with_a_note(cut):
    assert motion.find(CLIP[:cut], 0) == (None, motion.TRUNCATED)


def test_no_clip_no_note():
    assert motion.find(bytes(5000), 0) == (None, None)
    assert motion.find(CLIP, len(CLIP)) == (None, None)


def test_a_clip_beyond_the_limit_is_left_out(monkeypatch):
    monkeypatch.setattr(motion, "MAX_BYTES", 1000)
    assert motion.find(CLIP, 0) == (None, motion.TOO_LONG)


@pytest.mark.parametrize(
    ("packet", "moment"),
    [
        (b'GCamera:MotionPhotoPresentationTimestampUs="2056590"', 2056590),
        (b"<GCamera:MicroVideoPresentationTimestampUs>17</", 17),
        (b'GCamera:MotionPhotoPresentationTimestampUs="-1"', None),
        (b"", None),
        (None, None),
    ],
)
def test_the_moment_of_the_picture(packet, moment):
    assert motion.find(CLIP, 0, packet)[0].moment_us == moment


def test_the_media_type():
    assert motion.Motion(CLIP).mime == "video/mp4"
    assert motion.Motion(files.clip(brand=b"qt  ")).mime == "video/quicktime"


def test_many_beginnings_cost_no_more_than_one():
    assert_linear(lambda n: b"\0\0\0\x18ftypmp42" * n, lambda data: motion.find(data, 0))


def test_many_boxes_cost_what_they_hold():
    assert_linear(lambda n: CLIP + files.box(b"free") * n, lambda data: motion.find(data, 0))
