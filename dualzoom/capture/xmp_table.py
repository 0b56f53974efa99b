"""The one table of XMP properties that are wrong for the new picture, and the action for each.

All other properties stay unchanged. Properties are found by namespace, whatever prefix a writer uses.

Source: XMP part 2; Exif 3.0 for XMP; MWG guidelines 2.0; IPTC 2023.1; Google's photo sphere, motion photo, depth and
container formats; Ultra HDR 1.0; Camera Raw's and DJI's namespaces as exiftool lists them.
"""

from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "orientation",  # becomes 1
    "width", "height",  # becomes the side of the result
    "software",  # becomes the name of this program
    "digital_zoom", "focal_35mm",  # grows if the result is a crop
    "resolution", "resolution_unit",  # becomes the print's dots, per inch, if it is to be printed
    "density",  # pixels per unit of length on the sensor: scaled
    "x_pixels", "y_pixels",  # in pixels of the frame: scaled, or dropped if the result is cropped or turned
    "fraction",  # in fractions of the frame: kept, or dropped if the result is cropped or turned
    "drop",  # describes the old picture, or data that the result does not hold
]  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """The action for a property; `label` names to users what "drop" loses ("": nothing that they would miss).

    `unit` names a sibling property, on this level or an outer one: the rule applies only if its value is in `pixels`.
    `whole` names the sibling that holds the frame's side in the same pixels.
    """

    action: Action
    label: str = ""
    unit: str = ""
    pixels: tuple[bytes, ...] = ()
    whole: str = ""


RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_GOOGLE, _CRS = "http://ns.google.com/photos/1.0/", "http://ns.adobe.com/camera-raw-settings/1.0/"
_EXIF, TIFF, _XMP = (
    "http://ns.adobe.com/exif/1.0/",
    "http://ns.adobe.com/tiff/1.0/",
    "http://ns.adobe.com/xap/1.0/",
)
_MWG, _ACDSEE = "http://www.metadataworkinggroup.com/schemas/regions/", "http://ns.acdsee.com/regions/"
_DIM, _AREA = "http://ns.adobe.com/xap/1.0/sType/Dimensions#", "http://ns.adobe.com/xmp/sType/Area#"
_IPTC, _MP = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "http://ns.microsoft.com/photo/1.2/"
_GPANO, _DJI = _GOOGLE + "panorama/", "http://www.dji.com/drone-dji/1.0/"
_NOTE, HDRGM = "http://ns.adobe.com/xmp/note/", "http://ns.adobe.com/hdr-gain-map/1.0/"
CONTAINER, ITEM, GCAMERA = _GOOGLE + "container/", _GOOGLE + "container/item/", _GOOGLE + "camera/"
_APPLE_HDR, _APPLE_DATA = "http://ns.apple.com/HDRGainMap/1.0/", "http://ns.apple.com/pixeldatainfo/1.0/"
MOTION = "motion video"
_PORTRAIT, _BURST = "portrait data", "burst"
_APPLE = "http://ns.apple.com/"
_FACES, _CROP, _PANORAMA, _LENS = (
    "face and focus regions",
    "crop and local edits",
    "panorama",
    "lens calibration",
)

#: Namespaces of prefixes that writers use without declaring them.
KNOWN = {
    "rdf": RDF, "x": "adobe:ns:meta/", "exif": _EXIF, "tiff": TIFF, "xmp": _XMP, "crs": _CRS, "mwg-rs": _MWG,
    "stDim": _DIM, "stArea": _AREA, "GPano": _GPANO, "GCamera": _GOOGLE + "camera/", "hdrgm": HDRGM,
    "Container": _GOOGLE + "container/", "GContainer": _GOOGLE + "container/", "Item": _GOOGLE + "container/item/",
    "xmpNote": _NOTE, "HDRGainMap": _APPLE_HDR, "apdi": _APPLE_DATA, "GDepth": _GOOGLE + "depthmap/",
}  # fmt: skip

#: Rules for whole namespaces; a rule for a property takes precedence.
SPACES = {
    HDRGM: Rule("drop", "gain map"),
    _APPLE_HDR: Rule("drop", "gain map"),
    _APPLE_DATA: Rule("drop", "gain map"),
    _GOOGLE + "container/": Rule("drop"),  # the items have rules of their own
    _GOOGLE + "container/item/": Rule("drop"),
    _APPLE + "depthData/1.0/": Rule("drop", "depth map"),
    _APPLE + "depthBlurEffect/1.0/": Rule("drop", _PORTRAIT),
    _APPLE + "portraitEffectsMatte/1.0/": Rule("drop", _PORTRAIT),
    _APPLE + "portraitLightingEffect/1.0/": Rule("drop", _PORTRAIT),
    _APPLE + "portraitLightingEffect/2.0/": Rule("drop", _PORTRAIT),
    _APPLE + "semanticSegmentationMatte/1.0/": Rule("drop", _PORTRAIT),
    _GOOGLE + "depthmap/": Rule("drop", "depth map"),
    _GOOGLE + "focus/": Rule("drop", "depth map"),
    _GOOGLE + "image/": Rule("drop", "second picture"),
    _GOOGLE + "audio/": Rule("drop", "sound"),
    "http://ns.google.com/photos/dd/1.0/device/": Rule("drop", "depth map"),
    "http://ns.xiaomi.com/photos/1.0/camera/": Rule("drop", "data behind the picture in its file"),
    _GPANO: Rule("fraction", _PANORAMA),
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
_PORTRAIT_NAMES = (
    "PortraitNote",
    "PortraitRequest",
    "PortraitVersion",
    "RelitInputImageData",
    "SpecialTypeID",
)
_CROP_PIXELS = (b"", b"0")
_PIXELS = (b"pixel", b"pixels")
#: Rules for properties, by namespace.
PROPERTIES: dict[str, dict[str, Rule]] = {
    TIFF: {
        "Orientation": Rule("orientation"),
        "ImageWidth": Rule("width"),
        "ImageLength": Rule("height"),
        "XResolution": Rule("resolution"),
        "YResolution": Rule("resolution"),
        "ResolutionUnit": Rule("resolution_unit"),
    },
    _EXIF: {
        "PixelXDimension": Rule("width"),
        "PixelYDimension": Rule("height"),
        "FocalPlaneXResolution": Rule("density"),
        "FocalPlaneYResolution": Rule("density"),
        "DigitalZoomRatio": Rule("digital_zoom"),
        "FocalLengthIn35mmFilm": Rule("focal_35mm"),
        "CompressedBitsPerPixel": Rule("drop"),
        "SubjectArea": Rule("drop"),  # in pixels; the EXIF block holds the right value
        "SubjectLocation": Rule("drop"),
    },
    _XMP: {"CreatorTool": Rule("software"), "Thumbnails": Rule("drop")},
    GCAMERA: {
        **{name: Rule("drop", _BURST) for name in ("BurstID", "BurstPrimary")},
        **{name: Rule("drop", _PORTRAIT) for name in _PORTRAIT_NAMES},
    },
    _GOOGLE + "creations/": {"CameraBurstID": Rule("drop", _BURST)},
    _NOTE: {"HasExtendedXMP": Rule("drop", "extended XMP")},
    _GPANO: {
        **{name: Rule("x_pixels", _PANORAMA, whole=_ACROSS) for name in _PANORAMA_ACROSS},
        **{name: Rule("y_pixels", _PANORAMA, whole=_DOWN) for name in _PANORAMA_DOWN},
    },
    _MWG: {"Regions": Rule("fraction", _FACES), "RegionInfo": Rule("fraction", _FACES)},
    _ACDSEE: {"Regions": Rule("fraction", _FACES)},
    _MP: {"RegionInfo": Rule("fraction", _FACES)},
    _IPTC: {
        "ImageRegion": Rule("fraction", _FACES),
        **{name: Rule("x_pixels", _FACES, "rbUnit", (b"pixel",)) for name in ("rbX", "rbW", "rbRx")},
        **{name: Rule("y_pixels", _FACES, "rbUnit", (b"pixel",)) for name in ("rbY", "rbH")},
    },
    _DIM: {
        "w": Rule("x_pixels", "", "unit", (b"", *_PIXELS)),
        "h": Rule("y_pixels", "", "unit", (b"", *_PIXELS)),
    },
    _AREA: {
        **{name: Rule("x_pixels", _FACES, "unit", _PIXELS) for name in ("x", "w", "d")},
        **{name: Rule("y_pixels", _FACES, "unit", _PIXELS) for name in ("y", "h")},
    },
    _CRS: {
        "CropWidth": Rule("x_pixels", _CROP, "CropUnits", _CROP_PIXELS),
        "CropHeight": Rule("y_pixels", _CROP, "CropUnits", _CROP_PIXELS),
        **{
            name: Rule("fraction", _CROP)
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
        "CalibratedFocalLength": Rule("x_pixels", _LENS),
        "CalibratedOpticalCenterX": Rule("x_pixels", _LENS),
        "CalibratedOpticalCenterY": Rule("y_pixels", _LENS),
        "DewarpData": Rule("drop", _LENS),
    },
}
UNITS = {"unit", "rbUnit", "CropUnits"}
_MOTION_WORDS = ("MotionPhoto", "MicroVideo", "LivePhoto", "MotionVideo")


def rule_of(space: str, local: str) -> Rule | None:
    """Return the rule for a property; None: it stays unchanged."""
    found = PROPERTIES.get(space, {}).get(local) or SPACES.get(space)
    if found is not None:
        return found
    if any(
        word in local[:64] for word in _MOTION_WORDS
    ):  # makers have properties of their own, named after Google's
        return Rule("drop", MOTION)
    if space.endswith("/photos/1.0/camera/") and local.startswith("Video"):
        return Rule("drop", MOTION)
    return None
