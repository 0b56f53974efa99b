"""What a photo carries beside its pixels and metadata, and which formats of results hold it.

Only JPEG holds a gain map (as Ultra HDR) and a clip (behind the picture); a sidecar lies beside a result of any format.
"""

from pathlib import Path

from dualzoom.capture.formats import LIMITS
from dualzoom.capture.photo import Photo
from dualzoom.capture.write import output_format
from dualzoom.settings import WriteSettings


def format_notes(photo: Photo, path: Path, settings: WriteSettings) -> tuple[str, ...]:
    """Return a note for each part of `photo` that a file written to `path` does not hold.

    Raises:
        UsageError: as `destination`.
    """
    found = output_format(path, settings)
    notes = []
    if photo.sidecar is not None:
        beside = photo.sidecar.beside(path)
        stays = f"{beside.name} is there already and is left alone"
        free = photo.sidecar.may_become(beside, settings.on_exists)
        notes.append(f"its sidecar becomes {beside.name}" if free else stays)
    if found == "jpeg":
        return tuple(notes)
    if photo.gain_map is not None:
        notes.append(
            f"the HDR gain map is left out: {LIMITS[found].name} does not hold it, a JPEG result does"
        )
    if photo.motion is not None:
        notes.append(
            f"the motion video is left out: {LIMITS[found].name} does not hold it, a JPEG result does"
        )
    return tuple(notes)
