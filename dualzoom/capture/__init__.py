"""Files ↔ photos; the only opener and writer of photo files.

Reading: `read`, `read_pair`, then `to_wide_space` for the tele. Writing: `destination` before the work,
`metadata_for_output`, `write`.
"""

from dualzoom.capture.metadata import metadata_for_output
from dualzoom.capture.narrow import lens_at
from dualzoom.capture.photo import Lens, Metadata, Photo, Pixels
from dualzoom.capture.profiles import to_wide_space
from dualzoom.capture.read import read, read_pair
from dualzoom.capture.write import destination, write, write_grey

__all__ = [
    "Lens",
    "Metadata",
    "Photo",
    "Pixels",
    "destination",
    "lens_at",
    "metadata_for_output",
    "read",
    "read_pair",
    "to_wide_space",
    "write",
    "write_grey",
]
