"""IPTC records inside Photoshop's resource blocks, where JPEG and PNG keep them.

A resource: "8BIM", 16-bit number, padded name, 32-bit length, data padded to even. IPTC is number 0x0404.
Other resources, among them an outdated preview, are dropped.

Source: Adobe Photoshop file formats specification, "Image resource blocks".
"""

import struct

PHOTOSHOP_ID = b"Photoshop 3.0\0"
_IPTC = 0x0404


def from_resources(data: bytes) -> bytes | None:
    """Return the IPTC records in a run of resources; None if there are none."""
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
    """Wrap IPTC records in a resource block.

    >>> from_resources(to_resources(b"abc"))
    b'abc'
    """
    return b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(records)) + records + bytes(len(records) % 2)
