"""Profiles that libjxl embedded come back byte for byte, and no bytes cost more than their cap."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from growth import assert_linear
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms

from dualzoom.capture import colour_tag, jxl, jxl_header, jxl_icc
from dualzoom.capture.bits import BitReader

P3 = colour_tag.profile(12, 13)


def embedded(data: bytes) -> bytes:
    """The profile of a JPEG XL file."""
    stream = jxl.unpacked(data).stream
    header, reader = jxl_header.parse(stream), BitReader(stream)
    assert header.colours.icc
    reader.at = header.end
    return jxl_icc.read(reader)


def profile(*tags: tuple[bytes, bytes], maker: bytes = bytes(4)) -> bytes:
    """Display P3 with more elements, by this software maker."""
    count = int.from_bytes(P3[128:132], "big")
    rows = [struct.unpack(">4sII", P3[132 + 12 * k : 144 + 12 * k]) for k in range(count)]
    elements = [(name, P3[at : at + length]) for name, at, length in rows] + list(tags)
    at, table, body = 132 + 12 * len(elements), b"", b""
    for name, content in elements:
        table += struct.pack(">4sII", name, at + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = bytearray(P3[:128])
    head[0:4] = struct.pack(">I", at + len(body))
    head[40:44] = maker
    return bytes(head) + struct.pack(">I", len(elements)) + table + body


def rising(kind: bytes, form: str, count: int) -> bytes:
    return kind + bytes(4) + (np.arange(count) * 7).astype(form).tobytes()


PROFILES = {
    "srgb": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "p3": P3,
    **{maker: profile(maker=maker.ljust(4).encode()) for maker in ("APPL", "MSFT", "SGI", "SUNW", "ADBE")},
    "text": profile((b"cprt", b"text" + bytes(4) + b"Copyright, somebody, 2024. " * 40)),
    "words": profile((b"dmnd", b"mluc" + struct.pack(">5I", 0, 1, 12, 0x656E5553, 40) + b"\0d\0e" * 60)),
    "curve": profile((b"targ", rising(b"curv", ">u2", 2000))),
    "wide": profile((b"targ", rising(b"mft2", ">u4", 2000))),
    "table": profile((b"targ", b"mft1" + bytes(4) + bytes(range(256)) * 12)),
    "noise": profile((b"targ", np.random.default_rng(3).bytes(3000))),
    "zeros": profile((b"targ", bytes(30_000))),
    "points": profile((b"lumi", b"XYZ " + bytes(4) + bytes(range(12))), (b"bkpt", b"XYZ " + bytes(16))),
}  # fmt: skip


@pytest.mark.parametrize("name", PROFILES)
def test_it_is_what_was_embedded(name, jxl_with_icc):
    assert embedded(jxl_with_icc(PROFILES[name])) == PROFILES[name]


@given(st.binary(max_size=300))
def test_any_commands_are_a_profile_or_an_error(packed):
    try:
        found = jxl_icc.unpacked(packed)
    except ValueError:
        return
    assert len(found) <= jxl_icc.MAX_BYTES


def test_damage_is_an_error_and_nothing_else(jxl_with_icc):
    stream = jxl.unpacked(jxl_with_icc(PROFILES["noise"])).stream
    at, chance = jxl_header.parse(stream).end, np.random.default_rng(4)
    for _ in range(150):
        hurt = bytearray(stream[:2000])
        for place in chance.integers(at // 8, 900, 3):
            hurt[place] = int(chance.integers(0, 256))
        reader = BitReader(bytes(hurt))
        reader.at = at
        with suppress(ValueError, EOFError):
            assert len(jxl_icc.read(reader)) <= jxl_icc.MAX_BYTES


def test_a_length_beyond_the_cap_is_refused_at_once():
    reader = BitReader(b"\xff" * 40)
    with pytest.raises(ValueError, match="a colour profile of"):
        jxl_icc.read(reader)


def test_time_grows_as_the_profile(jxl_with_icc):
    noise = np.random.default_rng(1).bytes(20_000)
    assert_linear(lambda count: jxl_with_icc(profile((b"targ", noise[:count]))), embedded, 2000)
