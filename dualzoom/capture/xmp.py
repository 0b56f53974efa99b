"""XMP packets: make true what a new size and an upright frame change; all else stays byte for byte.

Also taken out: what points to data that does not travel (gain map, motion video, extended XMP, old previews),
so that no viewer looks for it, and a provenance note can be put in.

Source: XMP part 1 (RDF/XML); Ultra HDR 1.0; Google's motion photo format.
"""

import html
import re
from collections.abc import Mapping

from dualzoom.geometry import Size

_GONE_ATTRIBUTES = (
    rb"hdrgm:\w+",
    rb"HDRGainMap:\w+",
    rb"apdi:\w+",
    rb"GCamera:(?:MotionPhoto|MicroVideo)\w*",
    rb"Camera:(?:MotionPhoto|MicroVideo)\w*",
    rb"xmpNote:HasExtendedXMP",
)
_GONE_ELEMENTS = (
    *_GONE_ATTRIBUTES,
    rb"G?Container:Directory",
    rb"xmp:Thumbnails",
    rb"exif:SubjectArea",  # in pixels; the EXIF block has it true
    rb"exif:SubjectLocation",
)
_REGIONS = re.compile(rb"<(mwg-rs:Regions)(?:\s[^<>]*)?/?>")
#: Declared and then no longer used, these would still make a reader look for the data.
_GONE_PREFIXES = (b"hdrgm", b"HDRGainMap", b"apdi", b"Container", b"GContainer", b"Item")
_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b'</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
)
_END = b"</rdf:RDF>"
NAMESPACE = "https://ns.dualzoom.invalid/1.0/"


def made_true(packet: bytes, size: Size, software: str | None = None, *, turned: bool = False) -> bytes:
    """The packet with orientation 1 and `size` where it speaks of them, and nothing of data left behind.

    `turned`: the frame was stored in another orientation, in which places in it are counted: they go.
    """
    values = {
        rb"tiff:Orientation": b"1",
        rb"(?:tiff:ImageWidth|exif:PixelXDimension)": b"%d" % size.width,
        rb"(?:tiff:ImageLength|exif:PixelYDimension)": b"%d" % size.height,
    }
    if software:
        values[rb"xmp:CreatorTool"] = html.escape(software).encode()
    packet = _pruned(with_values(packet, values))
    return without_places(packet) if turned else packet


def without_places(packet: bytes) -> bytes:
    """The packet without faces and focus points, which are places in a frame of another view."""
    return _without(packet, _REGIONS)


def _pruned(packet: bytes) -> bytes:
    """The packet without what points to data that does not travel, nor the names that only this used."""
    whole = packet
    for name in _GONE_ATTRIBUTES:
        packet = re.sub(rb"\s" + name + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", packet)
    for name in _GONE_ELEMENTS:
        packet = _without(packet, re.compile(rb"<(" + name + rb")(?:\s[^<>]*)?/?>"))
    for prefix in _GONE_PREFIXES if packet != whole else ():
        if not re.search(rb"[</\s]" + prefix + rb":", packet):
            packet = re.sub(rb"\sxmlns:" + prefix + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", packet)
    return packet


def with_values(packet: bytes, values: Mapping[bytes, bytes]) -> bytes:
    """The packet with new values where it speaks of these properties; `values` by name, as patterns."""
    for name, value in values.items():
        packet = _set(packet, name, value)
    return packet


def _without(packet: bytes, opening: re.Pattern[bytes]) -> bytes:
    """The packet without the elements that begin like `opening`; time grows with its length only."""
    kept, at = [], 0
    while match := opening.search(packet, at):
        closing = b"</" + match[1] + b">"
        end = match.end() if match[0].endswith(b"/>") else packet.find(closing, match.end()) + len(closing)
        if end < match.end():
            break  # never closed
        kept.append(packet[at : match.start()])
        at = end
    return b"".join(kept) + packet[at:]


def _set(packet: bytes, name: bytes, value: bytes) -> bytes:
    """`value` in every attribute and element called `name`."""
    for quote in (b'"', b"'"):
        attribute = rb"(\s" + name + rb"\s*=\s*" + quote + rb")[^" + quote + rb"]*" + quote
        packet = re.sub(attribute, rb"\g<1>" + value.replace(b"\\", rb"\\") + quote, packet)
    element = rb"(<(" + name + rb")(?:\s[^<>]*)?>)[^<]*(</\2\s*>)"
    return re.sub(element, rb"\g<1>" + value.replace(b"\\", rb"\\") + rb"\g<3>", packet)


def with_note(packet: bytes | None, note: Mapping[str, str]) -> bytes:
    """The packet (or a new one) with `note` as attributes in our namespace; an earlier note is replaced.

    A packet that is not RDF as we know it stays as it is.
    """
    packet = packet or _EMPTY
    packet = re.sub(rb"<rdf:Description[^<>]*xmlns:dualzoom=[^<>]*/>\n?", b"", packet)
    head, end, tail = packet.rpartition(_END)
    if not end:
        return packet
    fields = "".join(f' dualzoom:{name}="{html.escape(value)}"' for name, value in note.items())
    description = f'<rdf:Description rdf:about="" xmlns:dualzoom="{NAMESPACE}"{fields}/>\n'
    return head + description.encode() + end + tail


def note_of(packet: bytes | None) -> dict[str, str]:
    """The note that `with_note` wrote; empty where there is none.

    >>> note_of(with_note(None, {"Model": "a", "Tele": "b & c.jpg"}))
    {'Model': 'a', 'Tele': 'b & c.jpg'}
    """
    found = re.search(rb"<rdf:Description[^<>]*xmlns:dualzoom=[^<>]*/>", packet or b"")
    pairs = re.findall(rb'\sdualzoom:(\w+)="([^"]*)"', found[0]) if found else []
    return {name.decode(): html.unescape(value.decode("utf-8", "replace")) for name, value in pairs}
