"""Files ↔ photos; the only opener and writer of photo files.

Reading: `read`, `read_pair`, then `to_wide_space` for the tele. Writing: `destination` before the work,
`metadata_for_output`, `write`.
"""

from dualzoom.capture.encode import jpeg_bytes, png_bytes
from dualzoom.capture.field_of_view import lens_at
from dualzoom.capture.metadata import losses, metadata_for_output
from dualzoom.capture.output_path import find as find_place
from dualzoom.capture.photo import Lens, Metadata, Photo, Pixels
from dualzoom.capture.profiles import to_wide_space
from dualzoom.capture.read import read, read_pair
from dualzoom.capture.summary import facts
from dualzoom.capture.write import at_depth, destination, write, write_grey, write_text

__all__ = [
    "Lens",
    "Metadata",
    "Photo",
    "Pixels",
    "at_depth",
    "destination",
    "facts",
    "find_place",
    "jpeg_bytes",
    "lens_at",
    "losses",
    "metadata_for_output",
    "png_bytes",
    "read",
    "read_pair",
    "to_wide_space",
    "write",
    "write_grey",
    "write_text",
]
