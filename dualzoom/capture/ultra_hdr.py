"""Adds to an encoded JPEG what lies behind its picture: an HDR gain map (Ultra HDR), the clip of a motion photo.

    SOI · JFIF · EXIF, XMP, IPTC, ICC · ISO 21496-1 version · index (MPF) · the picture · gain map (a JPEG) · clip (MP4)

The XMP of the picture lists the parts in that order with their lengths, the index their offsets; both kinds of
metadata say the gain map's numbers, since readers of today look at the one or the other. The picture's own bytes are
those of a JPEG without any of it.

Source: Ultra HDR Image Format 1.1; ISO 21496-1:2025, annex C; CIPA DC-007; Google, Motion Photo format 1.0.
"""

import struct
from dataclasses import replace
from typing import Any

from dualzoom.capture import encode, gain_map_numbers, jpeg, mpf, xmp
from dualzoom.capture.encode import Parts
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Metadata, Photo, Pixels
from dualzoom.capture.xmp_table import CONTAINER, GCAMERA, HDRGM, ITEM

_MAP_QUALITY = 90  # it is smooth; blocks would show as brightness
_XMP_ROOM = 65_533 - len(jpeg.XMP_ID)


def jpeg_parts(photo: Photo, pixels: Pixels, metadata: Metadata, quality: int) -> Parts:
    """Encode `pixels`, (H, W, 3) uint8, with gain map and clip of `photo` where it has them, as the parts of a file."""
    if photo.gain_map is None and photo.motion is None:
        return encode.jpeg_parts(pixels, metadata, quality)
    gain_map = None if photo.gain_map is None else map_jpeg(photo.gain_map)
    listed = replace(metadata, xmp=packet_for(metadata.xmp, gain_map, photo.motion))
    return assembled(encode.jpeg_parts(pixels, listed, quality), gain_map, photo.motion)


def packet_for(packet: bytes | None, gain_map: bytes | None, motion: Motion | None) -> bytes | None:
    """Return the picture's XMP with the list of what lies behind it; without the rest where a JPEG cannot hold it.

    `gain_map`: the map's JPEG.
    """
    description = _description(gain_map, motion)
    whole = xmp.with_description(packet, description)
    return whole if whole and len(whole) <= _XMP_ROOM else xmp.with_description(None, description)


def map_jpeg(gain_map: GainMap) -> bytes:
    """Encode a gain map as a JPEG with its numbers, as XMP and by ISO 21496-1."""
    import imagecodecs  # here, so that importing the package stays quick

    options: dict[str, Any] = {"level": _MAP_QUALITY}
    if gain_map.pixels.ndim == 3:
        options |= {"colorspace": "RGB", "outcolorspace": "YCBCR", "subsampling": "444"}
    data = bytes(imagecodecs.jpeg8_encode(gain_map.pixels, **options))
    head = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2
    numbers = _segment(0xE1, jpeg.XMP_ID + gain_map_numbers.to_xmp(gain_map))
    numbers += _segment(0xE2, gain_map_numbers.ISO_ID + gain_map_numbers.to_iso(gain_map))
    if gain_map.icc and len(gain_map.icc) < _XMP_ROOM:
        numbers += _segment(0xE2, jpeg.ICC_ID + b"\1\1" + gain_map.icc)
    return data[:head] + numbers + data[head:]


def assembled(picture: Parts, gain_map: bytes | None, motion: Motion | None) -> Parts:
    """Return the parts of the whole file; `picture`: head, segments and body of a JPEG whose XMP is `packet_for`."""
    head, segments, body = picture
    clip: Parts = [] if motion is None else [motion.clip]
    if gain_map is None:
        return [head, segments, body, *clip]
    version = _segment(0xE2, gain_map_numbers.ISO_ID + gain_map_numbers.ISO_VERSION)
    at = len(head) + len(segments) + len(version)
    length = at + mpf.SEGMENT_BYTES + len(body)
    index = mpf.segment((length, len(gain_map)), at)
    return [head, b"".join((bytes(segments), version, index)), body, gain_map, *clip]


def _description(gain_map: bytes | None, motion: Motion | None) -> str:
    """Return the RDF description that lists the parts."""
    fields, items = "", [("image/jpeg", "Primary", 0)]
    if gain_map is not None:
        fields += f' xmlns:hdrgm="{HDRGM}" hdrgm:Version="1.0"'
        items.append(("image/jpeg", "GainMap", len(gain_map)))
    if motion is not None:
        moment = -1 if motion.moment_us is None else motion.moment_us
        length = len(motion.clip)
        fields += (
            f' xmlns:GCamera="{GCAMERA}" GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"'
            f' GCamera:MotionPhotoPresentationTimestampUs="{moment}" GCamera:MicroVideo="1"'
            f' GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="{length}"'
            f' GCamera:MicroVideoPresentationTimestampUs="{moment}"'
        )
        items.append((motion.mime, "MotionPhoto", length))
    listed = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="{mime}" Item:Semantic="{meaning}"'
        f' Item:Length="{length}"' + (' Item:Padding="0"' if meaning == "Primary" else "") + "/></rdf:li>"
        for mime, meaning, length in items
    )
    return (
        f' rdf:about=""{fields} xmlns:Container="{CONTAINER}" xmlns:Item="{ITEM}">'
        f"<Container:Directory><rdf:Seq>{listed}</rdf:Seq></Container:Directory>"
    )


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
