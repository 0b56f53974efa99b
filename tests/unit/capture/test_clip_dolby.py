"""Dolby Vision's own box in an MP4: found with its numbers; anything else is no Dolby Vision."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dualzoom.capture.clip_dolby import dolby_vision
from dualzoom.capture.clip_read import scan
from dualzoom.errors import CaptureError

clip_files: Any = import_module("clip_files")
HLG = {"color_primaries": 9, "color_trc": 18, "colorspace": 9, "color_range": 1}
PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hev1")


def _clip(path: Path, tags: dict[str, int] | None = None) -> Path:
    pictures = [np.full((64, 64, 3), 40 + n, np.uint8) for n in range(3)]
    made: Path = clip_files.write(
        path, pictures, codec="libx265", pixel_format="yuv420p10le", tags=HLG if tags is None else tags
    )
    return made


def _with_box(path: Path, name: bytes, profile: int, base: int) -> Path:
    """Puts the box at the end of the sample entry; the index lies behind the pictures, so no offset changes."""
    held = bytes([1, 0, profile << 1, 0x25, base << 4]) + bytes(19)
    box = (8 + len(held)).to_bytes(4, "big") + name + held
    data = bytearray(path.read_bytes())
    assert data.index(b"mdat") < data.index(b"moov")
    at = data.index(b"moov")
    ends = []
    for parent in PARENTS:
        at = data.index(parent, at)
        size = int.from_bytes(data[at - 4 : at], "big")
        ends.append(at - 4 + size)
        data[at - 4 : at] = (size + len(box)).to_bytes(4, "big")
    data[ends[-1] : ends[-1]] = box
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "profile", "base"), [(b"dvvC", 8, 4), (b"dvvC", 8, 1), (b"dvcC", 7, 6), (b"dvcC", 5, 0)]
)
def test_profile_and_base_are_read(tmp_path: Path, name: bytes, profile: int, base: int) -> None:
    path = _clip(tmp_path / "a.mp4")
    assert dolby_vision(path) is None
    _with_box(path, name, profile, base)
    assert dolby_vision(path) == (profile, base)
    assert dolby_vision(tmp_path / "a.mp4", path.read_bytes()) == (profile, base)


def test_a_base_stays_with_a_note_and_none_is_refused_by_name(tmp_path: Path) -> None:
    phone = scan(_with_box(_clip(tmp_path / "a.mp4"), b"dvvC", 8, 4))
    assert phone.notes == (
        "its Dolby Vision data of single frames is left out; the HLG picture below it stays",
    )
    assert (phone.encoding.bits, phone.encoding.transfer, phone.encoding.matrix) == (10, 18, 9)
    with pytest.raises(CaptureError, match="Dolby Vision profile 5"):
        scan(_with_box(_clip(tmp_path / "b.mp4", {}), b"dvcC", 5, 0))


def test_only_the_track_that_is_read_is_asked(tmp_path: Path) -> None:
    path = _with_box(_clip(tmp_path / "a.mp4"), b"dvcC", 5, 0)
    data = path.read_bytes()
    at = data.index(b"vide", data.index(b"hdlr"))
    path.write_bytes(data[:at] + b"soun" + data[at + 4 :])  # as if the box were another kind of track's
    assert dolby_vision(path) is None
    track = data[(begin := data.index(b"trak") - 4) : begin + int.from_bytes(data[begin : begin + 4], "big")]
    plain = track.replace(b"dvcC", b"free")
    moov = data.index(b"moov") - 4
    size = int.from_bytes(data[moov : moov + 4], "big") + len(plain)
    path.write_bytes(data[:moov] + size.to_bytes(4, "big") + data[moov + 4 : begin] + plain + data[begin:])
    assert dolby_vision(path) is None  # the first video track has none, the second has


def test_damaged_boxes_end_the_search(tmp_path: Path) -> None:
    path = _with_box(_clip(tmp_path / "a.mp4"), b"dvvC", 8, 4)
    whole = path.read_bytes()
    at = whole.index(b"stsd") - 4
    for size in (0, 1, 7, 2**31):
        path.write_bytes(whole[:at] + size.to_bytes(4, "big") + whole[at + 4 :])
        assert dolby_vision(path) in (None, (8, 4))
    path.write_bytes(whole[: whole.index(b"dvvC")])
    assert dolby_vision(path) is None
