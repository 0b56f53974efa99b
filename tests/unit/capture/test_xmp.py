from xml.etree import ElementTree

import pytest
from growth import assert_linear

from dualzoom.capture import xmp
from dualzoom.capture.xmp_table import KNOWN
from dualzoom.geometry import Size

SIZE = Size(640, 480)


def fixed(data, size=SIZE, software=None, **options):
    return xmp.update(data, xmp.Change(size=size, before=size, software=software, **options))[0]


def packet(attributes: str = "", inside: str = "") -> bytes:
    names = ("tiff", "exif", "xmp", "hdrgm", "GCamera", "Container", "Item", "xmpNote")
    spaces = " ".join(f'xmlns:{name}="{KNOWN[name]}"' for name in names)
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {spaces} {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
        + " " * 2000 + '<?xpacket end="w"?>'
    ).encode()  # fmt: skip


@pytest.mark.parametrize("form", ['{}="{}"', "{} = '{}'", "<{0}>{1}</{0}>"])
def test_sizes_and_orientation_in_every_form(form):
    def said(orientation, width, height):
        pairs = {"tiff:Orientation": orientation, "tiff:ImageWidth": width, "tiff:ImageLength": height,
                 "exif:PixelXDimension": width, "exif:PixelYDimension": height}  # fmt: skip
        text = " ".join(form.format(name, value) for name, value in pairs.items())
        return packet(inside=text) if "<" in form else packet(text)

    assert fixed(said(6, 320, 240), SIZE) == said(1, 640, 480)


def test_what_is_not_about_them_stays_byte_for_byte():
    untouched = packet(
        'xmp:Rating="5" exif:PixelXDimensionOfElse="3"', "<xmp:Label>tiff:Orientation</xmp:Label>"
    )
    assert fixed(untouched, SIZE, "dualzoom") == untouched


def test_the_creator_tool_is_named():
    assert b'xmp:CreatorTool="a &amp; b"' in fixed(packet('xmp:CreatorTool="17.1"'), SIZE, "a & b")


def test_pointers_to_data_left_behind_are_taken_out_and_the_rest_is_still_xml():
    directory = (
        '<Container:Directory><rdf:Seq><rdf:li Item:Semantic="GainMap"/></rdf:Seq></Container:Directory>'
    )
    attributes = 'hdrgm:Version="1.0" GCamera:MotionPhoto="1" xmpNote:HasExtendedXMP="AB" xmp:Rating="3"'
    done = fixed(packet(attributes, directory + "<hdrgm:GainMapMax/>"), SIZE)
    for name in (b"Directory", b"hdrgm:V", b"GainMap", b"MotionPhoto", b"HasExtendedXMP"):
        assert name not in done
    assert b'xmp:Rating="3"' in done
    ElementTree.fromstring(done)


def test_a_note_is_xml_and_replaces_an_earlier_one():
    once = xmp.with_provenance(packet(), {"Model": 'a"<&>'})
    twice = xmp.with_provenance(once, {"Model": "b"})
    for data in (once, twice, xmp.with_provenance(None, {"Model": "b"})):
        ElementTree.fromstring(data)
    found = ElementTree.fromstring(twice).iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert [d.get(f"{{{xmp.NAMESPACE}}}Model") for d in found if d.get(f"{{{xmp.NAMESPACE}}}Model")] == ["b"]
    assert xmp.with_provenance(b"not RDF", {"Model": "b"}) == b"not RDF"


@pytest.mark.parametrize(
    "hostile",
    [b" " * 300_000, b"<xmp:Thumbnails>" * 20_000, b"<rdf:Description " * 20_000, b' tiff:Orientation="' * 20_000,
     b"<tiff:Orientation " * 20_000, b" hdrgm:" + b"a" * 300_000],
)  # fmt: skip
def test_calls_and_memory_grow_with_length_only(hostile):
    def work(data):
        xmp.with_provenance(fixed(data, SIZE), {})
        xmp.with_provenance(data, {})

    assert_linear(lambda n: hostile[: len(hostile) * n // 8], work, 1)


def test_without_a_print_the_resolution_stays():
    untouched = packet('tiff:XResolution="72/1" tiff:ResolutionUnit="3"')
    assert fixed(untouched) == untouched
