"""Adds to an XMP packet how finely its picture is to be printed, where the packet does not say so.

Source: XMP part 2, section 3 (EXIF's and TIFF's properties in XMP); TIFF 6.0, section 8 (ResolutionUnit).
"""

from fractions import Fraction

from dualzoom.capture import xml_spans, xmp
from dualzoom.capture.xml_spans import Node
from dualzoom.capture.xmp_table import KNOWN, TIFF


def with_resolution(packet: bytes | None, dpi: Fraction) -> bytes | None:
    """Return the packet, or a new one, with those of TIFF's three properties of resolution that it lacks.

    `xmp.update` corrects those that are there. A packet without a place for more stays unchanged.
    """
    there = _names(packet) if packet else set()
    ratio = "{}/{}".format(*dpi.as_integer_ratio())
    values = {"XResolution": ratio, "YResolution": ratio, "ResolutionUnit": str(xmp.PER_INCH)}
    fields = "".join(f' tiff:{name}="{value}"' for name, value in values.items() if name not in there)
    if not fields:
        return packet
    return xmp.with_description(packet, f' rdf:about="" xmlns:tiff="{TIFF}"{fields}>') or packet


def _names(packet: bytes) -> set[str]:
    """Return the names of TIFF's properties in a packet."""
    try:
        document = xml_spans.parse(packet, KNOWN)
    except xml_spans.XmlError:
        return set()
    nodes = [node for element in document.root.descendants() for node in _with_attributes(element)]
    return {node.local for node in nodes if node.binding.space == TIFF}


def _with_attributes(element: xml_spans.Element) -> list[Node]:
    return [element, *element.attributes]
