"""IPTC records inside Photoshop's resource blocks, where JPEG and PNG keep them.

A resource: "8BIM", 16-bit number, padded name, 32-bit length, data padded to even. IPTC is number 0x0404.
Other resources (a stale preview among them) do not travel.

Source: Adobe Photoshop file formats specification, "Image resource blocks".
"""

import struct

PHOTOSHOP_MARK = b"Photoshop 3.0\0"
_IPTC = 0x0404


def from_resources(data: bytes) -> bytes | None:
    """The IPTC records in a run of resources; None where there are none."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        number, name_bytes = struct.unpack(">HB", data[at + 4 : at + 7])
        start = at + 6 + (name_bytes + 2) // 2 * 2
        length = int.from_bytes(data[start : start + 4], "big")
        value = data[start + 4 : start + 4 + length]
        if number == _IPTC and value and len(value) == length:
            return value
        at = start + 4 + length + length % 2
    return None


def to_resources(records: bytes) -> bytes:
    """IPTC records as a resource block.

    >>> from_resources(to_resources(b"abc"))
    b'abc'
    """
    return b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(records)) + records + bytes(len(records) % 2)
