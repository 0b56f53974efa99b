"""What cannot be written is foreseen pair by pair: the others go on."""

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.batch import refusal as module
from dualzoom.batch.names import plan
from dualzoom.batch.refusal import refusal
from dualzoom.capture import colour_tag
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.errors import CaptureError, UsageError, WriteError
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import FramingSettings, WriteSettings

TABLE = colour_tag.profile(12, 13).replace(b"rTRC", b"A2B0")
AS_IT_IS = FramingSettings()


def saved(path, width=32, icc=None):
    pixels = np.full((16, width, 3), 99, np.uint8)
    return capture.write(Photo(pixels=pixels, metadata=Metadata(icc=icc)), path)


def test_a_side_too_long_by_the_framing_asked_for(tmp_path):
    wide, webp = saved(tmp_path / "a.png", 8191), tmp_path / "b.webp"
    assert refusal(wide, webp, WriteSettings(), AS_IT_IS) is None
    found = refusal(wide, webp, WriteSettings(), FramingSettings(scale=4))
    assert isinstance(found, WriteError)
    assert "32764×64 px" in found.reason
    assert isinstance(refusal(saved(tmp_path / "c.png", 8192), webp, WriteSettings(), AS_IT_IS), WriteError)
    assert refusal(wide, webp, WriteSettings(), FramingSettings(long_side_px=8000)) is None


def test_a_profile_of_tables(tmp_path):
    wide = saved(tmp_path / "a.jpg", icc=TABLE)
    for name, writing in (("b.dng", WriteSettings()), ("b.tif", WriteSettings(linear=True))):
        assert isinstance(refusal(wide, tmp_path / name, writing, AS_IT_IS), CaptureError)
    assert refusal(wide, tmp_path / "b.tif", WriteSettings(), AS_IT_IS) is None


def test_where_nothing_can_be_refused_no_file_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "outline", pytest.fail)
    for name in ("b.jpg", "b.png", "b.tif", "b.avif"):
        assert refusal(tmp_path / "absent.jpg", tmp_path / name, WriteSettings(), AS_IT_IS) is None


def test_a_plan_marks_the_refused_and_keeps_the_others(make_heic, tmp_path):
    (tmp_path / "a.heic").write_bytes(make_heic())
    pairs = [PhotoPair("a", tmp_path / "a.heic"), PhotoPair("b", saved(tmp_path / "b.png"))]
    one, other = plan(pairs, tmp_path / "out", "{stem}", WriteSettings(format="same"), model="m")
    assert isinstance(one.refused, UsageError)
    assert "HEIC is only read" in one.refused.reason
    assert (other.refused, other.output.name) == (None, "b.png")
    with pytest.raises(UsageError, match="HEIC is only read"):
        plan(pairs[:1], tmp_path / "out", "{stem}", WriteSettings(format="same"), model="m")


def test_depths_are_refused_pair_by_pair(tmp_path):
    pairs = [PhotoPair(name, saved(tmp_path / name)) for name in ("a.jpg", "b.tif")]
    one, other = plan(pairs, tmp_path / "out", "{stem}", WriteSettings(bit_depth=16), model="m")
    assert (type(one.refused), other.refused) == (UsageError, None)
    again = plan(pairs, tmp_path / "out", "{stem}", WriteSettings(bit_depth=16, format="same"), model="m")
    assert [job.refused is None for job in again] == [False, True]


def test_a_file_that_cannot_be_read_is_left_to_its_own_pair(tmp_path):
    (tmp_path / "a.webp").write_bytes(b"")
    same = WriteSettings(format="same")
    assert refusal(tmp_path / "a.webp", tmp_path / "b.webp", same, AS_IT_IS) is None
