"""The journal of done and failed results: an append-only file, one JSON object a line.

    {"journal": 1}
    {"event": "done", "output": NAME, "key": KEY, "part": NAME, "bytes": N, "mtime_ns": N}
    {"event": "failed", "output": NAME, "key": KEY, "code": EXIT CODE, "error": [SUBJECT, REASON, NEXT STEP]}
    {"event": "undone", "output": NAME, "key": KEY}

The latest line about an output counts. Names are bare: a journal from elsewhere cannot point out of its folder. Counts
and ignores lines of any other form.
Law: a line is on the disk when `append` returns; a line torn by a crash or a full disk is as if it never was, and
harms no other.
"""

import json
import os
from collections import Counter
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from dualzoom.errors import WriteError

FORMAT = 1
Record = dict[str, Any]


class Journal:
    """The journal at `path`; creates it where there is none."""

    def __init__(self, path: Path) -> None:
        """Raises WriteError where it cannot be read or written, or a newer version wrote it."""
        self.path = path
        self.damaged_lines = 0
        self._latest: dict[str, Record] = {}
        self._written: dict[str, set[tuple[int, int]]] = {}
        self._ends: Counter[str] = Counter()
        try:
            data = path.read_bytes() if path.exists() else b""
            self._number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise self._refused(error) from error
        self._torn = bool(data) and not data.endswith(b"\n")
        self._read(data)
        if not data:
            self._write({"journal": FORMAT})

    def latest(self, output: str) -> Record | None:
        """Returns the latest line about an output, None where there is none."""
        return self._latest.get(output)

    def done(self) -> list[Record]:
        """Returns the latest lines that say "done"."""
        return [record for record in self._latest.values() if record["event"] == "done"]

    def ended(self) -> list[tuple[Record, int]]:
        """Returns the latest lines that say "done" or "failed", and how often such had been said of that output."""
        latest = [record for record in self._latest.values() if record["event"] != "undone"]
        return [(record, self.ends(record["output"]) - 1) for record in latest]

    def ends(self, output: str) -> int:
        """Returns how many lines say that an output is done, or that it failed."""
        return self._ends[output]

    def written(self, output: str) -> set[tuple[int, int]]:
        """Returns (bytes, mtime_ns) of every file that the batch ever wrote as `output`; any other is a stranger."""
        return self._written.get(output, set())

    def append(self, event: str, output: str, key: str, **more: object) -> None:
        """Adds a line and waits until the disk has it; raises WriteError where it refuses."""
        record: Record = {"event": event, "output": output, "key": key, **more}
        self._write(record)
        self._learn(record)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._number)

    def _read(self, data: bytes) -> None:
        for line in data.splitlines():
            record = _parsed(line)
            if record is None:
                self.damaged_lines += bool(line.strip())
            elif "journal" in record:
                if record["journal"] != FORMAT:
                    raise WriteError(self.path, "a newer dualzoom wrote this journal", "update dualzoom")
            else:
                self._learn(record)

    def _learn(self, record: Record) -> None:
        self._latest[record["output"]] = record
        self._ends[record["output"]] += record["event"] != "undone"
        if record["event"] == "done":
            state = (record.get("bytes", -1), record.get("mtime_ns", -1))
            self._written.setdefault(record["output"], set()).add(state)

    def _write(self, record: Record) -> None:
        line = (b"\n" if self._torn else b"") + json.dumps(record).encode() + b"\n"
        self._torn = True  # until the whole line is there
        try:
            while line:
                line = line[os.write(self._number, line) :]
            os.fsync(self._number)
        except OSError as error:
            raise self._refused(error) from error
        self._torn = False

    def _refused(self, error: OSError) -> WriteError:
        return WriteError(
            self.path,
            f"the journal cannot be written ({error.strerror})",
            "make room or choose another folder",
        )


def _parsed(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    if "journal" in record:
        return record if _is_count(record["journal"]) else None
    return record if _is_sound(record) else None


def _is_sound(record: Record) -> bool:
    """Whether a line has the fields of its event, of the right types."""
    if not (_is_bare(record.get("output")) and isinstance(record.get("key"), str)):
        return False
    event = record.get("event")
    if event == "done":
        part = record.get("part")
        numbers = (record.get(field, 0) for field in ("bytes", "mtime_ns"))
        return (part is None or _is_bare(part)) and all(_is_count(number) for number in numbers)
    if event == "failed":
        words = record.get("error", [])
        return (
            _is_count(record.get("code", 1))
            and isinstance(words, list)
            and all(isinstance(word, str) for word in words)
        )
    return event == "undone"


def _is_bare(name: object) -> bool:
    """Whether this is the name of a file in a folder, on any system, and no path."""
    if not isinstance(name, str) or name in ("", ".", "..") or "\0" in name:
        return False
    return PurePosixPath(name).name == name == PureWindowsPath(name).name


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
