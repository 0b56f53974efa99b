"""Foresees, before any work, that a pair's result cannot be written as asked: by the wide's header alone.

Headers are read only where the format may refuse something, so that a preview of a thousand pairs is quick. What a
header does not tell is found out when the pair is read, still before the long work.
"""

from pathlib import Path

from dualzoom.capture.formats import settled
from dualzoom.capture.outline import outline
from dualzoom.capture.output_check import check_outline, is_open
from dualzoom.capture.write import output_format
from dualzoom.errors import CaptureError, UsageError, WriteError
from dualzoom.framing import result_size
from dualzoom.settings import FramingSettings, WriteSettings

_MOST_TIMES = 4.0  # what a scale, a long side or a sheet can ask for


def refusal(
    wide: Path, output: Path, writing: WriteSettings, framing: FramingSettings
) -> CaptureError | UsageError | WriteError | None:
    """Returns why the result of `wide` could not be written to `output`; None: nothing speaks against it so far."""
    try:
        try:
            writing = settled(wide, output, writing)
        except CaptureError:  # a file that cannot be read: its own pair will tell
            return None
        chosen = output_format(output, writing)
        sized = framing.scale == 4 or framing.long_side_px is not None or framing.sheet is not None
        if not is_open(chosen, writing, _MOST_TIMES if sized else 2.0):
            return None
        found = outline(wide)
        if found is not None:
            check_outline(found, result_size(framing, found.size), output, writing)
    except (CaptureError, UsageError, WriteError) as error:
        return error
    return None
