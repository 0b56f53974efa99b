"""Pairs photos whose names give their role: NAME-wide with NAME-tele, or folders wide/ and tele/."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dualzoom.pairing.odd import Odd
from dualzoom.pairing.photo_pair import PhotoPair

_NAMED = re.compile(r"(?:(?P<name>.+)[-_])?(?P<role>wide|tele)", re.IGNORECASE)
_Key = tuple[str, ...]


@dataclass
class Sides:
    """The photos of one name. `unread`: by role, a file of a kind that is not read, and why."""

    wide: list[Path] = field(default_factory=list)
    tele: list[Path] = field(default_factory=list)
    unread: dict[str, Odd] = field(default_factory=dict)

    @property
    def all(self) -> list[Path]:
        """Both sides' photos."""
        return [*self.wide, *self.tele]


def split(
    photos: Iterable[Path], unread: Iterable[Odd], root: Path | None
) -> tuple[dict[_Key, Sides], list[Path]]:
    """Groups the photos whose names give a role, by name, and returns the others beside them.

    Folders wide/ and tele/ count below `root` only: those above have their names for other reasons.
    """
    named: dict[_Key, Sides] = defaultdict(Sides)
    others = []
    photos = list(photos)
    together = _together(photos)
    for path in photos:
        if (place := _place(path, None if path in together else root)) is None:
            others.append(path)
        else:
            getattr(named[place[0]], place[1]).append(path)
    for item in unread:
        beside = _NAMED.fullmatch(item.path.stem) and _place(item.path, None)
        place = beside if beside and beside[0] in named else _place(item.path, root)
        if place is not None and place[0] in named:
            named[place[0]].unread[place[1]] = item
    return dict(named), others


def _together(photos: Iterable[Path]) -> set[Path]:
    """Returns the photos whose names give both roles in one folder: what that folder is called does not matter."""
    sides: dict[tuple[Path, str], dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))
    for path in photos:
        if (said := _NAMED.fullmatch(path.stem)) is not None:
            sides[path.parent, said["name"] or ""][said["role"].lower()].append(path)
    both = [roles for roles in sides.values() if len(roles) == 2]
    return {path for roles in both for paths in roles.values() for path in paths}


def join(named: Mapping[_Key, Sides], *, alone: bool) -> tuple[list[PhotoPair], list[Odd]]:
    """Pairs the names that have exactly one photo on each side; with `alone` keeps wides without a tele, too."""
    pairs, odd = [], []
    for key, sides in sorted(named.items()):
        name = key[-1] or Path(key[-2]).name or "pair"
        if len(sides.wide) > 1 or len(sides.tele) > 1:
            reason = (
                "several files of this name differ only in their suffix; leave one, or list them in a CSV"
            )
            odd += [Odd(path, reason) for path in sides.all]
        elif sides.wide and (sides.tele or alone):
            pairs.append(PhotoPair(name, sides.wide[0], sides.tele[0] if sides.tele else None))
        else:
            odd += [Odd(path, _missing("wide" if sides.tele else "tele", sides)) for path in sides.all]
    return pairs, odd


def _missing(role: str, sides: Sides) -> str:
    there = sides.unread.get(role)
    if there is None:
        return f"its {role} photo is missing"
    return f"its {role} photo {there.path.name} cannot be used: {there.reason}"


def _place(path: Path, root: Path | None) -> tuple[_Key, str] | None:
    """Returns the name and the role in a path, None where it has none."""
    said = _NAMED.fullmatch(path.stem)
    name, role = (said["name"] or "", said["role"].lower()) if said else (path.stem, None)
    below = path.relative_to(root).parent.parts if root is not None and path.is_relative_to(root) else ()
    for at in range(len(below) - 1, -1, -1):
        side = below[at].lower()
        if side in ("wide", "tele") and role in (None, side):
            base = Path(root or "", *below[:at])
            return (str(base), *below[at + 1 :], name), side
    return None if role is None else ((str(path.parent), name), role)
