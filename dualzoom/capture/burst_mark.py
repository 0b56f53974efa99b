"""Which burst a photo is of, by its own metadata: Apple's maker note, or what Google's camera writes into XMP.

Both are random numbers that all photos of one burst share.

Source: Google, "Photo Sphere and camera metadata" (GCamera:BurstID, BurstPrimary); exiftool's list of Apple's tags.
"""

import re
from dataclasses import dataclass

from dualzoom.capture import apple_maker
from dualzoom.capture.photo import Metadata

_MOST_XMP = 1 << 16  # a JPEG's segment
_ID = re.compile(rb'[:<\s]\w*BurstID(?:\s*=\s*["\']|>)\s*([\w{}.-]{4,128})')
_PRIMARY = re.compile(rb'[:<\s]\w*BurstPrimary(?:\s*=\s*["\']|>)\s*(?:1|[Tt]rue)\b')


@dataclass(frozen=True)
class BurstMark:
    """`name`: equal for the photos of a burst. `cover`: the camera chose this one to stand for them."""

    name: str
    cover: bool = False


def burst_mark(metadata: Metadata) -> BurstMark | None:
    """Returns the mark of a photo; None where it is of no burst, or does not say."""
    apple = apple_maker.burst(metadata.exif)
    if apple is not None:
        return BurstMark(apple)
    told = (metadata.xmp or b"")[:_MOST_XMP]
    found = _ID.search(told)
    if found is None:
        return None
    return BurstMark(found[1].decode("ascii"), _PRIMARY.search(told) is not None)
