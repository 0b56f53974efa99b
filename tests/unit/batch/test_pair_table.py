"""The table of a batch is read back as the same pairs, whatever became of them."""

import csv
from dataclasses import replace

from dualzoom.batch.events import Event
from dualzoom.batch.pair_table import is_ours, pair_table
from dualzoom.errors import RegistrationError
from dualzoom.pairing import table


def test_what_is_written_is_read_as_the_same_pairs(batch, tmp_path):
    first, second = batch.jobs()[:2]
    a, b, c = (tmp_path / name for name in ("a, 1.jpg", 'b"2.jpg', "Düne.jpg"))
    first = replace(first, pair=replace(first.pair, name="x;y", tele=a, more=(b,), frames=(c, a)))
    teles = [{"path": str(a), "used": False}, {"path": str(b), "used": True}]
    frames = [{"name": str(c), "used": True}, {"name": str(a), "used": False}]
    error = RegistrationError("p", "no match", "take it again")
    events = [
        Event(state="done", job=first, result={"teles": teles, "frames": frames}),
        Event(state="failed", job=second, error=error),
    ]
    path = tmp_path / "pairs.csv"
    path.write_bytes(pair_table(events))
    assert table.read(path) == ([first.pair, second.pair], [])
    lines = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    told = ("state", "tele_used", "tele2_used", "frames_used", "frames_refused", "error")
    assert [lines[0][key] for key in told] == ["done", "no", "yes", "1", "1", ""]
    assert [lines[1][key] for key in told] == ["failed", "", "", "", "", str(error)]


def test_only_a_table_of_ours_is_ours(batch, tmp_path):
    path = tmp_path / "pairs.csv"
    assert not is_ours(path)
    path.write_bytes(pair_table([Event(state="planned", job=job) for job in batch.jobs()]))
    assert is_ours(path)
    path.write_text("wide,tele\n")
    assert not is_ours(path)
