"""The resolution of a print, as another parser finds it."""

from fractions import Fraction
from xml.etree import ElementTree

import pytest

from dualzoom.capture import xmp
from dualzoom.capture.xmp_print import with_resolution
from dualzoom.capture.xmp_table import KNOWN
from dualzoom.geometry import Size

SIZE = Size(640, 480)


def packet(attributes: str, inside: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="{KNOWN[name]}"' for name in ("tiff", "xmp"))
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def resolution(data: bytes) -> dict[str, list[str]]:
    """Every value of TIFF's properties of resolution, as another parser finds them."""
    found: dict[str, list[str]] = {}
    space = "{" + KNOWN["tiff"] + "}"
    for element in ElementTree.fromstring(data).iter():
        for name, value in (*element.attrib.items(), (element.tag, element.text)):
            if name.startswith(space) and "esolution" in name:
                found.setdefault(name.removeprefix(space), []).append(value)
    return found


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ("", ""),
        ('tiff:XResolution="72/1"', ""),
        ('tiff:XResolution="72/1" tiff:YResolution="72/1" tiff:ResolutionUnit="3"', ""),
        ('tiff:ResolutionUnit="2"', "<tiff:XResolution>72</tiff:XResolution><tiff:YResolution/>"),
    ],
)
def test_a_prints_resolution_is_said_once_and_truly(attributes, inside):
    dpi = Fraction(599, 2)
    data = with_resolution(
        xmp.update(packet(attributes, inside), xmp.Change(size=SIZE, before=SIZE, dpi=dpi))[0], dpi
    )
    meant = {"XResolution": ["599/2"], "YResolution": ["599/2"], "ResolutionUnit": ["2"]}
    assert resolution(data) == meant
    assert with_resolution(data, dpi) == data
    assert resolution(with_resolution(None, dpi)) == meant


def test_what_has_no_place_for_it_stays():
    for text in (b"damaged <", b"<x/>"):
        assert with_resolution(text, Fraction(300)) == text
