"""Every photo of the reference folders that carries more than a picture: what is read, and what a JPEG result holds."""

from dataclasses import dataclass, replace

import imagecodecs
import numpy as np
import pytest

from dualzoom import capture, hdr
from dualzoom.settings import ZoomSettings

IDLE = "its gain map is left out: it makes nothing brighter"


@dataclass(frozen=True)
class Outcome:
    """Headroom of the gain map in stops (None: no map), bytes of the clip, and what the notes say, one phrase each."""

    stops: float | None = None
    clip_bytes: int = 0
    notes: tuple[str, ...] = ()


OUTCOMES = {
    "phones/apple_gainmap_old.jpg": Outcome(stops=3.0),
    "phones/apple_gainmap_new.jpg": Outcome(stops=2.18),
    "phones/pixel_8.jpg": Outcome(notes=(IDLE, "extended XMP")),
    "phones/motionphoto.heic": Outcome(clip_bytes=2_193_459),
    "phones/IMG_2682.heic": Outcome(),
    "cases/motion-oppo/wide.jpg": Outcome(notes=("it is damaged or cut off",)),
    "robustness/ultrahdr/Ultra_HDR_Samples_Originals_01.jpg": Outcome(stops=2.657, notes=("extended XMP",)),
    "robustness/mixed/gain-map.jpg": Outcome(stops=6.644),
    "robustness/phone/iphone_15_pro.heic": Outcome(stops=1.944),
    "robustness/phone/iphone_7.heic": Outcome(),
    "robustness/heic/pug.heic": Outcome(notes=("its gain map is left out", "depth map")),
    "robustness/heic/spatial_photo.heic": Outcome(notes=("the primary picture of several",)),
    "robustness/heic/bird_burst.heic": Outcome(notes=("the primary picture of several",)),
    "robustness/mixed/concert.jpg": Outcome(),
}


@pytest.mark.parametrize("name", list(OUTCOMES))
def test_photo(name, shared, tmp_path):
    photo, wanted = capture.read(shared / name), OUTCOMES[name]
    assert len(photo.notes) == len(wanted.notes), photo.notes
    assert all(words in note for words, note in zip(wanted.notes, photo.notes, strict=True))
    assert (photo.gain_map is not None) == (wanted.stops is not None)
    assert (0 if photo.motion is None else len(photo.motion.clip)) == wanted.clip_bytes
    if photo.gain_map is not None:
        assert photo.gain_map.hdr_headroom == pytest.approx(wanted.stops, abs=1e-2)

    size = photo.size
    small = np.ascontiguousarray(
        photo.pixels[::4, ::4]
    )  # stands for a result; a whole one takes long to write
    made = hdr.carried(photo, small, ZoomSettings(), None)
    metadata = capture.metadata_for_output(made, made.size, "test")
    data = capture.write(replace(made, metadata=metadata), tmp_path / "out.jpg").read_bytes()
    again = capture.read(tmp_path / "out.jpg")
    assert again.notes == ()
    assert again.motion == photo.motion
    assert (again.gain_map is None) == (photo.gain_map is None)
    assert again.size.width == -(-size.width // 4)
    if wanted.stops is not None:
        light = imagecodecs.ultrahdr_decode(data)[..., :3].astype(np.float32)
        assert light.shape[:2] == small.shape[:2]
        assert light.max() > 1.2  # above the white of the SDR picture
    else:
        assert b"hdrgm" not in data
    if not (wanted.stops or wanted.clip_bytes):
        assert b"GContainer" not in data
        assert b"Container:Directory" not in data
