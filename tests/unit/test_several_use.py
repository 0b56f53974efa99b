"""Several lenses and photos from elsewhere to one result: what helps is used, what does not changes nothing."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.network.degradation import HALVED_AREA
from dualzoom.pipeline import Zoomer, ZoomResult
from dualzoom.scene import render
from dualzoom.settings import CalibrationSettings, ZoomSettings

OFF = ZoomSettings(calibration=CalibrationSettings(seconds=0))
SIZE = Size(560, 420)
MIDDLE = render(3, size=SIZE, ratio=2.0)
LONG = render(3, size=SIZE, ratio=3.5, baseline_mm=(-8.0, 4.0))
#: As another camera took it from some steps aside.
ASIDE = render(3, size=SIZE, ratio=1.9, pan=(-0.12, 0.02), baseline_mm=(350.0, 20.0), roll_deg=2.0)
#: Nothing that a street shows.
NOISE = np.random.default_rng(0).integers(0, 255, (420, 560, 3), np.uint8)


def photo(pixels: np.ndarray, name: str) -> Photo:
    return Photo(pixels=pixels, source=Path(name))


WIDE = photo(MIDDLE.wide, "wide.jpg")


@pytest.fixture(scope="module")
def pair(zoomer: Zoomer) -> ZoomResult:
    return zoomer.zoom(WIDE, photo(MIDDLE.tele, "tele.jpg"), settings=OFF)


def test_one_tele_in_a_list_is_one_tele(zoomer: Zoomer, pair: ZoomResult) -> None:
    listed = zoomer.zoom(WIDE, [photo(MIDDLE.tele, "tele.jpg")], settings=OFF)
    assert np.array_equal(listed.photo.pixels, pair.photo.pixels)
    assert listed.notes == pair.notes


def test_each_lens_has_its_place(zoomer: Zoomer, pair: ZoomResult) -> None:
    both = zoomer.zoom(WIDE, [photo(LONG.tele, "long.jpg"), photo(MIDDLE.tele, "tele.jpg")], settings=OFF)
    told = both.to_json()
    assert [Path(lens["path"]).name for lens in told["teles"]] == ["tele.jpg", "long.jpg"]
    assert [lens["used"] for lens in told["teles"]] == [True, True]
    assert told["registration"]["ratio"] == pytest.approx(2.0, abs=0.02)
    changed = np.abs(both.photo.pixels.astype(int) - pair.photo.pixels).max(2) > 1
    rows, columns = np.nonzero(changed)
    inside = told["teles"][1]["registration"]["overlap"]
    margin = 40  # the network's reach
    assert changed.any()
    assert min(columns) >= 2 * min(x for x, _ in inside) - margin
    assert max(rows) <= 2 * max(y for _, y in inside) + margin


@pytest.mark.parametrize("pixels", [NOISE, NOISE[:40, :30]], ids=["noise", "tiny"])
def test_a_photo_of_something_else_changes_nothing_and_is_named(
    zoomer: Zoomer, pair: ZoomResult, pixels: np.ndarray
) -> None:
    other = photo(np.ascontiguousarray(pixels), "elsewhere.jpg")
    result = zoomer.zoom(WIDE, photo(MIDDLE.tele, "tele.jpg"), refs=[other], settings=OFF)
    assert np.array_equal(result.photo.pixels, pair.photo.pixels)
    assert [note for note in result.notes if note.startswith("elsewhere.jpg is not used: ")]
    (told,) = result.to_json()["refs"]
    assert told["used"] is False
    assert told["reason"]


def test_a_photo_from_aside_adds_detail_where_no_tele_saw(zoomer: Zoomer, pair: ZoomResult) -> None:
    result = zoomer.zoom(
        WIDE, photo(MIDDLE.tele, "tele.jpg"), refs=[photo(ASIDE.tele, "a.jpg")], settings=OFF
    )
    alone = zoomer.zoom(WIDE, refs=[photo(ASIDE.tele, "a.jpg")], settings=OFF)
    assert result.to_json()["refs"][0]["used"]
    assert result.contribution is not None
    assert pair.contribution is not None
    assert alone.contribution is not None
    assert (result.contribution >= pair.contribution.astype(int) - 1).all()
    assert (result.contribution > 128).mean() > (pair.contribution > 128).mean() + 0.02
    assert (alone.contribution > 128).mean() > 0.05
    assert [note for note in alone.notes if note.startswith("a.jpg can add detail in ")]


def test_a_tele_that_does_not_match_is_an_error_still(zoomer: Zoomer) -> None:
    with pytest.raises(RegistrationError, match=r"noise\.jpg"):
        zoomer.zoom(WIDE, [photo(MIDDLE.tele, "tele.jpg"), photo(NOISE, "noise.jpg")], settings=OFF)


def test_only_a_photo_that_is_used_changes_how_a_doubtful_wide_is_restored(
    zoomer: Zoomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One degradation for all of the result, told in a note; with a photo of something else it is as without."""
    plain, doubtful = np.full(5, 0.4, np.float32), np.array(HALVED_AREA, np.float32)

    def estimate(_engine: object, _wide: object, *, beside_refs: bool = False, **_how: object) -> np.ndarray:
        return doubtful if beside_refs else plain

    monkeypatch.setattr(type(zoomer.engine), "degradation", estimate)
    tele, aside, other = (photo(p, n) for p, n in ((MIDDLE.tele, "t"), (ASIDE.tele, "a"), (NOISE, "n")))
    for teles, refs, expected in (([tele], [other], 0.4), ([tele], [aside], -0.3), ([], [aside], -0.3)):
        result = zoomer.zoom(WIDE, teles, refs=refs, settings=OFF)
        assert result.degradation is not None
        assert result.degradation["blur"] == pytest.approx(expected)
        assert any("made smaller before" in note for note in result.notes) == (expected < 0)
