"""Corrects or drops the XMP properties that are wrong for the new picture; all else stays byte for byte.

`xmp_table` lists the properties. A packet without any of them stays unchanged. A damaged packet could claim anything,
so it is dropped. `with_provenance` adds a record of how the result was made.

Source: XMP part 1 (RDF/XML).
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dualzoom.capture import xml_spans
from dualzoom.capture.xml_spans import Attribute, Document, Element, Node, Span, XmlError
from dualzoom.capture.xmp_table import KNOWN, RDF, UNITS, Rule, rule_of
from dualzoom.geometry import Size

MAX_BYTES = 4 << 20  # ten times the longest packets that raw developers write
PER_INCH = 2  # TIFF's unit of resolution
UNREADABLE = "XMP (it cannot be read)"
NAMESPACE = "https://ns.dualzoom.invalid/1.0/"
_EMPTY = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b'</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
)
_NUMBER = re.compile(rb"([+-]?\d{1,12})(?:\.(\d{1,12})|/(\d{1,12}))?")


@dataclass(frozen=True, kw_only=True)
class Change:
    """How the result differs from the picture that a packet describes.

    `before` is that picture's upright size. `turned`: it was stored in another orientation, in which positions count.
    `zoom`: the result shows 1/zoom of each side; `ratio` (digital zoom) and `focal_35mm` are its new values, if known.
    `dpi`: how fine it is to be printed, if that is known.
    """

    size: Size
    before: Size
    software: str | None = None
    turned: bool = False
    zoom: float = 1.0
    ratio: Fraction | None = None
    focal_35mm: float | None = None
    dpi: Fraction | None = None

    @property
    def other_view(self) -> bool:
        """Whether positions in the old frame differ from those in the new one."""
        return self.turned or self.zoom != 1.0


def update(packet: bytes, change: Change) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the packet after `change` (None: it is damaged), and the dropped content in users' words."""
    if len(packet) > MAX_BYTES:
        return None, (UNREADABLE,)
    try:
        document = xml_spans.parse(packet, KNOWN)
    except XmlError:
        return None, (UNREADABLE,)
    revision = _Revision(document, change)
    revision.run()
    return (xml_spans.splice(document.data, revision.edits) if revision.edits else packet), tuple(
        revision.dropped
    )


@dataclass
class _Revision:
    """Walks through a packet once and collects edits."""

    document: Document
    change: Change
    edits: list[tuple[Span, bytes]] = field(default_factory=list)
    dropped: dict[str, None] = field(default_factory=dict)

    def run(self) -> None:
        waiting: list[tuple[Element, bytes]] = [(self.document.root, b"")]
        while waiting:
            holder, unit = waiting.pop()
            nodes: list[Node] = [*holder.attributes, *holder.children]
            siblings = {n.local: n for n in nodes if n.local in UNITS or n.local.endswith("Pixels")}
            unit = next((self.document.text(siblings[name]) for name in UNITS if name in siblings), unit)
            for node in nodes:
                rule = rule_of(node.binding.space, node.local)
                dropped = rule is not None and self._apply(node, rule, siblings, unit)
                if isinstance(node, Element) and not dropped:
                    waiting.append((node, unit))
        for binding in self.document.bindings:  # readers would search for the data of an unused namespace
            if binding.span is not None and binding.dropped and binding.dropped == binding.used:
                self.edits.append((binding.span, b""))

    def _apply(self, node: Node, rule: Rule, siblings: Mapping[str, Node], unit: bytes) -> bool:
        """Apply the rule; return True if that drops the node."""
        if rule.action == "drop" or (rule.action == "fraction" and self.change.other_view):
            return self._drop(node, rule)
        if rule.action in ("x_pixels", "y_pixels"):
            if self.change.other_view:
                return self._drop(node, rule)
            if rule.unit and unit not in rule.pixels:
                return False
        if isinstance(node, Element) and node.children:
            return False
        old = self.document.text(node)
        new = self._value(rule, old, siblings)
        if new is None:
            return self._drop(node, rule)
        if new != old:
            self.edits.append(self._replacement(node, new))
        return False

    def _value(self, rule: Rule, old: bytes, siblings: Mapping[str, Node]) -> bytes | None:
        """Return the property's new value; None: no value would be true."""
        change = self.change
        match rule.action:
            case "orientation":
                return b"1"
            case "width" | "height":
                return b"%d" % (change.size.width if rule.action == "width" else change.size.height)
            case "software" if change.software:
                return html.escape(change.software).encode()
            case "digital_zoom" if change.zoom != 1.0 and change.ratio is not None:
                return b"%d/%d" % (change.ratio.numerator, change.ratio.denominator)
            case "focal_35mm" if change.zoom != 1.0 and change.focal_35mm is not None:
                return b"%d" % change.focal_35mm
            case "resolution" if change.dpi is not None:
                return b"%d/%d" % change.dpi.as_integer_ratio()
            case "resolution_unit" if change.dpi is not None:
                return b"%d" % PER_INCH
            case "density":
                new_side, old_side = (max(size.width, size.height) for size in (change.size, change.before))
                return scaled(
                    old, Fraction(new_side, old_side) * Fraction(change.zoom).limit_denominator(10_000)
                )
            case "x_pixels" | "y_pixels":
                new_side, old_side = (
                    (change.size.width, change.before.width)
                    if rule.action == "x_pixels"
                    else (change.size.height, change.before.height)
                )
                whole = self.document.text(siblings[rule.whole]) if rule.whole in siblings else b""
                own = int(whole) if whole.isdigit() and len(whole) < 10 else 0
                return scaled(old, Fraction(new_side, own or old_side))
        return old

    def _replacement(self, node: Node, new: bytes) -> tuple[Span, bytes]:
        if isinstance(node, Element) and node.self_closing:  # <a/>
            start, end = node.span
            head = self.document.data[start : end - 2].rstrip()
            return node.span, head + b">" + new + b"</" + node.tag + b">"
        return node.inner, new

    def _drop(self, node: Node, rule: Rule) -> bool:
        self.edits.append((node.span, b""))
        if rule.label:
            self.dropped[rule.label] = None
        if isinstance(node, Attribute):
            node.binding.dropped += 1
            return True
        for element in node.descendants():
            names: list[Node] = [element, *element.attributes]
            for name in names:
                name.binding.dropped += 1
                inner = rule_of(name.binding.space, name.local)
                if inner is not None and inner.action == "drop" and inner.label:
                    self.dropped[inner.label] = None
            for attribute in element.attributes:
                if (label := _CONTENTS.get(self.document.text(attribute))) is not None:
                    self.dropped[label] = None
            if not element.children and (label := _CONTENTS.get(self.document.text(element))) is not None:
                self.dropped[label] = None
        return True


#: The meaning of a container's items, in users' words.
_CONTENTS = {
    b"GainMap": "gain map",
    b"MotionPhoto": "motion video",
    b"Depth": "depth map",
    b"DepthMap": "depth map",
}


def scaled(number: bytes, factor: Fraction) -> bytes | None:
    """Multiply a whole number, a decimal or a ratio by `factor` and keep its form; None for other text.

    >>> scaled(b"240", Fraction(2)), scaled(b"1.50", Fraction(3, 2)), scaled(b"x", Fraction(1))
    (b'480', b'2.25', None)
    """
    match = _NUMBER.fullmatch(number)
    if match is None or (match[3] is not None and not int(match[3])):
        return None
    if factor == 1:
        return number
    if match[3] is not None:
        value = Fraction(int(match[1]), int(match[3])) * factor
        return b"%d/%d" % (value.numerator, value.denominator)
    if match[2] is not None:
        return f"{float(Fraction(number.decode()) * factor):.{len(match[2])}f}".encode()
    return b"%d" % ((int(match[1]) * factor + Fraction(1, 2)) // 1)


def with_provenance(packet: bytes | None, provenance: Mapping[str, str]) -> bytes:
    """Return the packet, or a new one, with `provenance` as attributes in our namespace; replace an earlier one.

    A packet without an RDF element to extend stays unchanged.
    """
    document = _parsed(packet or _EMPTY)
    fields = "".join(f' dualzoom:{name}="{html.escape(value)}"' for name, value in provenance.items())
    old = [] if document is None else _provenance_elements(document)
    description = f' rdf:about="" xmlns:dualzoom="{NAMESPACE}"{fields}/>\n'
    return _extended(packet, document, description, old) or packet or _EMPTY


def with_description(packet: bytes | None, content: str) -> bytes | None:
    """Return the packet, or a new one, with one more description; None if it has no RDF element to extend.

    `content`: attributes and children of the description, without its tags: ' a="1">child'.
    """
    document = _parsed(packet or _EMPTY)
    return _extended(packet, document, f"{content}</rdf:Description>\n", [])


def _extended(
    packet: bytes | None, document: Document | None, content: str, old: list[Element]
) -> bytes | None:
    """Return the packet with a description put at its end and `old` ones taken out; None: there is no place for it."""
    rdf = next((e for e in document.root.descendants() if _is(e, "RDF")), None) if document else None
    if document is None or rdf is None or rdf.self_closing:
        return None
    data = document.data
    about = "" if rdf.tag == b"rdf:RDF" else f' xmlns:rdf="{RDF}"'
    edits = [((rdf.inner[1],) * 2, f"<rdf:Description{about}{content}".encode())]
    for element in old:
        start, end = element.span
        edits.append(((start, end + data.startswith(b"\n", end)), b""))
    return xml_spans.splice(data, edits)


def provenance_of(packet: bytes | None) -> dict[str, str]:
    """Return what `with_provenance` wrote; empty if there is none.

    >>> provenance_of(with_provenance(None, {"Model": "a", "Tele": "b & c.jpg"}))
    {'Model': 'a', 'Tele': 'b & c.jpg'}
    """
    document = _parsed(packet) if packet else None
    element = next(iter(_provenance_elements(document)), None) if document else None
    if document is None or element is None:
        return {}
    values = (a for a in element.attributes if a.binding.space == NAMESPACE)
    return {a.local: html.unescape(document.text(a).decode("utf-8", "replace")) for a in values}


def _parsed(packet: bytes) -> Document | None:
    try:
        return xml_spans.parse(packet, KNOWN) if len(packet) <= MAX_BYTES else None
    except XmlError:
        return None


def _is(element: Element, local: str) -> bool:
    return element.binding.space == RDF and element.local == local


def _provenance_elements(document: Document) -> list[Element]:
    """Return the descriptions that hold nothing but our provenance."""
    found = []
    for element in document.root.descendants():
        ours = [a for a in element.attributes if a.binding.space == NAMESPACE]
        others = [a for a in element.attributes if a.binding.space not in (NAMESPACE, RDF)]
        if ours and not others and not element.children and _is(element, "Description"):
            found.append(element)
    return found
