"""Reads and corrects Apple's maker note, an EXIF directory whose offsets count from the note's first byte.

`DROPPED` is the one table of its tags that are wrong for the new picture. They are taken out in place, so that nothing
else in the note moves.

Source: Apple, "Applying Apple HDR effect to your photos" (tags 33 and 48, and the formula); exiftool's list of tags.
"""

import struct
from typing import Literal

from dualzoom.capture import ifd

_NAME, _HEAD = b"Apple iOS\0", 14  # name, version, byte order
_BURST, _HDR_HEADROOM, _HDR_GAIN = 0x0B, 0x21, 0x30
_MOST_NAME = 128  # bytes; a UUID has 37
_SIGNED_RATIO = 10
#: Tag → what users lose with it ("": nothing that they would miss).
DROPPED = {
    _BURST: "burst",  # links the pictures of a burst, of which this is none
    0x11: "Live Photo link",  # leads to a clip, whose still this is not
    0x17: "",  # where the still lies in that clip
    _HDR_HEADROOM: "",  # belong to a gain map of Apple's kind; one that is kept has a standard form
    _HDR_GAIN: "",
}


def headroom(exif: bytes | None) -> float | None:
    """Return the headroom of the photo's gain map (linear, 1 or more) by its EXIF block; None if it does not say."""
    block = ifd.parse(exif) if exif else None
    entry = None if block is None else block.main.children.get(ifd.EXIF_IFD, ifd.Directory()).entries.get(
        ifd.MAKER_NOTE
    )  # fmt: skip
    if entry is None:
        return None
    first, second = _ratio(entry.data, _HDR_HEADROOM), _ratio(entry.data, _HDR_GAIN)
    if first is None or second is None:
        return None
    if first < 1.0:
        stops = 1.8 - 20.0 * second if second <= 0.01 else 1.601 - 0.101 * second
    else:
        stops = 3.0 - 70.0 * second if second <= 0.01 else 2.303 - 0.303 * second
    return float(2.0 ** min(max(stops, 0.0), 6.0))


def burst(exif: bytes | None) -> str | None:
    """Return what all pictures of a burst have in common, by the EXIF block; None if it does not say."""
    block = ifd.parse(exif) if exif else None
    inner = None if block is None else block.main.children.get(ifd.EXIF_IFD)
    entry = None if inner is None else inner.entries.get(ifd.MAKER_NOTE)
    found = None if entry is None else _entries(entry.data)
    if entry is None or found is None:
        return None
    order, entries = found
    for number, kind, count, offset in (struct.unpack(f"{order}HHII", one) for one in entries):
        if number == _BURST and kind == ifd.ASCII and 4 < count <= _MOST_NAME:
            text = entry.data[offset : offset + count].rstrip(b"\0")
            return text.decode("ascii", "replace") if text else None
    return None


def corrected(note: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return the note without the tags of `DROPPED`, as long as before, and what users lose; others unchanged."""
    found = _entries(note)
    if found is None:
        return note, ()
    order, entries = found
    kept = [entry for entry in entries if _tag(order, entry) not in DROPPED]
    if len(kept) == len(entries):
        return note, ()
    lost = [DROPPED[_tag(order, entry)] for entry in entries if _tag(order, entry) in DROPPED]
    end = _HEAD + 2 + 12 * len(entries)
    after = note[end : end + 4].ljust(4, b"\0")  # where the next directory lies
    directory = struct.pack(f"{order}H", len(kept)) + b"".join(kept) + after
    return note[:_HEAD] + directory.ljust(end + 4 - _HEAD, b"\0") + note[end + 4 :], tuple(filter(None, lost))


def _entries(note: bytes) -> tuple[ifd.Order, list[bytes]] | None:
    """Return byte order and raw entries of the note's directory; None if it is not Apple's or damaged."""
    if not note.startswith(_NAME) or note[12:14] not in (b"MM", b"II") or len(note) < _HEAD + 2:
        return None
    order: Literal["<", ">"] = ">" if note[12:14] == b"MM" else "<"
    (count,) = struct.unpack_from(f"{order}H", note, _HEAD)
    if len(note) < _HEAD + 2 + 12 * count:
        return None
    return order, [note[_HEAD + 2 + 12 * k : _HEAD + 14 + 12 * k] for k in range(count)]


def _tag(order: ifd.Order, entry: bytes) -> int:
    return int(struct.unpack_from(f"{order}H", entry)[0])


def _ratio(note: bytes, tag: int) -> float | None:
    found = _entries(note)
    if found is None:
        return None
    order, entries = found
    for entry in entries:
        number, kind, count, offset = struct.unpack(f"{order}HHII", entry)
        if number == tag and kind == _SIGNED_RATIO and count == 1 and offset + 8 <= len(note):
            numerator, denominator = struct.unpack_from(f"{order}ii", note, offset)
            return numerator / denominator if denominator else None
    return None
