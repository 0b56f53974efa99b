"""XML with places: every span is where the text stands, and the tree is that of another parser."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.capture.xml_spans import XmlError, parse, splice

SPACES = {"": "urn:default", "a": "urn:a", "b": "urn:b"}


@st.composite
def elements(draw, depth=3):
    """Elements with prefixes, attributes and children, as text."""
    prefix = draw(st.sampled_from(["", "a", "b"]))
    name = (prefix + ":" if prefix else "") + draw(st.sampled_from(["x", "y", "long-name.2"]))
    keys = draw(st.lists(st.sampled_from(["p", "a:p", "b:q"]), unique=True, max_size=3))
    quote = draw(st.sampled_from("\"'"))
    value = draw(st.sampled_from(["", "1", "a &amp; b", "é 大", "  two  "]))
    space = draw(st.sampled_from([" ", "\n  ", "\t"]))
    attributes = "".join(f"{space}{key} = {quote}{value}{quote}" for key in keys)
    children = draw(st.lists(elements(depth - 1), max_size=3)) if depth else []
    if not children and draw(st.booleans()):
        return f"<{name}{attributes}/>"
    return f"<{name}{attributes}>{value}{''.join(children)}</{name}>"


def root(inside: str) -> bytes:
    declared = " ".join(
        f'xmlns{":" + prefix if prefix else ""}="{space}"' for prefix, space in SPACES.items()
    )
    return f"<r {declared}><!-- <no> -->{inside}</r>".encode()


@given(elements())
def test_the_tree_is_that_of_another_parser(inside):
    def told(element):
        names = [
            f"{{{a.binding.space}}}{a.local}" if a.binding.space else a.local for a in element.attributes
        ]
        return (
            f"{{{element.binding.space}}}{element.local}",
            sorted(names),
            [told(c) for c in element.children],
        )

    def expected(element):
        return element.tag, sorted(element.attrib), [expected(child) for child in element]

    data = root(inside)
    assert told(parse(data, {}).root) == expected(ElementTree.fromstring(data))


@given(elements())
def test_spans_are_where_the_text_stands(inside):
    document = parse(root(inside), {})
    for element in document.root.descendants():
        whole = document.data[slice(*element.span)]
        assert whole.startswith(b"<" + element.tag)
        assert whole.endswith(b"/>" if element.self_closing else b"</" + element.tag + b">")
        for attribute in element.attributes:
            text = document.data[slice(*attribute.span)]
            assert text.strip().split(b" = ")[1][1:-1] == document.data[slice(*attribute.inner)]


@given(elements())
def test_without_every_attribute_it_is_still_xml(inside):
    document = parse(root(inside), {})
    edits = [(a.span, b"") for e in document.root.descendants() for a in e.attributes]
    left = ElementTree.fromstring(splice(document.data, edits))
    assert not any(element.attrib for element in left.iter())


def test_a_prefix_nobody_declares_is_that_of_the_known_ones():
    document = parse(b'<x:a x:b="1" y:c="2"/>', {"x": "urn:x"})
    assert document.root.binding.space == "urn:x"
    assert [a.binding.space for a in document.root.attributes] == ["urn:x", ""]
    assert document.bindings == []


def test_uses_of_a_binding_are_counted_in_its_scope():
    document = parse(b'<r><p:a xmlns:p="urn:1"><p:b p:c=""/></p:a><p:d xmlns:p="urn:2"/></r>', {})
    assert [(binding.space, binding.used) for binding in document.bindings] == [("urn:1", 3), ("urn:2", 1)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_encodings_become_utf_8(encoding):
    assert "é".encode() in parse("<a>é</a>".encode(encoding), {}).data


@pytest.mark.parametrize(
    "data",
    [b"", b"<a>", b"<a></b>", b"<a b='1' b='2'/>", b"<!DOCTYPE a><a/>", b"<a>\xff</a>", b"\xff\xfe\0\xd8\0",
     b"<a>" * 201 + b"</a>" * 201, b"<a>" + b"<b/>" * 200_001 + b"</a>"],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(data):
    with pytest.raises(XmlError):
        parse(data, {})
