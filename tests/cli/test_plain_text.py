"""Nothing that is shown acts on a terminal, and what acts on none is shown as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualzoom.cli.plain_text import plain

anything = st.text(st.characters(), max_size=30)
ACTS = {"Cc", "Cs", "Zl", "Zp"}


@given(anything)
def test_what_comes_out_acts_on_nothing(text: str) -> None:
    shown = plain(text)
    assert not [one for one in shown if unicodedata.category(one) in ACTS]
    assert not [one for one in shown if unicodedata.bidirectional(one) in ("LRE", "RLE", "LRO", "RLO", "PDF")]
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=30))
def test_letters_of_any_script_stay(text: str) -> None:
    assert plain(text) == text


@given(anything)
def test_twice_is_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(st.sampled_from("ab\n\r\t\x1b\x7f\x9b\u2028\u202e\u2066"), max_size=12))
def test_an_escape_says_which_character_it_was(text: str) -> None:
    assert plain(text).encode().decode("unicode_escape") == text


@pytest.mark.parametrize("name", ["\udcff.jpg", "a\udc80b"])
def test_a_name_that_is_not_utf8_can_be_shown(name: str) -> None:
    plain(name).encode("utf-8")
