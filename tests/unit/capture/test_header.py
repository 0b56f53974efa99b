"""The header agrees with the whole photo, reads no more of the file than it needs, and never fails over metadata."""

import struct
from datetime import datetime

import numpy as np
import pytest
from growth import assert_linear, chunk, cost

from dualzoom import capture
from dualzoom.capture.header import read_header
from dualzoom.errors import CaptureError

TAKEN = datetime(2024, 5, 6, 7, 8, 9)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_it_agrees_with_reading(suffix, rgb8, make_exif, save):
    path = save("a.jpg", rgb8, exif=make_exif())
    if suffix != ".jpg":
        path = capture.write(capture.read(path), path.with_suffix(suffix))
    header, photo = read_header(path), capture.read(path)
    assert header.lens == photo.lens
    assert header.lens.model == "Phone 7"
    assert header.focal == 26
    assert (header.taken, header.software) == (TAKEN.replace(microsecond=123_000), "Firmware 1.2")


def test_of_a_dng_and_a_heic_too(scene, make_dng, tmp_path, shared):
    assert read_header(make_dng(tmp_path / "a.dng", scene)).lens.make == "Maker"
    path = shared / "robustness/phone/iphone_15_pro.heic"
    assert read_header(path).lens == capture.read(path).lens
    assert read_header(path).taken is not None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({37521: "5"}, TAKEN.replace(microsecond=500_000)),
        ({37521: "xyz"}, TAKEN),
        ({36867: "nonsense", 37522: "25"}, TAKEN.replace(microsecond=250_000)),
        ({36867: "0000:00:00 00:00:00", 36868: ""}, None),
    ],
)
def test_the_time_is_that_of_the_first_tag_that_says_one(tags, expected, rgb8, make_exif, save):
    block = make_exif()
    block.get_ifd(0x8769).update(tags)
    assert read_header(save("a.jpg", rgb8, exif=block)).taken == expected


def test_a_large_picture_costs_no_more_than_a_small_one(make_exif, save):
    """Only the head of the file is read."""
    rng = np.random.default_rng(1)
    costs = []
    for side in (200, 1600):
        pixels = rng.integers(0, 256, (side, side, 3), np.uint8)
        for suffix in (".jpg", ".png"):
            path = save(
                f"{side}{suffix}", pixels, exif=make_exif(), **({"quality": 95} if suffix == ".jpg" else {})
            )
            read_header(path)
            costs.append(cost(lambda path=path: read_header(path)))
    assert costs[2][1] < costs[0][1] + 700_000
    assert costs[3] <= (costs[1][0] + 20, costs[1][1] + 100_000)


@pytest.mark.parametrize(
    "content", [b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"II*\0\x08\0\0\0", b"\x89PNG\r\n\x1a\n\xff"]
)
def test_damaged_metadata_is_silence(content, tmp_path):
    (tmp_path / "a.jpg").write_bytes(content)
    header = read_header(tmp_path / "a.jpg")
    assert header.lens == capture.Lens()
    assert (header.taken, header.software, header.focal) == (None, None, None)


@pytest.mark.parametrize("name", ["missing.jpg", "", "empty.jpg", "text.jpg"])
def test_what_is_no_photo_is_refused(name, tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    with pytest.raises(CaptureError):
        read_header(tmp_path / name)


def test_many_chunks_take_one_look_each(tmp_path):
    def work(data: bytes) -> None:
        (tmp_path / "a.png").write_bytes(data)
        read_header(tmp_path / "a.png")

    assert_linear(lambda n: b"\x89PNG\r\n\x1a\n" + chunk(b"abCd", b"") * n, work)


def test_an_exif_chunk_that_says_4_gb_takes_what_is_there(tmp_path):
    (tmp_path / "a.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 0xFFFFFFFF, b"eXIf") + b"II*\0"
    )
    assert cost(lambda: read_header(tmp_path / "a.png"))[1] < 2_000_000
