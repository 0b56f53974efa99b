"""Reads photo files into memory and writes them; no other part of the package opens photo files.

Reading: `read` or `read_pair`, then `to_wide_space` for the tele. Writing: `destination` before any work starts,
then `metadata_for_output` and `write`.
"""

from dualzoom.capture.carried import format_notes
from dualzoom.capture.encode import jpeg_bytes, png_bytes
from dualzoom.capture.field_of_view import lens_at
from dualzoom.capture.formats import settled
from dualzoom.capture.frame_files import read_frames
from dualzoom.capture.metadata import metadata_for_output, output_notes, sidecar_for_output
from dualzoom.capture.output_check import OutputCheck, output_check
from dualzoom.capture.output_path import resolve as resolve_output_path
from dualzoom.capture.photo import Lens, Metadata, Photo, Pixels
from dualzoom.capture.profiles import to_wide_space
from dualzoom.capture.read import read, read_pair
from dualzoom.capture.sidecar import names as sidecar_names
from dualzoom.capture.summary import summarise
from dualzoom.capture.write import at_depth, destination, losses, output_format, write, write_grey, write_text

__all__ = [
    "Lens",
    "Metadata",
    "OutputCheck",
    "Photo",
    "Pixels",
    "at_depth",
    "destination",
    "format_notes",
    "jpeg_bytes",
    "lens_at",
    "losses",
    "metadata_for_output",
    "output_check",
    "output_format",
    "output_notes",
    "png_bytes",
    "read",
    "read_frames",
    "read_pair",
    "resolve_output_path",
    "settled",
    "sidecar_for_output",
    "sidecar_names",
    "summarise",
    "to_wide_space",
    "write",
    "write_grey",
    "write_text",
]
