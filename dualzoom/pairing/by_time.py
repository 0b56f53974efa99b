"""Pairs photos whose names give no role: same camera, nearly the same moment, a longer lens.

Uses every photo at most once and pairs the nearest in time first; at one moment a phone's main camera is the wide, and
the next longer lens its tele, so that of 13, 26 and 77 mm the pair is 26 with 77. Pairs photos of one folder before
those of two, and edited copies only with photos edited alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from dualzoom.capture.header import Header
from dualzoom.errors import CaptureError
from dualzoom.pairing.edits import Edit, edits
from dualzoom.pairing.headers import Headers
from dualzoom.pairing.nearest import TimedPhoto, nearest_first
from dualzoom.pairing.odd import Odd
from dualzoom.pairing.why_odd import Lenses

_Camera = tuple[str | None, str | None, str]  # make, model, way of editing


def match(
    photos: Iterable[Path], max_gap_s: float, headers: Headers | None = None
) -> tuple[list[tuple[Path, Path]], list[Odd]]:
    """Returns pairs (wide, tele) of `photos`, in the order they were taken, and the rest with reasons."""
    photos, headers = list(photos), headers or Headers()
    edited = edits(photos)
    cameras: dict[_Camera, list[TimedPhoto]] = defaultdict(list)
    odd: list[Odd] = []
    for path in photos:
        try:
            seen = headers.of(path)
        except CaptureError as error:
            odd.append(Odd(path, f"{error.reason}; {error.next_step}"))
            continue
        if (unusable := _unusable(seen)) is not None:
            odd.append(unusable)
        elif seen.taken is not None and seen.focal is not None:
            way = edited[path].way if path in edited else ""
            cameras[seen.lens.make, seen.lens.model, way].append(TimedPhoto(seen.taken, seen.focal, path))
    pairs: list[tuple[TimedPhoto, TimedPhoto]] = []
    for shots in cameras.values():
        found = _of_camera(shots, max_gap_s)
        pairs += found
        odd += _left(shots, found, edited, max_gap_s)
    return [(wide.path, tele.path) for wide, tele in sorted(pairs)], sorted(odd, key=lambda item: item.path)


def _unusable(seen: Header) -> Odd | None:
    if seen.is_result:
        return Odd(seen.path, "this is a result of dualzoom", alone=False)
    if seen.taken is None:
        return Odd(seen.path, "its file does not say when it was taken")
    if seen.focal is None:
        return Odd(seen.path, "its file does not say the focal length")
    return None


def _of_camera(shots: list[TimedPhoto], max_gap_s: float) -> list[tuple[TimedPhoto, TimedPhoto]]:
    """Within each folder, then what is left across folders: a camera starts a new one in the middle of a walk."""
    folders: dict[Path, list[TimedPhoto]] = defaultdict(list)
    for shot in shots:
        folders[shot.path.parent].append(shot)
    pairs = [pair for some in folders.values() for pair in nearest_first(some, max_gap_s)]
    if len(folders) > 1:
        used = {shot for pair in pairs for shot in pair}
        pairs += nearest_first([shot for shot in shots if shot not in used], max_gap_s)
    return pairs


def _left(
    shots: list[TimedPhoto],
    pairs: list[tuple[TimedPhoto, TimedPhoto]],
    edited: dict[Path, Edit],
    max_gap_s: float,
) -> list[Odd]:
    partner = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
    lenses = Lenses(shots)
    return [
        Odd(shot.path, lenses.why_odd(shot, partner, edited.get(shot.path), max_gap_s))
        for shot in shots
        if shot not in partner
    ]
