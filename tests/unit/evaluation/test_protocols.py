"""Protocols: which cases they make of the photos, under which names, and that no file is read too early."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom import capture
from dualzoom.evaluation.phones import PHONES
from dualzoom.evaluation.protocols import ProtocolOptions, cases, phones_named
from dualzoom.pairing.photo_pair import PhotoPair
from dualzoom.resampling import halve_area, halve_bicubic
from dualzoom.scene import signs

NOWHERE = [
    PhotoPair("a", Path("a-wide.png"), Path("a-tele.png")),
    PhotoPair("b", Path("b-wide.png"), Path("b-tele.png")),
]


@pytest.fixture
def pair(tmp_path: Path) -> tuple[PhotoPair, np.ndarray, np.ndarray]:
    wide, tele = np.random.default_rng(1).integers(0, 255, (2, 80, 100, 3), np.uint8)
    for name, pixels in (("wide", wide), ("tele", tele)):
        capture.write(capture.Photo(pixels=pixels), tmp_path / f"{name}.png")
    return PhotoPair("a", tmp_path / "wide.png", tmp_path / "tele.png"), wide, tele


@pytest.mark.parametrize("protocol", ["halved", "full"])
def test_every_pair_is_one_case_by_its_name(protocol) -> None:
    assert [case.name for case in cases(protocol, NOWHERE, ProtocolOptions())] == ["a", "b"]


def test_hidden_halves_make_two_cases_of_a_pair() -> None:
    names = [case.name for case in cases("full", NOWHERE[:1], ProtocolOptions(withhold=True))]
    assert names == ["a, left hidden", "a, right hidden"]


@pytest.mark.parametrize(("protocol", "halve"), [("halved", halve_bicubic), ("full", lambda pixels: pixels)])
def test_methods_get_both_photos_as_the_protocol_says(pair, protocol, halve) -> None:
    (case,) = cases(protocol, [pair[0]], ProtocolOptions())
    given = case.inputs()
    assert list(given) == ["wide", "tele"]
    for photo, pixels in zip(given.values(), pair[1:], strict=True):
        np.testing.assert_array_equal(photo.pixels, halve(pixels))


def test_a_single_photo_has_no_role(pair) -> None:
    (case,) = cases("single", [PhotoPair("a", pair[0].wide)], ProtocolOptions())
    ((role, photo),) = case.inputs().items()
    assert role == ""
    np.testing.assert_array_equal(photo.pixels, halve_area(pair[1]))


def test_the_two_hidden_halves_are_the_tele(pair) -> None:
    left, right = (case.inputs()["tele"] for case in cases("full", [pair[0]], ProtocolOptions(withhold=True)))
    np.testing.assert_array_equal(np.hstack([right.pixels, left.pixels]), pair[2])


def test_every_photo_meets_every_phone_and_lettering_comes_last() -> None:
    found = [PhotoPair("a", Path("a.png")), PhotoPair("b", Path("b.png"))]
    chosen = phones_named(["old", "day"])
    assert [phone.name for phone in chosen] == ["day", "old"]
    assert phones_named([]) == PHONES
    names = [one.name for one in cases("phone", found, ProtocolOptions(phones=chosen, text=True))]
    assert names == ["a, day", "a, old", "b, day", "b, old", "signs, day", "signs, old"]
    given = cases("phone", [], ProtocolOptions(phones=chosen, text=True))[0].inputs()
    assert given["wide"].size.scale(2) == signs.BOARD
