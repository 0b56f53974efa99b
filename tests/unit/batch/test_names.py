"""Names: decided before any work, each its own, never that of a photo."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.batch.names import check, plan
from dualzoom.errors import UsageError
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.settings import WriteSettings

OUT = Path("out")


def _named(pairs, template="{stem}-{scale}", **writing):
    return [job.output.name for job in plan(pairs, OUT, template, WriteSettings(**writing), model="lite")]


def test_every_field():
    pair = PhotoPair("beach", Path("in/a-wide.JPG"), Path("in/a-tele.jpg"))
    assert _named([pair], "{name} {stem} {date} {model} {scale}") == ["beach a-wide undated lite 2x.JPG"]


def test_the_date_is_that_of_the_shot(tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769).update({36867: "2024:05:06 23:08:09"})
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    assert _named([PhotoPair("a", tmp_path / "a.jpg")], "{date}") == ["2024-05-06.jpg"]


@pytest.mark.parametrize(
    ("wide", "writing", "expected"),
    [("a.dng", {}, "a-2x.jpg"), ("a.PNG", {}, "a-2x.PNG"), ("a.jpeg", {"format": "tiff"}, "a-2x.tif")],
)
def test_suffixes_follow_the_format(wide, writing, expected):
    assert _named([PhotoPair("a", Path(wide))], **writing) == [expected]


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{zoom}",
        "{stem",
        "{stem.__class__}",
        "{stem!r}",
        "{stem:>9}",
        "{}",
        "{0}",
        "a/{stem}",
        "..\\{stem}",
    ],
)
def test_a_wrong_template_is_refused(template):
    with pytest.raises(UsageError):
        check(template)


def test_fields_cannot_leave_the_folder():
    assert _named([PhotoPair("../../etc/passwd", Path("a.jpg"))], "{name}") == [".._.._etc_passwd.jpg"]


def test_raw_and_jpeg_of_one_shot_are_told_apart():
    pairs = [
        PhotoPair("a", Path("in/a.jpg")),
        PhotoPair("a", Path("in/a.dng")),
        PhotoPair("b", Path("in/b.jpg")),
    ]
    assert _named(pairs) == ["a-2x-jpg.jpg", "a-2x-dng.jpg", "b-2x.jpg"]


def test_shots_of_two_folders_are_told_apart():
    assert _named([PhotoPair("a", Path("mon/a.jpg")), PhotoPair("a", Path("tue/A.jpg"))]) == [
        "a-2x-mon.jpg",
        "A-2x-tue.jpg",
    ]


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(UsageError, match=r"b\.jpg.*would have the name of that of.*a\.jpg"):
        _named([PhotoPair("a", Path("in/a.jpg")), PhotoPair("b", Path("in/b.jpg"))], "{model}")


def test_no_result_has_the_name_of_a_photo(tmp_path):
    pairs = [PhotoPair("a", tmp_path / "a.jpg", tmp_path / "b.jpg")]
    with pytest.raises(UsageError, match="one of the photos"):
        plan(pairs, tmp_path, "{stem}", WriteSettings(), model="lite")


def test_what_a_format_cannot_hold_is_refused_before_the_work():
    with pytest.raises(UsageError, match="8 bits"):
        _named([PhotoPair("a", Path("a.jpg"))], bit_depth=16)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("xy"),
            st.sampled_from(["a", "A", "a-jpg", "é", "e\u0301"]),
            st.sampled_from(["jpg", "png", "dng"]),
        ),
        max_size=6,
        unique=True,
    )
)
def test_names_are_unique_on_any_file_system_or_refused(shots):
    import unicodedata

    pairs = [PhotoPair("n", Path(folder) / f"{stem}.{suffix}") for folder, stem, suffix in shots]
    try:
        found = _named(pairs)
    except UsageError:
        return
    stems = [unicodedata.normalize("NFC", Path(name).stem).casefold() for name in found]
    assert len(set(stems)) == len(pairs)


RESERVED = ["con", "AUX", "nul", "com1", "LPT9", "com¹", "prn.x", "con ", "conin$"]


@pytest.mark.parametrize(
    "stem", [*RESERVED, 'a:*?"<>|b', "end.", "end ", "\x07bell", "x" * 300, "ä" * 200, "…" * 120]
)
def test_every_name_is_one_that_any_system_holds(stem):
    pairs = [PhotoPair("n", Path("in") / f"{stem}.jpg"), PhotoPair("n", Path("in") / "other.jpg")]
    for template in ("{stem}", "{stem}-{scale}"):
        name = _named(pairs, template)[0]
        assert name == _named(pairs, template)[0], "the same each time"
        assert len(name.encode()) <= 255
        assert not set(name) & set('<>:"/\\|?*')
        assert name.isprintable()
        assert name.split(".")[0].rstrip(" ").casefold() not in {
            one.split(".")[0].strip().casefold() for one in RESERVED
        }
        assert Path(name).stem == Path(name).stem.rstrip(" .")


def test_long_names_that_differ_at_their_end_stay_apart():
    pairs = [PhotoPair("n", Path("in") / f"{'é' * 130}{end}.jpg") for end in "abc"]
    assert len(set(_named(pairs))) == 3


def test_names_that_differ_only_in_what_no_system_holds_stay_apart():
    pairs = [PhotoPair("n", Path("in") / f"{stem}.jpg") for stem in ("a:b", "a?b", "A_B", "a_b ")]
    assert len({name.casefold() for name in _named(pairs)}) == 4


def test_equal_names_in_folders_of_equal_names_are_told_apart():
    pairs = [PhotoPair("n", Path(place) / "a.jpg") for place in ("x/day", "y/day", "day")]
    pairs.append(PhotoPair("n", Path("x/day/a.png")))
    assert len({Path(name).stem.casefold() for name in _named(pairs)}) == 4
