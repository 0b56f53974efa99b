"""Parses XML into elements and attributes with their byte spans, so that one can change and the rest stays.

expat checks the document. The parser rejects a document type, which could define entities. It resolves prefixes itself,
because expat would copy a namespace's name for every element in it. Time and memory are linear in the bytes, up to
fixed limits on elements and depth.

Source: XML 1.0 (fifth edition); Namespaces in XML 1.0.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_NAME = re.compile(rb"<([^\s/>]+)")
_CLOSE = re.compile(rb"\s*(/?)>")
_MAX_NODES, _MAX_DEPTH = 200_000, 200  # brush strokes of a raw developer are the longest honest lists
_BOMS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

Span = tuple[int, int]


class XmlError(Exception):
    """The document is not well-formed, has a document type, or exceeds the limits."""


@dataclass(slots=True, eq=False)
class Binding:
    """A namespace bound to a prefix: the span of its declaration (None: undeclared) and how many names use it.

    `dropped` counts those of them that an edit removes.
    """

    space: str
    span: Span | None = None
    used: int = 0
    dropped: int = 0


@dataclass(slots=True, eq=False)
class Attribute:
    """An attribute; `span` includes the white space before it, `inner` is the value without its quotes."""

    binding: Binding
    local: str
    span: Span
    inner: Span


@dataclass(slots=True, eq=False)
class Element:
    """An element; `inner` lies between its tags and is empty for a self-closing tag."""

    binding: Binding
    local: str
    tag: bytes
    span: Span
    inner: Span
    self_closing: bool = False
    attributes: list[Attribute] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    def descendants(self) -> Iterator["Element"]:
        """Yield this element and all elements inside it."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(element.children)


Node = Element | Attribute


@dataclass
class Document:
    """The document in UTF-8, its root element and its declared namespaces."""

    data: bytes
    root: Element
    bindings: list[Binding]

    def text(self, node: Node) -> bytes:
        """Return the text between the tags or the quotes, without white space around it."""
        return self.data[slice(*node.inner)].strip()


def parse(data: bytes, known: Mapping[str, str]) -> Document:
    """Parse `data`; `known` maps prefixes that writers forget to declare to their namespaces.

    Raises:
        XmlError: `data` is damaged, has a document type, or more than 200,000 elements and attributes.
    """
    data = _utf8(data)
    builder = _Builder(data, known)
    try:
        builder.parser.Parse(data.rstrip(b"\0 \t\r\n"), True)
    except (expat.ExpatError, UnicodeError) as error:
        raise XmlError(str(error)) from error
    return Document(data, builder.top.children[0], builder.bindings)


def _utf8(data: bytes) -> bytes:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding).encode()
            except UnicodeError as error:
                raise XmlError(str(error)) from error
    return data


class _Builder:
    """Builds the tree from expat's events and finds the span of each node in the bytes."""

    def __init__(self, data: bytes, known: Mapping[str, str]) -> None:
        self.data, self.nodes = data, 0
        self.spaces = {prefix: [Binding(space)] for prefix, space in known.items()}
        self.bindings: list[Binding] = []
        self.none = Binding("")
        self.top = Element(self.none, "", b"", (0, 0), (0, 0))
        self.open = [self.top]
        self.declared: list[list[str]] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse(self, *_: object) -> None:
        raise XmlError("it has a document type")

    def _start(self, _name: str, _attributes: object) -> None:
        at = self.parser.CurrentByteIndex
        tag = _found(_NAME.match(self.data, at))
        pairs, end = [], tag.end()
        while match := _ATTRIBUTE.match(self.data, end):
            pairs.append(match)
            end = match.end()
        close = _found(_CLOSE.match(self.data, end))
        self.nodes += 1 + len(pairs)
        if self.nodes > _MAX_NODES or len(self.open) > _MAX_DEPTH:
            raise XmlError("it has more elements than any photo's")
        self.declared.append([self._declare(match) for match in pairs if match[1].startswith(b"xmlns")])
        element = Element(
            *self._resolve(tag[1], ""), tag[1], (at, close.end()), (close.end(),) * 2, bool(close[1])
        )
        for match in pairs:
            if not match[1].startswith(b"xmlns"):
                name = self._resolve(match[1], None)
                element.attributes.append(
                    Attribute(*name, match.span(), (match.start(2) + 1, match.end() - 1))
                )
        self.open[-1].children.append(element)
        self.open.append(element)

    def _end(self, _name: str) -> None:
        element = self.open.pop()
        if not element.self_closing:
            at = self.parser.CurrentByteIndex
            element.inner = (element.inner[0], at)
            element.span = (element.span[0], self.data.index(b">", at) + 1)
        for prefix in self.declared.pop():
            self.spaces[prefix].pop()

    def _declare(self, match: re.Match[bytes]) -> str:
        prefix = match[1].decode().partition(":")[2]
        binding = Binding(match[2][1:-1].decode(), match.span())
        self.bindings.append(binding)
        self.spaces.setdefault(prefix, []).append(binding)
        return prefix

    def _resolve(self, name: bytes, default: str | None) -> tuple[Binding, str]:
        """Return binding and local name; names without a prefix take `default` (None: they have no namespace)."""
        prefix, colon, local = name.decode().partition(":")
        space, local = (prefix, local) if colon else (default, prefix)
        found = [] if space is None else self.spaces.get(space, [])
        binding = found[-1] if found else self.none
        binding.used += 1
        return binding, local


def _found(match: re.Match[bytes] | None) -> re.Match[bytes]:
    if match is None:
        raise XmlError("its tags cannot be followed")
    return match


def splice(data: bytes, edits: list[tuple[Span, bytes]]) -> bytes:
    """Replace each span of `data`; skip an edit that starts inside an earlier one.

    >>> splice(b"abcdef", [((4, 5), b""), ((1, 2), b"XY")])
    b'aXYcdf'
    """
    parts, at = [], 0
    for (start, end), new in sorted(edits, key=lambda edit: edit[0][0]):
        if start < at:
            continue
        parts += [data[at:start], new]
        at = end
    return b"".join([*parts, data[at:]])
