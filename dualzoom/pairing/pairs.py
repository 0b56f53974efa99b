"""Which photos belong together: wide and tele of one scene, found in a folder, a table or a list of files.

    a folder   NAME-wide.* with NAME-tele.* (or `_`), or subfolders wide/ and tele/ with equal stems; what is
               left is paired by moment, camera and focal length (`moments`)
    a table    CSV with the columns wide, tele[, name]; paths count from the table's folder; tele may be empty
    a glob     "holiday/IMG_*.jpg": as a folder that holds just these files

Law: every photo of the source is in exactly one pair or among the odd ones, with the reason.
"""

import csv
import glob
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dualzoom.errors import UsageError
from dualzoom.pairing.by_time import Odd, match

__all__ = ["Odd", "Pair", "Pairing", "find"]

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".dng", ".heic", ".heif"})
MAX_GAP_S = 30.0  # people who change lenses by hand need about fifteen seconds
_NAMED = re.compile(r"(?:(?P<name>.+)[-_])?(?P<role>wide|tele)", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """Two photos of one scene; `tele` is None for a wide that is to be enlarged alone."""

    name: str
    wide: Path
    tele: Path | None = None


@dataclass(frozen=True)
class Pairing:
    """The pairs, in a fixed order, and the photos that are in none. Iterating gives the pairs."""

    pairs: tuple[Pair, ...]
    odd: tuple[Odd, ...] = ()

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def absolute(self) -> "Pairing":
        """The same with absolute paths, for those who run in another folder."""
        pairs = (Pair(p.name, p.wide.absolute(), p.tele and p.tele.absolute()) for p in self.pairs)
        return replace(self, pairs=tuple(pairs))


def find(source: Path | Sequence[Path], *, max_gap_s: float = MAX_GAP_S, alone: bool = False) -> Pairing:
    """The pairs of a folder, a CSV file, a glob or a list of photos.

    With `alone` photos without a partner become pairs without a tele, unless they are named as a tele.

    Raises:
        UsageError: there is no such source, or the table cannot be understood.
    """
    if isinstance(source, Path):
        if source.suffix.lower() == ".csv":
            return Pairing(tuple(_from_table(source)))
        if source.is_dir():
            try:
                return _from_folder(source, max_gap_s, alone)
            except OSError as error:
                raise UsageError(
                    source, f"cannot be listed ({error.strerror})", "check its permissions"
                ) from error
        photos = _globbed(source)
    else:
        photos = list(dict.fromkeys(source))
    return _from_files(photos, max_gap_s, alone)


def _globbed(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not glob.has_magic(str(source)):
        raise UsageError(source, "there is no such folder, table or glob", "check the name")
    return [path for path in map(Path, sorted(glob.glob(str(source), recursive=True))) if _is_photo(path)]  # noqa: PTH207 - absolute patterns too


def _from_folder(folder: Path, max_gap_s: float, alone: bool) -> Pairing:
    sides = [
        path for path in sorted(folder.iterdir()) if path.is_dir() and path.name.lower() in ("wide", "tele")
    ]
    named: dict[str, dict[str, list[Path]]] = defaultdict(lambda: {"wide": [], "tele": []})
    for side in sides:
        for path in _photos(side):
            named[path.stem][side.name.lower()].append(path)
    below = _joined(named, alone)
    here = _from_files(_photos(folder), max_gap_s, alone)
    return Pairing((*below.pairs, *here.pairs), (*below.odd, *here.odd))


def _from_files(photos: Iterable[Path], max_gap_s: float, alone: bool) -> Pairing:
    """By their names, then by their moments."""
    named: dict[str, dict[str, list[Path]]] = defaultdict(lambda: {"wide": [], "tele": []})
    others = []
    for path in photos:
        if found := _NAMED.fullmatch(path.stem):
            key = str(path.parent / (found["name"] or ""))
            named[key][found["role"].lower()].append(path)
        else:
            others.append(path)
    by_name = _joined(named, alone)
    matched, odd = match(others, max_gap_s)
    pairs = [Pair(wide.stem, wide, tele) for wide, tele in matched]
    if alone:
        single = [item for item in odd if "result of dualzoom" not in item.reason]
        pairs += [Pair(item.path.stem, item.path) for item in single]
        odd = [item for item in odd if item not in single]
    return Pairing((*by_name.pairs, *pairs), (*by_name.odd, *odd))


def _joined(named: dict[str, dict[str, list[Path]]], alone: bool) -> Pairing:
    """Pairs of the sides that have exactly one photo each."""
    pairs, odd = [], []
    for key, sides in sorted(named.items()):
        wides, teles = sides["wide"], sides["tele"]
        name = Path(key).name or "pair"
        if len(wides) > 1 or len(teles) > 1:
            reason = (
                "several files of this name differ only in their suffix; leave one, or list them in a CSV"
            )
            odd += [Odd(path, reason) for path in (*wides, *teles)]
        elif wides and (teles or alone):
            pairs.append(Pair(name, wides[0], teles[0] if teles else None))
        else:
            missing = "wide" if teles else "tele"
            odd += [Odd(path, f"its {missing} photo is missing") for path in (*wides, *teles)]
    return Pairing(tuple(pairs), tuple(odd))


def _from_table(path: Path) -> Iterator[Pair]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(path, f"cannot be read as a table ({error})", "save it as CSV in UTF-8") from error
    for number, row in enumerate(rows, start=2):
        cells = {
            str(key).strip().lower(): (value or "").strip()
            for key, value in row.items()
            if isinstance(value, str)
        }
        if not cells.get("wide"):
            raise UsageError(path, f"line {number} names no wide photo", "use the columns wide,tele[,name]")
        wide = path.parent / cells["wide"]
        tele = path.parent / cells["tele"] if cells.get("tele") else None
        yield Pair(cells.get("name") or wide.stem, wide, tele)


def _photos(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _is_photo(path)]


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
