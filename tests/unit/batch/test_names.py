"""Names: decided before any work, each its own, never that of a photo."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.batch.names import check, plan
from dualzoom.errors import UsageError
from dualzoom.pairing.pairs import Pair
from dualzoom.settings import WriteSettings

OUT = Path("out")


def _named(pairs, template="{stem}-{scale}", **writing):
    return [job.output.name for job in plan(pairs, OUT, template, WriteSettings(**writing), model="lite")]


def test_every_field():
    pair = Pair("beach", Path("in/a-wide.JPG"), Path("in/a-tele.jpg"))
    assert _named([pair], "{name} {stem} {date} {model} {scale}") == ["beach a-wide undated lite 2x.JPG"]


def test_the_date_is_that_of_the_shot(tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769).update({36867: "2024:05:06 23:08:09"})
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    assert _named([Pair("a", tmp_path / "a.jpg")], "{date}") == ["2024-05-06.jpg"]


@pytest.mark.parametrize(
    ("wide", "writing", "expected"),
    [("a.dng", {}, "a-2x.jpg"), ("a.PNG", {}, "a-2x.PNG"), ("a.jpeg", {"format": "tiff"}, "a-2x.tif")],
)
def test_suffixes_follow_the_format(wide, writing, expected):
    assert _named([Pair("a", Path(wide))], **writing) == [expected]


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
    assert _named([Pair("../../etc/passwd", Path("a.jpg"))], "{name}") == [".._.._etc_passwd.jpg"]


def test_raw_and_jpeg_of_one_shot_are_told_apart():
    pairs = [Pair("a", Path("in/a.jpg")), Pair("a", Path("in/a.dng")), Pair("b", Path("in/b.jpg"))]
    assert _named(pairs) == ["a-2x-jpg.jpg", "a-2x-dng.jpg", "b-2x.jpg"]


def test_shots_of_two_folders_are_told_apart():
    assert _named([Pair("a", Path("mon/a.jpg")), Pair("a", Path("tue/A.jpg"))]) == [
        "a-2x-mon.jpg",
        "A-2x-tue.jpg",
    ]


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(UsageError, match=r"b\.jpg.*would have the name of that of.*a\.jpg"):
        _named([Pair("a", Path("in/a.jpg")), Pair("b", Path("in/b.jpg"))], "{model}")


def test_no_result_has_the_name_of_a_photo(tmp_path):
    pairs = [Pair("a", tmp_path / "a.jpg", tmp_path / "b.jpg")]
    with pytest.raises(UsageError, match="one of the photos"):
        plan(pairs, tmp_path, "{stem}", WriteSettings(), model="lite")


def test_what_a_format_cannot_hold_is_refused_before_the_work():
    with pytest.raises(UsageError, match="8 bits"):
        _named([Pair("a", Path("a.jpg"))], bit_depth=16)


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

    pairs = [Pair("n", Path(folder) / f"{stem}.{suffix}") for folder, stem, suffix in shots]
    try:
        found = _named(pairs)
    except UsageError:
        return
    stems = [unicodedata.normalize("NFC", Path(name).stem).casefold() for name in found]
    assert len(set(stems)) == len(pairs)
