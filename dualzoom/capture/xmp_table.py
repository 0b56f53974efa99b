"""Which XMP properties a new picture makes untrue, and what becomes of each: the one table.

All others stay as they are. Names are those of the namespaces, whatever prefix a writer gives them.

Source: XMP part 2; Exif 3.0 for XMP; MWG guidelines 2.0; IPTC 2023.1; Google's photo sphere, motion photo, depth and
container formats; Ultra HDR 1.0; Camera Raw's and DJI's namespaces as exiftool lists them.
"""

from dataclasses import dataclass
from typing import Literal

Act = Literal[
    "upright",  # 1: the frame is turned
    "width", "height",  # of the result
    "tool",  # the program
    "zoom", "focal",  # digital zoom ratio, 35 mm equivalent: of a narrower view only
    "density",  # pixels per length of the sensor
    "across", "down",  # pixels of the frame: scaled, or left out where the result shows another view
    "place",  # in parts of the frame: kept, or left out where the result shows another view
    "drop",  # of data that does not travel, or of the old picture
]  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What is done, and what users call that which is lost ("": nothing that they miss).

    `unit`: only where this sibling, or the same one further out, is among `pixels`. `whole`: the sibling that holds the
    frame's own side as these properties count it.
    """

    act: Act
    loss: str = ""
    unit: str = ""
    pixels: tuple[bytes, ...] = ()
    whole: str = ""


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_GOOGLE, _CRS = "http://ns.google.com/photos/1.0/", "http://ns.adobe.com/camera-raw-settings/1.0/"
_EXIF, _TIFF, _XMP = (
    "http://ns.adobe.com/exif/1.0/",
    "http://ns.adobe.com/tiff/1.0/",
    "http://ns.adobe.com/xap/1.0/",
)
_MWG, _ACDSEE = "http://www.metadataworkinggroup.com/schemas/regions/", "http://ns.acdsee.com/regions/"
_DIM, _AREA = "http://ns.adobe.com/xap/1.0/sType/Dimensions#", "http://ns.adobe.com/xmp/sType/Area#"
_IPTC, _MP = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "http://ns.microsoft.com/photo/1.2/"
_GPANO, _DJI = _GOOGLE + "panorama/", "http://www.dji.com/drone-dji/1.0/"
_NOTE, _HDRGM = "http://ns.adobe.com/xmp/note/", "http://ns.adobe.com/hdr-gain-map/1.0/"
_APPLE_HDR, _APPLE_DATA = "http://ns.apple.com/HDRGainMap/1.0/", "http://ns.apple.com/pixeldatainfo/1.0/"
MOTION = "motion video"
_FACES, _CROP, _PANORAMA, _LENS = (
    "face and focus regions",
    "crop and local edits",
    "panorama",
    "lens calibration",
)

#: Prefixes that writers use without declaring them.
KNOWN = {
    "rdf": RDF, "x": "adobe:ns:meta/", "exif": _EXIF, "tiff": _TIFF, "xmp": _XMP, "crs": _CRS, "mwg-rs": _MWG,
    "stDim": _DIM, "stArea": _AREA, "GPano": _GPANO, "GCamera": _GOOGLE + "camera/", "hdrgm": _HDRGM,
    "Container": _GOOGLE + "container/", "GContainer": _GOOGLE + "container/", "Item": _GOOGLE + "container/item/",
    "xmpNote": _NOTE, "HDRGainMap": _APPLE_HDR, "apdi": _APPLE_DATA, "GDepth": _GOOGLE + "depthmap/",
}  # fmt: skip

#: Whole namespaces; a rule for a property comes before.
SPACES = {
    _HDRGM: Rule("drop", "gain map"),
    _APPLE_HDR: Rule("drop", "gain map"),
    _APPLE_DATA: Rule("drop", "gain map"),
    _GOOGLE + "container/": Rule("drop"),  # what it lists has names of its own here
    _GOOGLE + "container/item/": Rule("drop"),
    _GOOGLE + "depthmap/": Rule("drop", "depth map"),
    _GOOGLE + "focus/": Rule("drop", "depth map"),
    _GOOGLE + "image/": Rule("drop", "second picture"),
    _GOOGLE + "audio/": Rule("drop", "sound"),
    "http://ns.google.com/photos/dd/1.0/device/": Rule("drop", "depth map"),
    "http://ns.xiaomi.com/photos/1.0/camera/": Rule("drop", "what follows the picture in its file"),
    _GPANO: Rule("place", _PANORAMA),
}
_ACROSS, _DOWN = "CroppedAreaImageWidthPixels", "CroppedAreaImageHeightPixels"
_INTERIOR = "LargestValidInteriorRect"
_PANORAMA_ACROSS = (
    "FullPanoWidthPixels",
    _ACROSS,
    "CroppedAreaLeftPixels",
    _INTERIOR + "Left",
    _INTERIOR + "Width",
)
_PANORAMA_DOWN = (
    "FullPanoHeightPixels",
    _DOWN,
    "CroppedAreaTopPixels",
    _INTERIOR + "Top",
    _INTERIOR + "Height",
)
_CROP_PIXELS = (b"", b"0")
_PIXELS = (b"pixel", b"pixels")
#: Property by namespace.
PROPERTIES: dict[str, dict[str, Rule]] = {
    _TIFF: {"Orientation": Rule("upright"), "ImageWidth": Rule("width"), "ImageLength": Rule("height")},
    _EXIF: {
        "PixelXDimension": Rule("width"),
        "PixelYDimension": Rule("height"),
        "FocalPlaneXResolution": Rule("density"),
        "FocalPlaneYResolution": Rule("density"),
        "DigitalZoomRatio": Rule("zoom"),
        "FocalLengthIn35mmFilm": Rule("focal"),
        "CompressedBitsPerPixel": Rule("drop"),
        "SubjectArea": Rule("drop"),  # in pixels; the EXIF block has it true
        "SubjectLocation": Rule("drop"),
    },
    _XMP: {"CreatorTool": Rule("tool"), "Thumbnails": Rule("drop")},
    _NOTE: {"HasExtendedXMP": Rule("drop", "extended XMP")},
    _GPANO: {
        **{name: Rule("across", _PANORAMA, whole=_ACROSS) for name in _PANORAMA_ACROSS},
        **{name: Rule("down", _PANORAMA, whole=_DOWN) for name in _PANORAMA_DOWN},
    },
    _MWG: {"Regions": Rule("place", _FACES), "RegionInfo": Rule("place", _FACES)},
    _ACDSEE: {"Regions": Rule("place", _FACES)},
    _MP: {"RegionInfo": Rule("place", _FACES)},
    _IPTC: {
        "ImageRegion": Rule("place", _FACES),
        **{name: Rule("across", _FACES, "rbUnit", (b"pixel",)) for name in ("rbX", "rbW", "rbRx")},
        **{name: Rule("down", _FACES, "rbUnit", (b"pixel",)) for name in ("rbY", "rbH")},
    },
    _DIM: {"w": Rule("across", "", "unit", (b"", *_PIXELS)), "h": Rule("down", "", "unit", (b"", *_PIXELS))},
    _AREA: {
        **{name: Rule("across", _FACES, "unit", _PIXELS) for name in ("x", "w", "d")},
        **{name: Rule("down", _FACES, "unit", _PIXELS) for name in ("y", "h")},
    },
    _CRS: {
        "CropWidth": Rule("across", _CROP, "CropUnits", _CROP_PIXELS),
        "CropHeight": Rule("down", _CROP, "CropUnits", _CROP_PIXELS),
        **{
            name: Rule("place", _CROP)
            for name in (
                "CropTop",
                "CropLeft",
                "CropBottom",
                "CropRight",
                "CropAngle",
                "HasCrop",
                "CropUnits",
                "CropUnit",
                "RetouchInfo",
                "RetouchAreas",
                "RedEyeInfo",
                "PaintBasedCorrections",
                "GradientBasedCorrections",
                "CircularGradientBasedCorrections",
                "MaskGroupBasedCorrections",
            )
        },
    },
    _DJI: {
        "CalibratedFocalLength": Rule("across", _LENS),
        "CalibratedOpticalCenterX": Rule("across", _LENS),
        "CalibratedOpticalCenterY": Rule("down", _LENS),
        "DewarpData": Rule("drop", _LENS),
    },
}
UNITS = {"unit", "rbUnit", "CropUnits"}
_MOTION_WORDS = ("MotionPhoto", "MicroVideo", "LivePhoto", "MotionVideo")


def rule_of(space: str, local: str) -> Rule | None:
    """The rule for a property; None: it stays."""
    found = PROPERTIES.get(space, {}).get(local) or SPACES.get(space)
    if found is not None:
        return found
    if any(word in local[:64] for word in _MOTION_WORDS):  # every maker has its own, after Google's
        return Rule("drop", MOTION)
    if space.endswith("/photos/1.0/camera/") and local.startswith("Video"):
        return Rule("drop", MOTION)
    return None
