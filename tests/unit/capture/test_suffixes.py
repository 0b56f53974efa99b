"""Suffixes in one table: what is written is also read, and none is of two kinds."""

import pytest

from dualzoom.capture import suffixes
from dualzoom.capture.suffixes import suffix_kind


@pytest.mark.parametrize("suffix", sorted(suffixes.WRITTEN))
def test_what_is_written_is_read(suffix):
    assert suffix_kind(suffix) == suffix_kind(suffix.upper()) == "photo"


def test_no_suffix_is_of_two_kinds():
    groups = (suffixes.READ, suffixes._RAW, suffixes._PICTURES, suffixes._VIDEOS)
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for group in groups for suffix in group)


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".dng", "photo"),
        (".HIF", "photo"),
        (".cr3", "photo"),
        (".x3f", "raw"),
        (".AVIF", "photo"),
        (".gif", "picture"),
        (".mov", "video"),
        ("", "other"),
        (".txt", "other"),
    ],
)
def test_kinds(suffix, kind):
    assert suffix_kind(suffix) == kind
