"""What a HEIC file holds beside its picture."""

import pytest

from dualzoom import capture
from dualzoom.capture import heic_extras


def test_a_reference_gain_map_is_upright(shared):
    photo = capture.read(shared / "robustness/phone/iphone_15_pro.heic")
    assert photo.gain_map.pixels.shape == (2016, 1512)
    assert photo.gain_map.hdr_headroom == pytest.approx(1.944, abs=1e-3)
    assert photo.notes == ()


def test_a_map_without_headroom_is_left_out_with_a_note(shared):
    photo = capture.read(shared / "robustness/heic/pug.heic")
    assert photo.gain_map is None
    assert any("gain map is left out" in note for note in photo.notes)


def test_a_reference_motion_photo(shared):
    photo = capture.read(shared / "phones/motionphoto.heic")
    assert photo.motion.clip[4:12] == b"ftypmp42"
    assert len(photo.motion.clip) == 2_193_459
    assert photo.motion.moment_us == 2_056_590
    assert photo.notes == ()


@pytest.mark.parametrize("cut", [1000, 1_000_000])
def test_a_clip_that_is_cut_off_is_left_out(shared, tmp_path, cut):
    """Its box ends with the file, as a copy that broke off and was patched has it."""
    data = (shared / "phones/motionphoto.heic").read_bytes()
    at = data.index(b"mpvd") - 4
    short = data[:at] + (8 + cut).to_bytes(4, "big") + data[at + 4 : at + 8 + cut]
    (tmp_path / "a.heic").write_bytes(short)
    photo = capture.read(tmp_path / "a.heic")
    assert photo.motion is None
    assert any("the motion video behind the picture is left out" in note for note in photo.notes)


def test_a_photo_with_neither(shared):
    photo = capture.read(shared / "phones/IMG_2682.heic")
    assert (photo.gain_map, photo.motion, photo.notes) == (None, None, ())


def test_an_auxiliary_picture_of_another_shape_is_left_out(shared, tmp_path):
    """Its stored size is made 1512 × 2016 where the photo is as wide as high to it: nothing is decoded."""
    data = (shared / "robustness/phone/iphone_15_pro.heic").read_bytes()
    sizes = b"ispe" + bytes(4)
    wrong = data.replace(sizes + (2016).to_bytes(4, "big") + (1512).to_bytes(4, "big"),
                         sizes + (512).to_bytes(4, "big") + (1512).to_bytes(4, "big"))  # fmt: skip
    assert wrong != data
    (tmp_path / "a.heic").write_bytes(wrong)
    photo = capture.read(tmp_path / "a.heic")
    assert photo.gain_map is None
    assert any("gain map is left out" in note for note in photo.notes)


def test_a_gain_map_by_the_standard_alone_is_told(shared, tmp_path):
    """As of iOS 18, where Apple's own form may be missing: an item whose kind is renamed stands for one."""
    data = (shared / "robustness/heic/pug.heic").read_bytes()
    data = data.replace(b"aux:hdrgainmap", b"aux:hdrgainmop").replace(b"\0\0Exif\0", b"\0\0tmap\0", 1)
    items = heic_extras._list_of_items(data)
    assert items.count(b"\0\0tmap") == 1
    (tmp_path / "a.heic").write_bytes(data)
    photo = capture.read(tmp_path / "a.heic")
    assert photo.gain_map is None
    assert any("gain map is left out" in note for note in photo.notes)
