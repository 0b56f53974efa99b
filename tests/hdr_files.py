"""HDR photos and motion photos as phones write them, made by other code than ours (Pillow, struct)."""

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

XMP_ID = b"http://ns.adobe.com/xap/1.0/\0"
_RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" {}</rdf:RDF></x:xmpmeta>'
)
GOOGLE = "http://ns.google.com/photos/1.0/"


APPLE_XMP = _RDF.format(
    'xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" '
    'apdi:AuxiliaryImageType="urn:com:apple:photo:2020:aux:hdrgainmap"/>'
).encode()


def segment(marker: int, payload: bytes) -> bytes:
    """One application segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg(pixels: NDArray[np.uint8], *segments: bytes, quality: int = 95) -> bytes:
    """A JPEG file with these segments behind its first marker."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality, subsampling=0)
    data = out.getvalue()
    return data[:2] + b"".join(segments) + data[2:]


def map_xmp(**numbers: Any) -> bytes:
    """The packet of a gain map: hdrgm's property names without "hdrgm:", values as text."""
    fields = "".join(f'hdrgm:{name}="{value}" ' for name, value in numbers.items())
    return _RDF.format(f'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" {fields}/>').encode()


def base_xmp(*items: tuple[str, int], motion: str = "") -> bytes:
    """The packet of a picture with (meaning, bytes) behind it; `motion`: more attributes."""
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{meaning}" Item:Length="{size}"/></rdf:li>'
        for meaning, size in (("Primary", 0), *items)
    )
    spaces = f'xmlns:Container="{GOOGLE}container/" xmlns:Item="{GOOGLE}container/item/" {motion}'
    version = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" '
    spaces += version if any(meaning == "GainMap" for meaning, _ in items) else ""
    return _RDF.format(
        f"{spaces}><Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory></rdf:Description>"
    ).encode()


def mpf(size: int, second: int, offset: int) -> bytes:
    """An index (MPF) in Intel order of two pictures; `offset` counts from its byte order."""
    head = struct.pack("<2sHIH", b"II", 42, 8, 3)
    head += struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    head += struct.pack("<HHIII", 0xB002, 7, 32, 50, 0)
    rows = struct.pack("<IIIHH", 0x030000, size, 0, 0, 0) + struct.pack("<IIIHH", 0, second, offset, 0, 0)
    return segment(0xE2, b"MPF\0" + head + rows)


def ultra_hdr(
    base: NDArray[np.uint8], gain: NDArray[np.uint8], *, padding: int = 0, behind: bytes = b"", **numbers: Any
) -> bytes:
    """An Ultra HDR file: `padding` zeros between the pictures, `behind` follows them."""
    second = jpeg(gain, segment(0xE1, XMP_ID + map_xmp(Version="1.0", **numbers)))
    packet = segment(0xE1, XMP_ID + base_xmp(("GainMap", len(second))))
    bare = len(jpeg(base, packet)) + 90
    first = jpeg(base, packet, mpf(bare, len(second), bare + padding - (2 + len(packet) + 8)))
    assert len(first) == bare
    return first + bytes(padding) + second + behind


def box(kind: bytes, content: bytes = b"") -> bytes:
    """An ISO box."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def clip(size: int = 2000, seed: int = 1, brand: bytes = b"mp42") -> bytes:
    """The boxes of an MP4 file with random contents."""
    rng = np.random.default_rng(seed)
    return (
        box(b"ftyp", brand + bytes(4) + b"isommp42")
        + box(b"moov", rng.bytes(size // 4))
        + box(b"free")
        + box(b"mdat", rng.bytes(size))
    )


def motion_attributes(moment_us: int) -> str:
    """Google's attributes of a motion photo."""
    return (
        f'xmlns:GCamera="{GOOGLE}camera/" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1" '
        f'GCamera:MotionPhotoPresentationTimestampUs="{moment_us}" '
    )


def samsung_trailer(entries: dict[bytes, bytes]) -> bytes:
    """Samsung's trailer: the named data, then a directory of where each lies."""
    parts = [b"\0\0\x30\x0a" + struct.pack("<I", len(name)) + name + data for name, data in entries.items()]
    rows, at = b"", sum(map(len, parts))
    for part in parts:
        rows += b"\0\0\x30\x0a" + struct.pack("<II", at, len(part))
        at -= len(part)
    directory = b"SEFH" + struct.pack("<II", 106, len(parts)) + rows
    return b"".join(parts) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def apple_note(*entries: tuple[int, int, int, bytes], order: str = ">") -> bytes:
    """Apple's maker note: (tag, type, count, value) with values of more than four bytes behind the directory."""
    head = b"Apple iOS\0\0\1" + (b"MM" if order == ">" else b"II")
    directory, values = struct.pack(f"{order}H", len(entries)), b""
    start = len(head) + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) > 4:
            held = struct.pack(f"{order}I", start + len(values))
            values += value
        else:
            held = value.ljust(4, b"\0")
        directory += struct.pack(f"{order}HHI", tag, kind, count) + held
    return head + directory + bytes(4) + values
