"""Pairing: every photo is in one pair or listed, whatever it is called and whenever it was taken."""

import contextlib
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualzoom.capture.header import Header, read_header
from dualzoom.capture.photo import Lens
from dualzoom.capture.read import read
from dualzoom.errors import CaptureError, UsageError
from dualzoom.pairing import by_time, headers, nearest, pairs

START = datetime(2024, 5, 6, 7, 8, 9)


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def _found(pairing: pairs.Pairing) -> list[tuple[str, str, str | None]]:
    return [(p.name, p.wide.name, p.tele and p.tele.name) for p in pairing]


def test_names_say_who_belongs_to_whom(tmp_path):
    _touch(
        tmp_path,
        "b-tele.png",
        "b-wide.jpg",
        "A_Wide.jpg",
        "A_TELE.jpg",
        "c-wide.jpg",
        "notes.txt",
        ".x-wide.jpg",
    )
    pairing = pairs.find(tmp_path)
    assert _found(pairing) == [("A", "A_Wide.jpg", "A_TELE.jpg"), ("b", "b-wide.jpg", "b-tele.png")]
    assert [(item.path.name, item.reason) for item in pairing.odd] == [
        ("c-wide.jpg", "its tele photo is missing")
    ]


def test_two_files_of_a_folder_take_its_name(tmp_path):
    _touch(tmp_path, "tower/wide.jpg", "tower/tele.jpg")
    assert _found(pairs.find(tmp_path / "tower")) == [("tower", "wide.jpg", "tele.jpg")]


def test_subfolders_with_equal_stems(tmp_path):
    _touch(tmp_path, "wide/1.jpg", "wide/2.jpg", "tele/1.png", "tele/3.jpg")
    pairing = pairs.find(tmp_path)
    assert _found(pairing) == [("1", "1.jpg", "1.png")]
    assert {item.path.name: item.reason for item in pairing.odd} == {
        "2.jpg": "its tele photo is missing", "3.jpg": "its wide photo is missing",
    }  # fmt: skip


def test_what_is_ambiguous_is_not_guessed(tmp_path):
    _touch(tmp_path, "a-wide.jpg", "a-wide.dng", "a-tele.jpg")
    pairing = pairs.find(tmp_path)
    assert len(pairing) == 0
    assert len(pairing.odd) == 3


def test_alone_takes_wides_without_a_tele_but_never_teles_or_results(tmp_path, shoot):
    _touch(tmp_path, "a-wide.jpg", "b-tele.jpg", "c.png")
    shoot("r.jpg", software="dualzoom 1.0 (lite)")
    pairing = pairs.find(tmp_path, alone=True)
    assert _found(pairing) == [("a", "a-wide.jpg", None), ("c", "c.png", None)]
    assert {item.path.name for item in pairing.odd} == {"b-tele.jpg", "r.jpg"}


def test_a_table_counts_from_its_folder(tmp_path):
    table = tmp_path / "list.csv"
    table.write_text("\ufeffWide, tele ,name\nx/a.jpg,x/b.jpg,first\nx/c.jpg,,\n", encoding="utf-8")
    assert pairs.find(table).pairs == (
        pairs.PhotoPair("first", tmp_path / "x/a.jpg", tmp_path / "x/b.jpg"),
        pairs.PhotoPair("c", tmp_path / "x/c.jpg", None),
    )


@pytest.mark.parametrize("text", [b"left,right\na,b\n", b"wide,tele\n,b.jpg\n", b"wide\n\x81\x8d\n"])
def test_a_table_that_makes_no_sense_is_refused_with_its_name(tmp_path, text):
    (tmp_path / "list.csv").write_bytes(text)
    with pytest.raises(UsageError, match=r"list\.csv"):
        pairs.find(tmp_path / "list.csv")


def test_a_glob_is_a_folder_of_just_these_files(tmp_path):
    _touch(tmp_path, "a-wide.jpg", "a-tele.jpg", "b-wide.jpg", "b-tele.jpg")
    assert _found(pairs.find(tmp_path / "a-*.jpg")) == [("a", "a-wide.jpg", "a-tele.jpg")]
    assert _found(pairs.find(sorted(tmp_path.glob("b*")))) == [("b", "b-wide.jpg", "b-tele.jpg")]
    assert pairs.find(tmp_path / "nothing*").pairs == ()
    with pytest.raises(UsageError, match="no such folder"):
        pairs.find(tmp_path / "absent")


def test_a_glance_agrees_with_reading(shoot):
    for name in ("a.jpg", "b.png", "c.tif"):
        path = shoot(name, focal=52, after=1.25)
        seen = read_header(path)
        assert seen.lens == read(path).lens
        assert (seen.focal, seen.software) == (52, "Firmware 1.2")
        assert seen.taken == START + timedelta(seconds=1.25)


def test_moments_pair_the_main_camera_with_the_next_longer_lens(tmp_path, shoot):
    for name, focal, after in [
        ("u", 13, 0),
        ("w", 26, 0),
        ("t", 77, 0),
        ("w2", 26, 40),
        ("t2", 77, 54),
        ("w3", 26, 900),
    ]:
        shoot(f"IMG_{name}.jpg", focal=focal, after=after)
    shoot("other.jpg", focal=77, after=900, model="Phone 8")
    pairing = pairs.find(tmp_path)
    assert [(name, tele) for name, _, tele in _found(pairing)] == [
        ("IMG_w", "IMG_t.jpg"),
        ("IMG_w2", "IMG_t2.jpg"),
    ]
    assert {item.path.stem for item in pairing.odd} == {"IMG_u", "IMG_w3", "other"}
    assert len(pairs.find(tmp_path, max_gap_s=10)) == 1


def test_raw_goes_with_raw_at_one_moment(tmp_path, shoot):
    for suffix in ("jpg", "tif"):
        shoot(f"w.{suffix}", focal=26)
        shoot(f"t.{suffix}", focal=52)
    assert {(wide, tele) for _, wide, tele in _found(pairs.find(tmp_path))} == {
        ("w.jpg", "t.jpg"),
        ("w.tif", "t.tif"),
    }


def test_a_result_of_ours_is_no_photo_to_pair(tmp_path, shoot):
    shoot("w.jpg", focal=26)
    shoot("w-2x.jpg", focal=26, software="dualzoom 0.1.0 (dcsr-lite)")
    shoot("t.jpg", focal=52, after=5)
    assert [wide for _, wide, _ in _found(pairs.find(tmp_path))] == ["w.jpg"]


@given(
    shots=st.lists(st.tuples(st.integers(0, 60), st.sampled_from([13, 26, 52, 77])), max_size=9),
    gap=st.integers(0, 20),
)
@settings(max_examples=60)
def test_every_photo_is_used_once_or_listed_and_no_likelier_pair_is_left(shots, gap):
    seen = {
        Path(f"{number}.jpg"): Header(
            path=Path(f"{number}.jpg"),
            lens=Lens(focal_35mm=focal),
            taken=START + timedelta(seconds=at),
            software=None,
        )
        for number, (at, focal) in enumerate(shots)
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headers, "read_header", seen.__getitem__)
        found, odd = by_time.match(seen, gap)
    used = [path for pair in found for path in pair] + [item.path for item in odd]
    assert sorted(used) == sorted(seen)
    fits = lambda a, b: (  # noqa: E731 - slow and plain
        seen[b].focal >= nearest.MIN_RATIO * seen[a].focal
        and abs((seen[b].taken - seen[a].taken).total_seconds()) <= gap
    )
    assert all(fits(wide, tele) for wide, tele in found)
    rest = [item.path for item in odd]
    assert not any(fits(a, b) for a in rest for b in rest)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"\xff\xd8", b"II*\0\x08\0\0\0\xff\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x20eXIfII*"],
)
def test_damage_is_silence_or_a_clear_refusal(tmp_path, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with contextlib.suppress(CaptureError):
        assert read_header(path).taken is None
    assert [item.path for item in pairs.find(tmp_path).odd] == [path]


def test_a_real_phone_pair_is_found_by_its_moment(shared, tmp_path):
    for role, name in (("wide", "IMG_1.jpg"), ("tele", "IMG_2.jpg")):
        shutil.copy(shared / "pairs" / "tower" / f"{role}.jpg", tmp_path / name)
    assert _found(pairs.find(tmp_path)) == [("IMG_1", "IMG_1.jpg", "IMG_2.jpg")]
