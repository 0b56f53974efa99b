"""Finds shots by three lenses or more: the widest is enlarged, all others give it their detail.

    by name    NAME-ultrawide beside the pair NAME-wide and NAME-tele, NAME-tele2 as one more tele
    by moment  photos of one folder, camera and format at the same second, exactly one by each of three lenses or more

Anything less clear is left to pairing by twos, with a note.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from dualzoom.pairing.edits import edits
from dualzoom.pairing.headers import Headers
from dualzoom.pairing.nearest import MIN_RATIO
from dualzoom.pairing.photo_pair import PhotoPair

#: A shutter that drives several lenses writes the same second, or the next one.
_TOGETHER_S = 1.0
_ROLE = re.compile(r"(?:(?P<name>.+)[-_])?(?P<role>wide|ultrawide|tele2)", re.I)
_Shot = tuple[datetime, float, Path]


def by_name(pairs: Iterable[PhotoPair], others: Iterable[Path]) -> tuple[list[PhotoPair], list[Path]]:
    """Adds NAME-ultrawide and NAME-tele2 to the pairs of that name; returns them and the photos that are left."""
    others = list(others)
    named: dict[tuple[Path, str, str], list[Path]] = defaultdict(list)
    for path in others:
        if said := _ROLE.fullmatch(path.stem):
            named[path.parent, (said["name"] or "").casefold(), said["role"].lower()].append(path)
    found, used = [], set()
    for pair in pairs:
        said = _ROLE.fullmatch(pair.wide.stem)
        if pair.tele is None or said is None or said["role"].lower() != "wide":
            found.append(pair)
            continue
        key = (pair.wide.parent, (said["name"] or "").casefold())
        lenses = [pair.wide, pair.tele]
        for role, at in (("ultrawide", 0), ("tele2", len(lenses) + 1)):
            if len(named[*key, role]) == 1:
                lenses.insert(at, named[*key, role][0])
                used.add(named[*key, role][0])
        found.append(PhotoPair(pair.name, lenses[0], lenses[1], tuple(lenses[2:])))
    return found, [path for path in others if path not in used]


def by_moment(photos: Iterable[Path], headers: Headers) -> tuple[list[tuple[Path, ...]], list[str]]:
    """Returns sets of photos, each by focal length, and notes on those that are not clear."""
    photos = list(photos)
    edited = edits(photos)
    cameras: dict[tuple[object, ...], list[_Shot]] = defaultdict(list)
    for path in photos:
        seen = headers.known(path)
        if seen is None or seen.is_result or seen.taken is None or seen.focal is None or path in edited:
            continue
        camera = (path.parent, path.suffix.lower(), seen.lens.make, seen.lens.model)
        cameras[camera].append((seen.taken, seen.focal, path))
    sets: list[tuple[Path, ...]] = []
    notes: list[str] = []
    for shots in cameras.values():
        shots.sort()
        exact = [group for group in _clusters(shots, 0.0) if _is_set(group)]
        taken = {shot for group in exact for shot in group}
        near = _clusters([shot for shot in shots if shot not in taken], _TOGETHER_S)
        sets += [_by_focal(group) for group in (*exact, *(one for one in near if _is_set(one)))]
        notes += [_unclear(group) for group in near if not _is_set(group) and _lenses(group) > 2]
    return sorted(sets), notes


def _clusters(shots: Sequence[_Shot], gap_s: float) -> list[list[_Shot]]:
    """Shots in the order of time, cut where the next comes later than `gap_s` after the last."""
    found: list[list[_Shot]] = []
    for shot in shots:
        if found and (shot[0] - found[-1][-1][0]).total_seconds() <= gap_s:
            found[-1].append(shot)
        else:
            found.append([shot])
    return found


def _is_set(group: Sequence[_Shot]) -> bool:
    span_s = (group[-1][0] - group[0][0]).total_seconds()
    return span_s <= _TOGETHER_S and len(group) > 2 and _lenses(group) == len(group)


def _lenses(group: Sequence[_Shot]) -> int:
    """How many focal lengths there are that differ enough for a wide and a tele."""
    count, last = 0, 0.0
    for focal in sorted(focal for _, focal, _ in group):
        if focal >= MIN_RATIO * last:
            count, last = count + 1, focal
    return count


def _by_focal(group: Sequence[_Shot]) -> tuple[Path, ...]:
    return tuple(path for _, path in sorted((focal, path) for _, focal, path in group))


def _unclear(group: Sequence[_Shot]) -> str:
    return (
        f"{group[0][2]}: {len(group)} photos by {_lenses(group)} lenses follow each other within a second; which "
        "belong together is not clear, so they are paired by twos"
    )
