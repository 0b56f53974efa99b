"""A photo is no clip of one frame, a cut-off file no shorter clip; the clip of a motion photo is one."""

import io
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.clip_source import clip_inside
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")


def _grey(count: int) -> list[np.ndarray]:
    return [np.full((48, 64, 3), 90 + n, np.uint8) for n in range(count)]


def _picture(name: str, **how: Any) -> bytes:
    data = io.BytesIO()
    Image.fromarray(_grey(1)[0]).save(data, name, **how)
    return data.getvalue()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "WebP", "AVIF"])
def test_pictures_are_told_whatever_their_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(_picture(name))
    with pytest.raises(CaptureError, match=rf"is a picture \({name}\), no clip"):
        scan(path)


def test_the_clip_behind_a_picture_is_read_as_the_same_alone(tmp_path: Path) -> None:
    alone = clip_files.write(tmp_path / "a.mp4", _grey(5))
    motion = tmp_path / "IMG.MP.jpg"
    motion.write_bytes(_picture("JPEG") + alone.read_bytes())
    assert clip_inside(motion) == alone.read_bytes()
    assert clip_inside(alone) is None
    one, other = scan(alone), scan(motion)
    assert (one.times, one.encoding) == (other.times, other.encoding)
    for a, b in zip(frames(one, 2), frames(other, 2), strict=True):
        assert (a.pixels == b.pixels).all()
    motion.write_bytes(motion.read_bytes()[:-200])
    with pytest.raises(CaptureError, match="damaged"):
        scan(motion)


def test_the_clip_beside_a_live_photo_is_named(tmp_path: Path) -> None:
    still = tmp_path / "IMG_1.jpg"
    still.write_bytes(_picture("JPEG"))
    with pytest.raises(CaptureError, match="enlarge it as a photo"):
        scan(still)
    (tmp_path / "IMG_1.MOV").write_bytes(b"x")
    with pytest.raises(CaptureError, match=r"IMG_1\.(MOV|mov) beside it"):
        scan(still)


@pytest.mark.shared
def test_a_phones_motion_photo_in_heic(shared: Path) -> None:
    info = scan(shared / "phones" / "motionphoto.heic", None, 0.5)
    assert (info.size.width, info.size.height, info.audio) == (1080, 1440, ("aac",))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.999])
def test_a_cut_matroska_file_is_not_taken_for_a_shorter_one(tmp_path: Path, share: float) -> None:
    path = clip_files.write(tmp_path / "a.mkv", _grey(30))
    data = path.read_bytes()
    assert len(scan(path).times) == 30
    path.write_bytes(data + b"more")  # what lies behind is no loss
    assert len(scan(path).times) == 30
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(
        CaptureError, match=f"its last {len(data) - int(share * len(data))} bytes are missing"
    ):
        scan(path)


@pytest.mark.parametrize(
    "data", [b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x00\x18", b"\x1a\x45\xdf\xa3\x01\xff"]
)
def test_a_torn_head_is_left_to_the_reader(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mkv"
    path.write_bytes(data)
    assert clip_inside(path) is None
    with pytest.raises(CaptureError, match="no clip that can be read"):
        scan(path)
    path.write_bytes(b"")
    with pytest.raises(CaptureError, match="empty"):
        scan(path)
