"""What XMP says in pixels is true of the enlarged picture; what does not travel leaves no trace; every loss is told."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dualzoom import capture
from dualzoom.capture import xmp
from dualzoom.capture.photo import Metadata, Photo
from dualzoom.geometry import Size

CHANGE = xmp.Change(size=Size(480, 360), before=Size(240, 180))
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
PANO = "http://ns.google.com/photos/1.0/panorama/"
CAMERA = "http://ns.google.com/photos/1.0/camera/"


def packet(inside: str, attributes: str = "") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}><rdf:Description rdf:about="" {attributes}>{inside}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def test_panorama_sizes_grow_with_the_picture_whatever_the_prefix():
    said = f'xmlns:P="{PANO}" P:FullPanoWidthPixels="480" P:CroppedAreaImageWidthPixels="240" P:PoseHeadingDegrees="7"'
    inside = "<P:CroppedAreaLeftPixels>120</P:CroppedAreaLeftPixels><P:FullPanoHeightPixels/>"
    made, lost = xmp.update(packet(inside, said), CHANGE)
    for text in (b'WidthPixels="960"', b'ImageWidthPixels="480"', b"LeftPixels>240<", b'HeadingDegrees="7"'):
        assert text in made
    assert lost == ("panorama",)  # the height that says nothing
    assert xmp.update(made, CHANGE) == (made, ())  # settled


@pytest.mark.parametrize("form", ["attributes", "elements"])
@pytest.mark.parametrize(
    ("unit", "expected"), [("pixel", (b"480", b"360", b"20")), ("normalized", (b"240", b"180", b"10"))]
)
def test_regions_in_pixels_grow_and_others_stay(form, unit, expected):
    values = {"x": 10, "y": 20, "unit": unit}
    sizes = {"w": 240, "h": 180, "unit": unit}
    if form == "attributes":
        area = "<mwg-rs:Area " + " ".join(f'stArea:{k}="{v}"' for k, v in values.items()) + "/>"
        size = "<mwg-rs:AppliedToDimensions " + " ".join(f'stDim:{k}="{v}"' for k, v in sizes.items()) + "/>"
    else:
        area = (
            "<mwg-rs:Area>"
            + "".join(f"<stArea:{k}>{v}</stArea:{k}>" for k, v in values.items())
            + "</mwg-rs:Area>"
        )
        size = "".join(f"<stDim:{k}>{v}</stDim:{k}>" for k, v in sizes.items())
        size = f"<mwg-rs:AppliedToDimensions>{size}</mwg-rs:AppliedToDimensions>"
    data = packet(f"<mwg-rs:Regions>{size}{area}</mwg-rs:Regions>")
    made, lost = xmp.update(data, CHANGE)
    mark = b'{}="%s"' if form == "attributes" else b"{}>%s<"
    for name, value in zip((b"stDim:w", b"stDim:h", b"stArea:x"), expected, strict=True):
        assert mark.replace(b"{}", name) % value in made
    assert lost == ()
    assert (made == data) == (unit == "normalized")


@pytest.mark.parametrize(("unit", "width"), [("0", b"480"), ("1", b"240")])
def test_a_crop_in_pixels_grows(unit, width):
    made, _ = xmp.update(packet("", f'crs:CropWidth="240" crs:CropUnits="{unit}" crs:CropTop="0.25"'), CHANGE)
    assert b'crs:CropWidth="%s"' % width in made
    assert b'crs:CropTop="0.25"' in made


@pytest.mark.parametrize("other", [{"turned": True}, {"zoom": 2.0}])
def test_places_of_another_view_go_and_are_told(other):
    inside = "<mwg-rs:Regions><a/></mwg-rs:Regions>"
    said = f'xmlns:P="{PANO}" P:UsePanoramaViewer="True" crs:CropTop="0.25" xmp:Rating="5"'
    change = xmp.Change(size=Size(240, 180), before=Size(240, 180), **other)
    made, lost = xmp.update(packet(inside, said), change)
    assert made == packet("", 'xmp:Rating="5"').replace(b'about="" ', b'about=""  ', 1).replace(
        b'""  xmp', b'"" xmp'
    )
    assert set(lost) == {"panorama", "crop and local edits", "face and focus regions"}


@pytest.mark.parametrize(
    "said",
    [
        f'xmlns:GCamera="{CAMERA}" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"',
        f'xmlns:c="{CAMERA}" c:MicroVideo="1" c:MicroVideoOffset="99"',
        'xmlns:O="http://ns.oplus.com/photos/1.0/camera/" O:OLivePhotoVersion="2" O:VideoLength="4120"',
        'xmlns:V="urn:another-maker" V:MotionPhotoOwner="x"',
    ],
)
def test_a_motion_photo_leaves_no_trace(said):
    made, lost = xmp.update(packet("", f'{said} xmp:Rating="5"'), CHANGE)
    assert b'xmp:Rating="5"' in made
    for word in (b"Motion", b"Video", b"LivePhoto", b"oplus", b"photos/1.0"):
        assert word not in made
    assert lost == ("motion video",)


def test_a_container_tells_what_it_held():
    items = '<rdf:li Item:Semantic="Primary"/><rdf:li Item:Semantic="MotionPhoto"/>'
    made, lost = xmp.update(
        packet(f"<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>"), CHANGE
    )
    assert b"Container" not in made
    assert lost == ("motion video",)


@pytest.mark.parametrize(
    "damaged",
    [b"<a", b"<a></b>", b"", b"\xff\xfe\0", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a>\xff</a>", b"<a>&b;</a>",
     b"<a/>" * 2, b" " * (5 << 20)],
)  # fmt: skip
def test_a_packet_that_cannot_be_followed_is_left_out_and_told(damaged, rgb8):
    assert xmp.update(damaged, CHANGE) == (None, (xmp.UNREADABLE,))
    photo = Photo(pixels=rgb8, metadata=Metadata(xmp=damaged or b"<"))
    made = capture.metadata_for_output(photo, photo.size.scale(2), "test", provenance={"Model": "m"})
    assert xmp.provenance_of(made.xmp) == {"Model": "m"}
    assert "XMP (it cannot be read)" in capture.output_notes(photo)[0]
    assert capture.output_notes(photo, keep="basic") == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", [b"", b"\0\0", b"\n \n"])
def test_encodings_and_padding(encoding, end):
    plain = packet("", 'xmp:Rating="5" xmp:Label="ä"').decode().encode(encoding) + (
        b"" if encoding == "utf-16" else end
    )
    assert xmp.update(plain, CHANGE) == (plain, ())
    sized = packet("", 'tiff:ImageWidth="3" xmp:Label="ä"').decode().encode(encoding)
    made, _ = xmp.update(sized, CHANGE)
    assert 'tiff:ImageWidth="480" xmp:Label="ä"' in made.decode()


def test_the_rest_is_still_xml():
    data = packet("<exif:PixelXDimension/>", f'xmlns:c="{CAMERA}" c:MotionPhoto = \'1\'  xmp:Rating="5"')
    for name in ("exif", "xmp"):
        data = data.replace(b"<rdf:RDF ", f'<rdf:RDF xmlns:{name}="urn:{name}" '.encode(), 1)
    made, _ = xmp.update(data, CHANGE)
    ElementTree.fromstring(xmp.with_provenance(made, {"Model": "m"}))


def test_reference_panorama(shared):
    photo = capture.read(shared / "cases/gpano/wide.jpg")
    made = capture.metadata_for_output(photo, photo.size.scale(2), "test").xmp
    for text in (
        b'FullPanoWidthPixels="960"',
        b'CroppedAreaImageHeightPixels="360"',
        b'CroppedAreaTopPixels="60"',
    ):
        assert text in made
    assert capture.output_notes(photo) == ()
    assert capture.output_notes(photo, zoom=2.0) == ("left out of the result: panorama",)


def test_reference_motion_photo(shared):
    photo = capture.read(shared / "cases/motion-oppo/wide.jpg")
    made = capture.metadata_for_output(photo, photo.size.scale(2), "test").xmp
    for word in (b"Motion", b"Video", b"oplus"):
        assert word not in made
    assert photo.notes == ("the motion video behind the picture is left out: it is damaged or cut off",)
    assert capture.output_notes(photo) == ()  # told already
    assert capture.output_notes(replace(photo, notes=())) == ("left out of the result: motion video",)


def test_reference_bombs(shared, tmp_path):
    for name in ("xmpquadz.png", "exifbomb.jpg"):
        photo = capture.read(shared / "cases" / name)
        metadata = capture.metadata_for_output(photo, photo.size.scale(2), "test", provenance={"Model": "m"})
        assert len(metadata.exif) + len(metadata.xmp or b"") < 200_000
        assert photo.notes or capture.output_notes(photo)
    assert capture.read(shared / "cases/subifd200k.tif").size.area > 0


@pytest.mark.parametrize(
    ("space", "name", "lost"),
    [
        ("http://ns.google.com/photos/1.0/camera/", "BurstID", "burst"),
        ("http://ns.google.com/photos/1.0/camera/", "BurstPrimary", "burst"),
        ("http://ns.google.com/photos/1.0/creations/", "CameraBurstID", "burst"),
        ("http://ns.google.com/photos/1.0/camera/", "PortraitRequest", "portrait data"),
        ("http://ns.google.com/photos/1.0/camera/", "SpecialTypeID", "portrait data"),
        ("http://ns.apple.com/portraitEffectsMatte/1.0/", "PortraitEffectsMatteVersion", "portrait data"),
        (
            "http://ns.apple.com/semanticSegmentationMatte/1.0/",
            "SemanticSegmentationMatteVersion",
            "portrait data",
        ),
        ("http://ns.apple.com/depthBlurEffect/1.0/", "SimulatedAperture", "portrait data"),
        ("http://ns.apple.com/depthData/1.0/", "DepthDataVersion", "depth map"),
        ("http://ns.google.com/photos/1.0/camera/", "DisableAutoCreation", None),
    ],
)
def test_what_phones_say_of_other_pictures(space, name, lost):
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:q="%s" q:%s="1" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        b'xmp:Rating="3"/></rdf:RDF></x:xmpmeta>' % (space.encode(), name.encode())
    )
    made, dropped = xmp.update(packet, xmp.Change(size=Size(200, 100), before=Size(100, 50)))
    assert dropped == (() if lost is None else (lost,))
    assert (name.encode() in made) == (lost is None)
    assert b'xmp:Rating="3"' in made
