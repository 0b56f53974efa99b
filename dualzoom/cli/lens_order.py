"""The order of several lenses, by what their files say: the result is named after the widest."""

from pathlib import Path

from dualzoom.errors import CaptureError


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
