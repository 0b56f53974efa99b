"""Edited copies by their names: of photos edited alike equal, and a number is a copy only beside its original."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.pairing.edits import Edit, edits

plain = st.text("abcPXL0123456789", min_size=1, max_size=8)
marks = st.sampled_from(["-edited", "_edit", " edited", ".PORTRAIT", "-bearbeitet", "_snapseed", "-EFFECTS"])


def of(name: str, *others: str) -> Edit | None:
    return edits([Path(name), *map(Path, others)]).get(Path(name))


@given(plain, marks)
def test_a_word_says_so_whatever_else_is_there(stem: str, mark: str) -> None:
    for others in ((), (f"{stem}.jpg",)):
        assert of(f"{stem}{mark}.jpg", *others) == Edit(mark[1:].casefold(), stem)


@given(plain, plain, marks, marks)
def test_marks_may_follow_each_other_and_their_order_counts(
    first: str, second: str, one: str, other: str
) -> None:
    found = [of(f"{stem}{one}{other}.jpg") for stem in (first, second)]
    assert {edit.way for edit in found} == {f"{one[1:]} {other[1:]}".casefold()}
    assert [edit.original for edit in found] == [first, second]


@given(st.lists(plain, max_size=6))
def test_plain_names_are_no_edits(stems: list[str]) -> None:
    assert edits(Path(f"{stem}.jpg") for stem in stems) == {}


@pytest.mark.parametrize("mark", ["~2", "(1)", " (2)", " - Copy", "-copy", " Kopie", " – Copie (3)", "copia"])
def test_a_copy_is_one_only_beside_its_original(mark: str) -> None:
    assert of(f"IMG_1{mark}.jpg") is None
    assert of(f"IMG_1{mark}.jpg", "IMG_2.jpg") is None
    assert of(f"IMG_1{mark}.jpg", "elsewhere/IMG_1.jpg") is None
    for original in ("IMG_1.jpg", "img_1.PNG"):
        assert of(f"IMG_1{mark}.jpg", original) == Edit("copy", "IMG_1")


@pytest.mark.parametrize(
    ("name", "way", "original"),
    [
        ("IMG_E1234.JPG", "e", "IMG_1234"),
        ("img_e1234.heic", "e", "img_1234"),
        ("PXL_1.PORTRAIT-01.COVER.jpg", "portrait", "PXL_1"),
        ("PXL_1.PORTRAIT-02.ORIGINAL.jpg", "portrait", "PXL_1"),
        ("DSC1-Enhanced-NR.dng", "enhanced-nr", "DSC1"),
        ("a ha editado.jpg", "ha editado", "a"),
        ("a-編集済み.jpg", "編集済み", "a"),
    ],
)
def test_marks_of_phones_and_programs(name: str, way: str, original: str) -> None:
    assert of(name) == Edit(way, original)


@pytest.mark.parametrize(
    "name", ["edited.jpg", "-edited.jpg", "unedited.jpg", "IMG_E12.JPG", "portrait.jpg", "a-editor.jpg"]
)
def test_what_only_looks_like_a_mark_is_none(name: str) -> None:
    assert of(name) is None
