"""PNG: chunks with right checksums only, texts that decompress within a limit, and notes on what is dropped."""

import zlib

import numpy as np
import pytest
from growth import chunk, cost
from PIL import Image

from dualzoom import capture
from dualzoom.capture import iptc, png
from dualzoom.errors import CaptureError


def test_only_the_first_text_of_a_kind_is_unfolded(rgb8, tmp_path):
    """A thousand packets of 3 MB each in a file of 3 MB."""
    Image.fromarray(rgb8).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    text = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b" " * 3_000_000)
    (tmp_path / "a.png").write_bytes(data[:33] + chunk(b"iTXt", text) * 1000 + data[33:])
    assert cost(lambda: capture.read(tmp_path / "a.png"))[1] < 40_000_000


def test_a_text_that_unfolds_too_far_is_left_out_with_a_note(rgb8, tmp_path):
    Image.fromarray(rgb8).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b" " * 100_000_000))
    (tmp_path / "a.png").write_bytes(data[:33] + text + data[33:])
    photo = capture.read(tmp_path / "a.png")
    assert photo.metadata.xmp is None
    assert "XMP packet of the PNG" in photo.notes[0]


def test_what_libpng_says_is_a_note_and_nothing_on_stderr(rgb8, tmp_path, capfd):
    Image.fromarray(rgb8).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(data[:33] + chunk(b"PLTE", b"abcd") + data[33:])
    photo = capture.read(tmp_path / "a.png")
    assert np.array_equal(photo.pixels, rgb8)
    assert photo.notes == ("a.png may be damaged (PLTE: invalid): look at the result",)
    assert capfd.readouterr().err == ""


def whole(save, rgb8, *chunks: bytes) -> bytes:
    """A PNG with these chunks after its header."""
    data = save("a.png", rgb8).read_bytes()
    return data[:33] + b"".join(chunks) + data[33:]


@pytest.mark.parametrize("at", range(0, 60, 7))
def test_a_wrong_checksum_anywhere_is_refused(at, rgb8, save):
    data = bytearray(whole(save, rgb8, chunk(b"teXt", b"hello")))
    data[8 + at] ^= 1
    with pytest.raises(CaptureError):
        list(png.chunks("a.png", bytes(data)))


def test_chunks_give_names_contents_and_all_bytes(rgb8, save):
    data = whole(save, rgb8, chunk(b"teXt", b"hello"))
    found = list(png.chunks("a.png", data + b"trailing bytes"))
    assert b"".join(bytes(part) for _, _, part in found) == data[8:]
    assert (b"teXt", b"hello") in [(name, bytes(content)) for name, content, _ in found]
    assert found[-1][0] == b"IEND"


@pytest.mark.parametrize(
    ("chunks", "note"),
    [
        ((chunk(b"acTL", bytes(8)),), "the first picture of an animation is used"),
        ((chunk(b"cICP", bytes([5, 1, 0, 1])),), "primaries 5"),
        ((chunk(b"iCCP", b"a\0\0" + b"damaged"),), "the colour profile of the PNG is damaged"),
        (
            (chunk(b"zTXt", b"Raw profile type iptc\0\0" + b"damaged"),),
            "the IPTC block of the PNG is damaged",
        ),
    ],
)
def test_what_is_dropped_is_a_note(chunks, note, rgb8, save):
    path = save("b.png", rgb8)
    path.write_bytes(whole(save, rgb8, *chunks))
    photo = capture.read(path)
    assert np.array_equal(photo.pixels, rgb8)
    assert any(note in text for text in photo.notes)


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt"])
def test_iptc_as_imagemagick_writes_it(name, rgb8, save):
    resources = iptc.to_resources(b"records")
    text = f"\niptc\n{len(resources):8d}\n{resources.hex(chr(10), 36)}\n".encode()
    packed = b"\0" + zlib.compress(text) if name == b"zTXt" else text
    path = save("b.png", rgb8)
    path.write_bytes(whole(save, rgb8, chunk(name, b"Raw profile type iptc\0" + packed)))
    assert capture.read(path).metadata.iptc == b"records"


@pytest.mark.parametrize("order", [(), (b"IHDR", b"IHDR")])
def test_a_header_out_of_its_place_is_refused(order, rgb8, save):
    data = save("a.png", rgb8).read_bytes()
    header = data[8:33]
    path = save("b.png", rgb8)
    path.write_bytes(data[:8] + header * len(order) + data[33:])
    with pytest.raises(CaptureError, match="header is not in its place"):
        capture.read(path)


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_by_name(transfer, name, rgb8, save):
    """Shown as SDR it would look flat."""
    path = save("b.png", rgb8)
    path.write_bytes(whole(save, rgb8, chunk(b"cICP", bytes([9, transfer, 0, 1]))))
    with pytest.raises(CaptureError, match=name) as caught:
        capture.read(path)
    assert "SDR" in caught.value.next_step
    path.write_bytes(whole(save, rgb8, chunk(b"cICP", b"")))
    assert np.array_equal(capture.read(path).pixels, rgb8)
