"""HEIC boxes: work linear in the bytes, and files whose items share bytes refused before libheif sees them."""

import struct
from dataclasses import replace

import numpy as np
import pytest
from growth import assert_linear, box, cost
from hypothesis import given
from hypothesis import strategies as st

from dualzoom import capture
from dualzoom.capture import heic_boxes
from dualzoom.capture.header import read_header
from dualzoom.errors import CaptureError

FTYP = box(b"ftyp", b"heic\0\0\0\0mif1heic")


def full(name: bytes, content: bytes, version: int = 0) -> bytes:
    return box(name, bytes([version, 0, 0, 0]) + content)


def locations(extents: list[list[tuple[int, int]]]) -> bytes:
    """An `iloc` box, version 0, of items 1, 2 … with these extents (offset, length) of 32 bits."""
    items = b"".join(
        struct.pack(">HHH", number, 0, len(some)) + b"".join(struct.pack(">II", *extent) for extent in some)
        for number, some in enumerate(extents, 1)
    )
    return full(b"iloc", b"\x44\0" + struct.pack(">H", len(extents)) + items)


def entries(count: int, kind: bytes = b"Exif", hidden: bool = False) -> bytes:
    """An `iinf` box of `count` items."""
    infe = b"".join(
        box(b"infe", bytes([2, 0, 0, hidden]) + struct.pack(">HH4sB", n, 0, kind, 0))
        for n in range(1, count + 1)
    )
    return full(b"iinf", struct.pack(">H", count) + infe)


def references(count: int, metadata: int = 1) -> bytes:
    """An `iref` box: metadata item 1 … each describe `count` pictures."""
    one = b"".join(
        box(b"cdsc", struct.pack(">HH", item, count) + b"".join(struct.pack(">H", n) for n in range(count)))
        for item in range(1, metadata + 1)
    )
    return full(b"iref", one)


def heic(*meta: bytes, payload: bytes = b"") -> bytes:
    return FTYP + full(b"meta", b"".join(meta)) + box(b"mdat", payload)


def refused(data: bytes, tmp_path) -> bool:
    path = tmp_path / "a.heic"
    path.write_bytes(data)
    try:
        heic_boxes.check(path, data)
    except CaptureError:
        with pytest.raises(CaptureError):
            capture.read(path)
        assert read_header(path).taken is None
        return True
    return False


@pytest.mark.parametrize(
    "make",
    [
        lambda n: FTYP + box(b"free", b"") * n,
        lambda n: heic(box(b"free", b"abc") * n),
        lambda n: heic(locations([[(0, 1)]] * n), entries(n)),
        lambda n: heic(locations([[(0, 1)] * n])),
        lambda n: heic(entries(n), references(n)),
        lambda n: heic(references(1, n)),
        lambda n: heic(full(b"iloc", b"\xff\xff" + struct.pack(">H", 65_535) + bytes(n))),
        lambda n: heic(full(b"iloc", b"\0\0" + struct.pack(">H", 65_535) + b"\0\1\0\0\xff\xff" * n)),
        lambda n: FTYP + full(b"meta", box(b"free", b"")) * n,
        lambda n: FTYP + b"\0\0\0\x08free" * n + b"MotionPhoto_Data",
    ],
)
def test_every_construct_costs_its_bytes(make, tmp_path):
    def work(data: bytes) -> None:
        try:
            heic_boxes.check(tmp_path / "a", data)
        except CaptureError:
            return
        heic_boxes.has_motion_video(data)

    assert_linear(make, work)


def test_items_that_share_an_extent_are_refused_before_it_is_copied(tmp_path):
    """A thousand EXIF items of one megabyte each, all the same, in a file of a megabyte."""
    payload = bytes(1 << 20)
    data = heic(locations([[(0, 1 << 20)]] * 1000), entries(1000), payload=payload)
    assert cost(lambda: refused(data, tmp_path))[1] < 8 << 20
    assert refused(data, tmp_path)
    heic_boxes.check(tmp_path / "a", heic(locations([[(0, 1 << 20)]] * 2), payload=payload))


def test_metadata_that_describes_thousands_of_pictures_is_refused(tmp_path):
    payload = bytes(1 << 16)
    assert refused(heic(locations([[(0, 1 << 16)]]), references(4000), payload=payload), tmp_path)


def test_thousands_of_visible_pictures_are_refused_and_as_many_tiles_are_not(tmp_path):
    """Whatever all pictures share is copied for each; tiles are hidden."""
    assert refused(heic(entries(4000, b"hvc1")), tmp_path)
    heic_boxes.check(tmp_path / "a", heic(entries(4000, b"hvc1", hidden=True)))
    heic_boxes.check(tmp_path / "a", heic(entries(100, b"hvc1")))


@pytest.mark.parametrize("far", [1 << 32, (1 << 63) - 1, (1 << 64) - 1])
def test_lengths_beyond_4_gb_are_refused(far, tmp_path):
    item = struct.pack(">HHHQQ", 1, 0, 1, 0, far)
    assert refused(heic(full(b"iloc", b"\x88\0" + struct.pack(">H", 1) + item)), tmp_path)
    large = struct.pack(">I4sQ", 1, b"mdat", far)
    assert list(heic_boxes.boxes(large + bytes(50), 0, 66)) == []


@given(st.binary(max_size=400), st.sampled_from([b"iloc", b"iinf", b"iref", b"free"]), st.integers(0, 2))
def test_any_bytes_end_in_silence_or_a_refusal(content, name, version):
    data = heic(full(name, content, version))
    for end in (len(data), len(data) // 2):
        try:
            heic_boxes.check("a", data[:end])
        except CaptureError as error:
            assert "HEIC" in str(error)  # noqa: PT017
        heic_boxes.has_motion_video(data[:end])


def test_boxes_of_every_form_of_length():
    data = (
        box(b"aaaa", b"xy")
        + struct.pack(">I4sQ", 1, b"bbbb", 18)
        + b"zz"
        + struct.pack(">I4s", 0, b"cccc")
        + b"rest"
    )
    assert [(kind, data[start:end]) for kind, start, end in heic_boxes.boxes(data, 0, len(data))] == [
        (b"aaaa", b"xy"), (b"bbbb", b"zz"), (b"cccc", b"rest"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("behind", "video"),
    [
        (b"", False), (box(b"mpvd", b"video"), True), (b"SEFH MotionPhoto_Data SEFT", True), (b"SEFH SEFT", False),
        (box(b"free", b"MotionPhoto_Data"), False),
    ],
)  # fmt: skip
def test_a_video_behind_the_picture(behind, video):
    assert heic_boxes.has_motion_video(heic() + behind) == video


def test_reference_motion_photo(shared, tmp_path):
    photo = capture.read(shared / "phones/motionphoto.heic")
    assert photo.notes == ()
    corner = replace(photo, pixels=np.ascontiguousarray(photo.pixels[:64, :64]), motion=None)
    assert b"MotionPhoto" not in capture.write(corner, tmp_path / "out.jpg").read_bytes()


@pytest.mark.parametrize("folder", ["robustness/heic", "robustness/phone", "phones", "cases/formats"])
def test_no_honest_reference_file_is_refused(folder, shared):
    for path in sorted((shared / folder).iterdir()):
        if path.suffix in (".heic", ".heif", ".hif") and not path.name.startswith("corrupted"):
            heic_boxes.check(path, path.read_bytes())
