"""The order of several lenses, by what their files say or their pictures: the result is named after the widest."""

from collections.abc import Sequence
from pathlib import Path

from dualzoom.errors import CaptureError, WriteError
from dualzoom.settings import WriteSettings


def in_order(paths: list[Path]) -> list[Path]:
    """Returns three photos or more by 35 mm equivalent, the widest first; as they are where a file does not say.

    A pair stays as it is: which of two is the wide, its user has said.
    """
    if len(paths) < 3:
        return paths
    from dualzoom.capture.header import read_header

    focal: dict[Path, float] = {}
    for path in paths:
        try:
            focal[path] = read_header(path).lens.focal_35mm or 0.0
        except CaptureError:  # reading the photo will say so
            return paths
    return sorted(paths, key=focal.__getitem__) if all(focal.values()) else paths


def renamed(
    place: Path, wide: Path, widest: Path, writing: WriteSettings, inputs: Sequence[Path | None]
) -> Path:
    """Returns the place of a result that was named after `wide`, named after the `widest` instead.

    Where that name is taken the place stays, which was found to be free before the work.
    """
    if wide == widest:
        return place
    from dualzoom import capture

    mark = place.stem.removeprefix(wide.stem)
    other = place.with_name(f"{widest.stem}{mark}{place.suffix}")
    try:
        return capture.destination(other, writing, inputs=inputs) or place
    except WriteError:
        return place
