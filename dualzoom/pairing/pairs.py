"""Which photos belong together: wide and tele of one scene, found in a folder, a table or a list of files.

    a folder   with all below it: NAME-wide.* with NAME-tele.* (or `_`), or folders wide/ and tele/ with equal names;
               what is left is paired by moment, camera and focal length (`by_time`)
    a table    CSV with the columns wide, tele[, name]; paths count from the table's folder; tele may be empty
    a glob     "holiday/IMG_*.jpg": as a folder that holds just these files

Law: every picture of the source is in exactly one pair or among the odd ones, with the reason.
"""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dualzoom.errors import UsageError
from dualzoom.pairing import bursts, by_name, by_time, companions, lens_sets, table
from dualzoom.pairing.folders import Listing, listing, others_note, sort_in
from dualzoom.pairing.headers import Headers
from dualzoom.pairing.odd import Odd
from dualzoom.pairing.photo_pair import PhotoPair

__all__ = ["Odd", "Pairing", "PhotoPair", "find"]

MAX_GAP_S = 30.0  # people who change lenses by hand need about fifteen seconds


@dataclass(frozen=True)
class Pairing:
    """The pairs, in a fixed order, the photos in none, and notes to the user. Iterates over the pairs."""

    pairs: tuple[PhotoPair, ...]
    odd: tuple[Odd, ...] = ()
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[PhotoPair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def absolute(self) -> "Pairing":
        """Returns the same with absolute paths, for processes in other folders."""
        return replace(self, pairs=tuple(pair.absolute() for pair in self.pairs))


@dataclass(frozen=True, kw_only=True)
class _How:
    max_gap_s: float
    alone: bool
    deep: bool
    leave_out: Path | None
    bursts: bool
    lenses: bool


def find(
    source: Path | Sequence[Path],
    *,
    max_gap_s: float = MAX_GAP_S,
    alone: bool = False,
    deep: bool = True,
    leave_out: Path | None = None,
    bursts: bool = False,
    lenses: bool = False,
) -> Pairing:
    """Finds the pairs of a folder, a table, a glob, or several of them; pairs files named one by one among each other.

    With `alone` photos without a partner become pairs without a tele, unless they are named as a tele. `deep`: searches
    all below a folder, except `leave_out`, the folder of results. `bursts`: photos of a burst become the frames of one
    of them, which needs no tele (see `bursts`). `lenses`: shots by three lenses and more are one (see `lens_sets`).

    Raises:
        UsageError: there is no such source, or the table cannot be understood.
    """
    how = _How(max_gap_s=max_gap_s, alone=alone, deep=deep, leave_out=leave_out, bursts=bursts, lenses=lenses)
    if isinstance(source, Path):
        return _of_one(source, how)
    sources = list(dict.fromkeys(source))
    collections = [path for path in sources if not path.is_file() or path.suffix.lower() in table.SUFFIXES]
    found = [_of_one(path, how) for path in collections]
    if files := [path for path in sources if path not in collections]:
        found.append(_of_files(files, how))
    return Pairing(
        tuple(pair for one in found for pair in one.pairs),
        tuple(odd for one in found for odd in one.odd),
        tuple(note for one in found for note in one.notes),
    )


def _of_one(source: Path, how: _How) -> Pairing:
    if source.suffix.lower() in table.SUFFIXES and not source.is_dir():
        pairs, notes = table.read(source)
        return Pairing(tuple(pairs), notes=tuple(f"{source}: {note}" for note in notes))
    if source.is_dir():
        try:
            return _paired(listing(source, deep=how.deep, leave_out=how.leave_out), source, how)
        except OSError as error:
            raise UsageError(
                source, f"cannot be listed ({error.strerror})", "check its permissions"
            ) from error
    if source.is_file():
        return _of_files([source], how)
    if not glob.has_magic(str(source)):
        raise UsageError(source, "there is no such folder, table or glob", "check the name")
    matching = map(Path, sorted(glob.glob(str(source), recursive=True)))  # noqa: PTH207 - absolute patterns too
    found = Listing()
    for path in matching:
        if path.is_file() and not path.name.startswith("."):
            sort_in(path, found)
    return _paired(found, None, how)


def _of_files(files: Sequence[Path], how: _How) -> Pairing:
    """Pairs files named one by one, whatever their suffixes."""
    found = Listing()
    for path in files:
        sort_in(path, found)
    clips, rest = companions.split(found.others, found.photos)  # `*` in a shell names them, too
    found.photos += rest
    found.others = clips
    return _paired(found, None, how)


def _paired(found: Listing, root: Path | None, how: _How) -> Pairing:
    """Pairs by names, then by moments; bursts first of all, so that one photo stands for each."""
    named, others = by_name.split(found.photos, found.unread, root)
    pairs, odd = by_name.join(named, alone=how.alone)
    headers = Headers()
    if how.lenses:
        pairs, others = lens_sets.by_name(pairs, others)
    merged = bursts.find(others, headers, [pair.wide for pair in pairs]) if how.bursts else bursts.Bursts()
    others = [path for path in others if path not in merged.inside]
    sets, unclear = lens_sets.by_moment(others, headers) if how.lenses else ([], [])
    pairs += [PhotoPair(wide.stem, wide, tele, tuple(more)) for wide, tele, *more in sets]
    together = {path for one in sets for path in one}
    matched, unmatched = by_time.match(
        [path for path in others if path not in together], how.max_gap_s, headers
    )
    pairs += [PhotoPair(wide.stem, wide, tele) for wide, tele in matched]
    alone = [item for item in unmatched if item.alone and (how.alone or item.path in merged.frames)]
    pairs += [PhotoPair(item.path.stem, item.path) for item in alone]
    unmatched = [item for item in unmatched if item not in alone]
    pairs, unneeded = merged.given_to(pairs)
    clips, rest = companions.split(found.others, found.photos)
    notes = [
        *found.notes,
        *merged.notes,
        *unclear,
        *([companions.note(clips)] if clips else []),
        *([others_note(rest)] if rest else []),
    ]
    return Pairing(tuple(pairs), (*odd, *unmatched, *unneeded, *found.unread), tuple(notes))
