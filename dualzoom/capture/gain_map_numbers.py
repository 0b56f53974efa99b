"""Reads and writes the numbers of a gain map: as XMP ("hdrgm") and as the binary block of ISO 21496-1.

Both say the same; readers of today understand the one or the other. A file whose base picture is the HDR one is not
supported: `read` returns None.

Source: Ultra HDR Image Format 1.1; ISO 21496-1:2025, annex C (integers are big-endian, fractions are pairs).
"""

import math
import struct
from fractions import Fraction
from typing import Any

from dualzoom.capture import xml_spans
from dualzoom.capture.gain_map import Channels, GainMap
from dualzoom.capture.xmp_table import HDRGM, KNOWN, RDF

ISO_ID = b"urn:iso:std:iso:ts:21496:-1\0"
#: The block in the base picture: only version numbers, which announce the map.
ISO_VERSION = struct.pack(">HH", 0, 0)
_THREE, _BASE_SPACE, _COMMON, _BACKWARD = 0x80, 0x40, 0x08, 0x04
_DENOMINATOR_LIMIT, _INT_MAX = 1_000_000, (1 << 31) - 1
#: Property of the XMP → field and default; those with "Capacity" have one value.
_PROPERTIES = {
    "GainMapMin": ("lowest", 0.0),
    "GainMapMax": ("highest", None),
    "Gamma": ("gamma", 1.0),
    "OffsetSDR": ("base_offset", 1 / 64),
    "OffsetHDR": ("hdr_offset", 1 / 64),
}
Numbers = dict[str, Any]


def from_xmp(packet: bytes) -> Numbers | None:
    """Return the fields of a `GainMap` but its pixels; None if the packet does not describe a map of an SDR base."""
    try:
        document = xml_spans.parse(packet, KNOWN)
    except xml_spans.XmlError:
        return None
    found: dict[str, list[bytes]] = {}
    for element in document.root.descendants():
        for attribute in element.attributes:
            if attribute.binding.space == HDRGM:
                found[attribute.local] = [document.text(attribute)]
        if element.binding.space == HDRGM:
            items = [e for e in element.descendants() if e.binding.space == RDF and e.local == "li"]
            items.sort(key=lambda item: item.span)  # descendants come in no order
            found[element.local] = [document.text(item) for item in items] or [document.text(element)]
    if found.get("BaseRenditionIsHDR", [b"False"])[0].lower() == b"true":
        return None
    try:
        numbers: Numbers = {
            name: tuple(float(text) for text in found[local]) if local in found else (default,)
            for local, (name, default) in _PROPERTIES.items()
            if local in found or default is not None
        }
        return _complete(
            numbers,
            base_headroom=float(found.get("HDRCapacityMin", [b"0"])[0]),
            hdr_headroom=float(found["HDRCapacityMax"][0]) if "HDRCapacityMax" in found else None,
        )
    except ValueError:
        return None


def _complete(numbers: Numbers, base_headroom: float, hdr_headroom: float | None) -> Numbers | None:
    if "highest" not in numbers or any(len(value) not in (1, 3) for value in numbers.values()):
        return None
    channels = max(len(value) for value in numbers.values())
    numbers = {name: value * (channels // len(value)) for name, value in numbers.items()}
    headroom = max(numbers["highest"]) if hdr_headroom is None else hdr_headroom
    return {**numbers, "base_headroom": base_headroom, "hdr_headroom": headroom}


def from_iso(block: bytes) -> Numbers | None:
    """Return the same from the block of ISO 21496-1; None if it is too short, or of a later version."""
    try:
        least, _, flags = struct.unpack_from(">HHB", block)
        if least != 0 or flags & _BACKWARD:
            return None
        channels = 3 if flags & _THREE else 1
        values = _fractions(block[5:], 2 + 5 * channels, common=bool(flags & _COMMON))
    except (struct.error, ZeroDivisionError):
        return None
    fields = [tuple(values[2 + which :: 5]) for which in range(5)]
    names = ("lowest", "highest", "gamma", "base_offset", "hdr_offset")
    numbers: Numbers = dict(zip(names, fields, strict=True))
    return {
        **numbers,
        "base_headroom": values[0],
        "hdr_headroom": values[1],
        "in_base_space": bool(flags & _BASE_SPACE),
    }


def _fractions(data: bytes, count: int, *, common: bool) -> list[float]:
    """Read `count` fractions; of each five after the first two, the third (gamma) is unsigned, the others signed."""
    out = []
    if common:
        (denominator,) = struct.unpack_from(">I", data)
    for index in range(count):
        signed = index >= 2 and (index - 2) % 5 != 2
        at = 4 + 4 * index if common else 8 * index
        (numerator,) = struct.unpack_from(">i" if signed else ">I", data, at)
        if not common:
            (denominator,) = struct.unpack_from(">I", data, at + 4)
        out.append(numerator / denominator)
    return out


def to_iso(gain_map: GainMap) -> bytes:
    """Return the block of ISO 21496-1 for the map's own JPEG.

    >>> from_iso(to_iso(GainMap(pixels=None, lowest=(-0.5,), highest=(2.25,), hdr_headroom=2.25)))["lowest"]
    (-0.5,)
    """
    channels = max(len(value) for value in _per_channel(gain_map))
    flags = (_THREE if channels == 3 else 0) | (_BASE_SPACE if gain_map.in_base_space else 0)
    parts = [ISO_VERSION, bytes([flags]), _pair(gain_map.base_headroom), _pair(gain_map.hdr_headroom)]
    for channel in range(channels):
        parts += [_pair(value[channel % len(value)]) for value in _per_channel(gain_map)]
    return b"".join(parts)


def _per_channel(gain_map: GainMap) -> tuple[Channels, ...]:
    return (
        gain_map.lowest,
        gain_map.highest,
        gain_map.gamma,
        gain_map.base_offset,
        gain_map.hdr_offset,
    )


def _pair(value: float) -> bytes:
    fraction = Fraction(value).limit_denominator(_DENOMINATOR_LIMIT)
    numerator = max(-_INT_MAX, min(_INT_MAX, fraction.numerator))
    return struct.pack(">iI", numerator, fraction.denominator)


def to_xmp(gain_map: GainMap) -> bytes:
    """Return the XMP packet for the map's own JPEG."""
    single, several = [], []
    for (local, _), value in zip(_PROPERTIES.items(), _per_channel(gain_map), strict=True):
        if len(set(value)) == 1:
            single.append(f'\n   hdrgm:{local}="{_text(value[0])}"')
        else:
            items = "".join(f"<rdf:li>{_text(number)}</rdf:li>" for number in value)
            several.append(f"\n   <hdrgm:{local}><rdf:Seq>{items}</rdf:Seq></hdrgm:{local}>")
    single.append(f'\n   hdrgm:HDRCapacityMin="{_text(gain_map.base_headroom)}"')
    single.append(f'\n   hdrgm:HDRCapacityMax="{_text(gain_map.hdr_headroom)}"')
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'  <rdf:Description rdf:about="" xmlns:hdrgm="{HDRGM}"\n   hdrgm:Version="1.0"{"".join(single)}\n'
        f'   hdrgm:BaseRenditionIsHDR="False">{"".join(several)}\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>'
    ).encode()


def _text(value: float) -> str:
    """Format a number for readers that know no exponents.

    >>> _text(2.5), _text(1e-7)
    ('2.5', '0.0000001')
    """
    text = f"{value:.7f}".rstrip("0") if math.isfinite(value) else "0"
    return text + "0" if text.endswith(".") else text
