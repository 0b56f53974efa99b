"""XMP packets: what a new picture makes untrue is put right or taken out by `xmp_table`; all else stays byte for byte.

A packet in which nothing is untrue stays as it is, bytes for bytes. One that cannot be followed may say anything and is
left out. A provenance note can be put in.

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
    """How the result's picture differs from the one that a packet speaks of.

    `before`: that one's size, upright. `turned`: it was stored in another orientation, in which places are counted.
    `zoom`: the result shows 1/zoom of its sides; then also `ratio` (digital zoom) and `focal_35mm`, where known.
    """

    size: Size
    before: Size
    software: str | None = None
    turned: bool = False
    zoom: float = 1.0
    ratio: Fraction | None = None
    focal_35mm: float | None = None

    @property
    def other_view(self) -> bool:
        """Whether places in the old frame are elsewhere in the new one."""
        return self.turned or self.zoom != 1.0


def made_true(packet: bytes, change: Change) -> tuple[bytes | None, tuple[str, ...]]:
    """The packet after `change` (None: it cannot be followed), and what was lost, in users' words."""
    if len(packet) > MAX_BYTES:
        return None, (UNREADABLE,)
    try:
        document = xml_spans.parse(packet, KNOWN)
    except XmlError:
        return None, (UNREADABLE,)
    revision = _Revision(document, change)
    revision.run()
    return (xml_spans.spliced(document.data, revision.edits) if revision.edits else packet), tuple(
        revision.lost
    )


@dataclass
class _Revision:
    """One walk through a packet, gathering edits."""

    document: Document
    change: Change
    edits: list[tuple[Span, bytes]] = field(default_factory=list)
    lost: dict[str, None] = field(default_factory=dict)

    def run(self) -> None:
        waiting: list[tuple[Element, bytes]] = [(self.document.root, b"")]
        while waiting:
            holder, unit = waiting.pop()
            nodes: list[Node] = [*holder.attributes, *holder.children]
            said = {
                node.local: node for node in nodes if node.local in UNITS or node.local.endswith("Pixels")
            }
            unit = next((self.document.text(said[name]) for name in UNITS if name in said), unit)
            for node in nodes:
                rule = rule_of(node.binding.space, node.local)
                gone = rule is not None and self._apply(node, rule, said, unit)
                if isinstance(node, Element) and not gone:
                    waiting.append((node, unit))
        for (
            binding
        ) in self.document.bindings:  # a name nobody uses any more would make readers look for the data
            if binding.span is not None and binding.gone and binding.gone == binding.used:
                self.edits.append((binding.span, b""))

    def _apply(self, node: Node, rule: Rule, said: Mapping[str, Node], unit: bytes) -> bool:
        """Do what the rule says; True where the node is taken out."""
        if rule.act == "drop" or (rule.act == "place" and self.change.other_view):
            return self._drop(node, rule)
        if rule.act in ("across", "down"):
            if self.change.other_view:
                return self._drop(node, rule)
            if rule.unit and unit not in rule.pixels:
                return False
        if isinstance(node, Element) and node.children:
            return False
        old = self.document.text(node)
        new = self._value(rule, old, said)
        if new is None:
            return self._drop(node, rule)
        if new != old:
            self.edits.append(self._replacement(node, new))
        return False

    def _value(self, rule: Rule, old: bytes, said: Mapping[str, Node]) -> bytes | None:
        """What the property says now; None: nothing that is true."""
        change = self.change
        match rule.act:
            case "upright":
                return b"1"
            case "width" | "height":
                return b"%d" % (change.size.width if rule.act == "width" else change.size.height)
            case "tool" if change.software:
                return html.escape(change.software).encode()
            case "zoom" if change.zoom != 1.0 and change.ratio is not None:
                return b"%d/%d" % (change.ratio.numerator, change.ratio.denominator)
            case "focal" if change.zoom != 1.0 and change.focal_35mm is not None:
                return b"%d" % change.focal_35mm
            case "density":
                now, then = (max(size.width, size.height) for size in (change.size, change.before))
                return scaled(old, Fraction(now, then) * Fraction(change.zoom).limit_denominator(10_000))
            case "across" | "down":
                now, then = (
                    (change.size.width, change.before.width)
                    if rule.act == "across"
                    else (change.size.height, change.before.height)
                )
                whole = self.document.text(said[rule.whole]) if rule.whole in said else b""
                own = int(whole) if whole.isdigit() and len(whole) < 10 else 0
                return scaled(old, Fraction(now, own or then))
        return old

    def _replacement(self, node: Node, new: bytes) -> tuple[Span, bytes]:
        if isinstance(node, Element) and node.alone:  # <a/>
            start, end = node.span
            head = self.document.data[start : end - 2].rstrip()
            return node.span, head + b">" + new + b"</" + node.tag + b">"
        return node.inner, new

    def _drop(self, node: Node, rule: Rule) -> bool:
        self.edits.append((node.span, b""))
        if rule.loss:
            self.lost[rule.loss] = None
        if isinstance(node, Attribute):
            node.binding.gone += 1
            return True
        for element in node.everything():
            names: list[Node] = [element, *element.attributes]
            for name in names:
                name.binding.gone += 1
                inner = rule_of(name.binding.space, name.local)
                if inner is not None and inner.act == "drop" and inner.loss:
                    self.lost[inner.loss] = None
            for attribute in element.attributes:
                if (loss := _CONTENTS.get(self.document.text(attribute))) is not None:
                    self.lost[loss] = None
            if not element.children and (loss := _CONTENTS.get(self.document.text(element))) is not None:
                self.lost[loss] = None
        return True


#: What a container's items mean.
_CONTENTS = {
    b"GainMap": "gain map",
    b"MotionPhoto": "motion video",
    b"Depth": "depth map",
    b"DepthMap": "depth map",
}


def scaled(number: bytes, factor: Fraction) -> bytes | None:
    """A whole number, a decimal or a ratio times `factor`, in the same form; None: it is none of these.

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


def with_note(packet: bytes | None, note: Mapping[str, str]) -> bytes:
    """The packet (or a new one) with `note` as attributes in our namespace; an earlier note is replaced.

    A packet that is not RDF as we know it stays as it is.
    """
    document = _parsed(packet or _EMPTY)
    rdf = next((e for e in document.root.everything() if _is(e, "RDF")), None) if document else None
    if document is None or rdf is None or rdf.alone:
        return packet or _EMPTY
    data = document.data
    fields = "".join(f' dualzoom:{name}="{html.escape(value)}"' for name, value in note.items())
    about = "" if rdf.tag == b"rdf:RDF" else f' xmlns:rdf="{RDF}"'
    description = f'<rdf:Description{about} rdf:about="" xmlns:dualzoom="{NAMESPACE}"{fields}/>\n'
    edits = [((rdf.inner[1],) * 2, description.encode())]
    for element in _notes(document):
        start, end = element.span
        edits.append(((start, end + data.startswith(b"\n", end)), b""))
    return xml_spans.spliced(data, edits)


def note_of(packet: bytes | None) -> dict[str, str]:
    """The note that `with_note` wrote; empty where there is none.

    >>> note_of(with_note(None, {"Model": "a", "Tele": "b & c.jpg"}))
    {'Model': 'a', 'Tele': 'b & c.jpg'}
    """
    document = _parsed(packet) if packet else None
    element = next(iter(_notes(document)), None) if document else None
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


def _notes(document: Document) -> list[Element]:
    """Descriptions that hold nothing but a note of ours."""
    found = []
    for element in document.root.everything():
        ours = [a for a in element.attributes if a.binding.space == NAMESPACE]
        others = [a for a in element.attributes if a.binding.space not in (NAMESPACE, RDF)]
        if ours and not others and not element.children and _is(element, "Description"):
            found.append(element)
    return found
