"""Folders: searched deeply, nothing passed over in silence, loops and results harmless."""

import pytest
from PIL import Image

from dualzoom.errors import UsageError
from dualzoom.pairing import pairs

UNREAD = {
    "B-wide.jp2": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    "C-wide.exr": (b"v/1\x01", "OpenEXR"),
    "x.psd": (b"8BPS\0\1", "Photoshop"),
    "x.x3f": (b"FOVb\0\0\0\x08", "raw files of this kind (.x3f)"),
    "x.gif": (b"GIF89a", "GIF"),
}


def _found(pairing):
    return [(p.wide.name, p.tele and p.tele.name) for p in pairing]


def _odd(pairing):
    return {item.path.name: item.reason for item in pairing.odd}


def test_folders_are_searched_deeply_unless_told_otherwise(tmp_path, shoot):
    shoot("100APPLE/w.jpg")
    shoot("100APPLE/t.jpg", focal=52, after=5)
    shoot("101APPLE/deep/w2.jpg", after=0.5)
    shoot("101APPLE/deep/t2.jpg", focal=52, after=3)
    assert _found(pairs.find(tmp_path)) == [("w.jpg", "t.jpg"), ("w2.jpg", "t2.jpg")]
    assert len(pairs.find(tmp_path, deep=False)) == 0


def test_what_one_folder_begins_the_next_may_end(tmp_path, shoot):
    shoot("100APPLE/IMG_0999.jpg")
    shoot("101APPLE/IMG_1000.jpg", focal=52, after=4)
    assert _found(pairs.find(tmp_path)) == [("IMG_0999.jpg", "IMG_1000.jpg")]


def test_what_lies_in_one_folder_goes_together(tmp_path, shoot):
    for folder in ("card", "backup"):
        shoot(f"{folder}/w.jpg")
        shoot(f"{folder}/t.jpg", focal=52, after=9)
    assert all(pair.wide.parent == pair.tele.parent for pair in pairs.find(tmp_path))


@pytest.mark.parametrize("content", UNREAD.items(), ids=lambda item: item[0])
def test_kinds_that_are_not_read_are_listed_with_their_reason(tmp_path, content):
    name, (data, words) = content
    (tmp_path / name).write_bytes(data)
    for alone in (False, True):
        pairing = pairs.find(tmp_path, alone=alone)
        assert len(pairing) == 0
        assert words in _odd(pairing)[name]


def test_a_partner_of_a_kind_that_is_not_read_is_named(tmp_path):
    (tmp_path / "B-wide.jp2").write_bytes(UNREAD["B-wide.jp2"][0])
    (tmp_path / "B-tele.jpg").write_bytes(b"")
    reason = _odd(pairs.find(tmp_path))["B-tele.jpg"]
    assert "its wide photo B-wide.jp2 cannot be used: this is a JPEG 2000 file" in reason


def test_an_unusual_suffix_is_no_reason_where_the_content_is_readable(tmp_path):
    for role in ("wide", "tele"):
        Image.new("RGB", (8, 8)).save(tmp_path / f"a-{role}.jfif", "JPEG")
    assert _found(pairs.find(tmp_path)) == [("a-wide.jfif", "a-tele.jfif")]


def test_what_is_no_photo_is_said_in_one_line(tmp_path):
    for name in ("a-wide.jpg", "a-tele.jpg", "notes.txt", "IMG_1.MOV"):
        (tmp_path / name).write_bytes(b"")
    (note,) = pairs.find(tmp_path).notes
    assert note.startswith("2 files are no photos")


def test_results_hidden_folders_and_loops_are_left_out(tmp_path, shoot):
    for folder in ("in", "in/out", "in/.trash", "in/earlier"):
        shoot(f"{folder}/w.jpg")
        shoot(f"{folder}/t.jpg", focal=52, after=5)
    (tmp_path / "in" / "earlier" / ".dualzoom-batch").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "lost").symlink_to(tmp_path / "nowhere")
    pairing = pairs.find(tmp_path / "in", leave_out=tmp_path / "in" / "out")
    assert [pair.wide for pair in pairing] == [tmp_path / "in" / "w.jpg"]
    assert pairing.odd == ()
    assert any("earlier: a folder of results" in note for note in pairing.notes)


def test_sides_lie_at_any_depth(tmp_path):
    for name in ("day/wide/a/1.jpg", "day/tele/a/1.jpg", "day/wide/2-wide.jpg", "day/tele/2-tele.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert {pair.name for pair in pairs.find(tmp_path)} == {"1", "2"}


def test_several_folders_and_tables_are_sources(tmp_path):
    for name in ("x/a-wide.jpg", "x/a-tele.jpg", "y/b-wide.jpg", "y/b-tele.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "t.csv").write_text("wide\nx/a-wide.jpg\n")
    found = pairs.find([tmp_path / "x", tmp_path / "y", tmp_path / "t.csv"])
    assert [pair.name for pair in found] == ["a", "b", "a-wide"]
    with pytest.raises(UsageError, match="no such folder"):
        pairs.find(tmp_path / "absent.d")


def test_real_folders_come_out_right(shared):
    cases = shared / "cases"
    assert _found(pairs.find(cases / "nested")) == [("IMG_1234.JPG", "IMG_1235.JPG"), ("A2.JPG", "A3.JPG")]
    assert _found(pairs.find(cases / "same")) == [("wide.jpg", "tele.jpg")]
    mixed = pairs.find(cases / "mixedext")
    assert _found(mixed) == [("A-wide.jpg", "A-tele.jpg"), ("D-wide.hif", "D-tele.hif")]
    assert {name: reason.split(";")[0] for name, reason in _odd(mixed).items()} == {
        "B-wide.webp": "its tele photo is missing", "C-wide.avif": "its tele photo is missing",
    }  # fmt: skip
    android = pairs.find(cases / "android")
    assert _found(android) == [("PXL_20240501_100000123.jpg", "PXL_20240501_100005456.jpg")]
    assert all("edited copy" in reason for reason in _odd(android).values())
    assert len(_odd(android)) == 2
