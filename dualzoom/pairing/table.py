"""Pairs from a table: CSV as spreadsheets write it, with the columns wide, tele[, tele2, …][, frames][, name].

`tele2` and on are longer lenses, the shorter first; `frames` holds further photos by the wide's lens, with | between.
Other columns are not looked at.
Separated by commas, semicolons or tabs, in UTF-8, UTF-16 or the Windows code page of Western Europe; paths count from
the table's folder, with either slash. Rejects what it cannot understand, naming the line.
"""

import codecs
import csv
import os
import re
from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

from dualzoom.errors import UsageError
from dualzoom.pairing.photo_pair import PhotoPair

SUFFIXES = frozenset({".csv", ".tsv"})  # by which a table is known
#: Between the frames of one cell: no system's names hold it often, and Windows' never.
FRAMES_BETWEEN = "|"
_COLUMNS = "use the columns wide,tele[,tele2…][,frames][,name]"
_LONGER = re.compile(r"tele([2-9]|[1-9]\d)")
_DELIMITERS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(path: Path) -> tuple[list[PhotoPair], list[str]]:
    """Reads the pairs of a table, in its order, and notes to the user. Raises UsageError."""
    text, notes = _decoded(path)
    lines = text.splitlines(keepends=True)
    first = lines[0].strip().lower() if lines else ""
    told = first[4:] if first.startswith("sep=") else ""  # what Excel writes for itself
    start = 1 if told else 0
    reader = csv.reader(lines[start:], delimiter=told or _delimiter(lines), strict=True)
    pairs: list[PhotoPair] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            line = reader.line_num + start
            if header is None:
                header = _header(path, line, cells)
            else:
                pairs.append(_pair(path, line, header, cells))
    except csv.Error as error:
        line = reader.line_num + start
        raise UsageError(
            path, f"line {line} cannot be read as CSV ({error})", "save the table again"
        ) from error
    if not pairs:
        raise UsageError(path, "the table names no photos", _COLUMNS)
    return pairs, notes


def _decoded(path: Path) -> tuple[str, list[str]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read as a table ({error.strerror})"
        raise UsageError(path, reason, "check the name and its permissions") from error
    known = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if known is None and b"\0" in data[:64]:
        known = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    for encoding in (known,) if known else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            at = data.count(b"\n", 0, error.start) + 1
            continue
        return text, ["read in the Windows code page 1252: it is not UTF-8"] if encoding == "cp1252" else []
    reason = f"cannot be read as a table: line {at} holds bytes that are no {known or 'UTF-8'} text"
    raise UsageError(path, reason, "save it as CSV in UTF-8")


def _delimiter(lines: Sequence[str]) -> str:
    """Finds the separator that gives the first line a column "wide"; a comma where none does."""
    first = next((line for line in lines if line.strip()), "")
    for delimiter in _DELIMITERS:
        try:
            cells = next(csv.reader([first], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(cells) > 1 and "wide" in (cell.strip().lower() for cell in cells):
            return delimiter
    return ","


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if "wide" not in names:
        raise UsageError(path, f"line {line} names no column wide, but {', '.join(names)}", _COLUMNS)
    known = [name for name in names if name in ("wide", "tele", "frames", "name") or _LONGER.fullmatch(name)]
    twice = next((name for name in known if names.count(name) > 1), None)
    if twice:
        raise UsageError(path, f"line {line} names the column {twice} twice", _COLUMNS)
    return names


def _pair(path: Path, line: int, header: Sequence[str], cells: Sequence[str]) -> PhotoPair:
    if any(cells[len(header) :]):
        reason = f"line {line} has {len(cells)} cells, the first has {len(header)}"
        raise UsageError(path, reason, "put names that hold the separator between double quotes")
    row = dict(zip(header, cells, strict=False))
    if not row.get("wide"):
        raise UsageError(path, f"line {line} names no wide photo", _COLUMNS)
    wide = _located(path, line, row["wide"])
    longer = sorted((name for name in row if _LONGER.fullmatch(name)), key=lambda name: int(name[4:]))
    teles = [_located(path, line, row[name]) for name in ("tele", *longer) if row.get(name)]
    cells_of_frames = (cell.strip() for cell in row.get("frames", "").split(FRAMES_BETWEEN))
    frames = tuple(_located(path, line, cell) for cell in cells_of_frames if cell)
    tele = teles[0] if teles else None
    return PhotoPair(row.get("name") or wide.stem, wide, tele, tuple(teles[1:]), frames)


def _located(path: Path, line: int, text: str) -> Path:
    """Returns the file that a cell names, with either kind of slash."""
    if "\0" in text:
        raise UsageError(path, f"line {line} holds a zero byte in a name", "save the table again")
    plain = path.parent / text
    if os.name == "nt" or "\\" not in text or plain.exists():
        return plain
    windows = PureWindowsPath(text)
    if windows.drive or windows.root:
        reason = f"line {line} names {text}, a path of another system"
        raise UsageError(path, reason, "write paths as seen from the table's folder")
    return path.parent.joinpath(*windows.parts)
