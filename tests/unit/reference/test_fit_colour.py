"""Patches of both photos show the same place, wherever the window lies, and the map that is fitted to them is right."""

import numpy as np
import pytest

from dualzoom.colour import ColourMap
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Region, Size
from dualzoom.reference import fit_colour as module
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.fit_colour import PATCH_PX, PATCHES, fit_colour, patches
from dualzoom.registration import Warper
from dualzoom.settings import ColourSettings


def cast(scene: np.ndarray) -> np.ndarray:
    """The scene in another camera's colours."""
    return np.clip(scene * np.array([1.1, 1.0, 0.85], np.float32), 0, 1) ** np.float32(1.1)


def test_patches_show_the_same_place_and_the_fit_undoes_a_cast(overlap) -> None:
    scene = overlap.sharp(6)
    wide, where = overlap.as_wide(scene), overlap.registration()
    warper = Warper(overlap.as_tele(cast(scene), bits=8), where)
    wide_low, tele_low, weight = patches(wide, warper, overlap.window)
    assert wide_low.shape == tele_low.shape == (*weight.shape, 3)
    for channel in range(3):
        assert np.corrcoef(wide_low[..., channel].ravel(), tele_low[..., channel].ravel())[0, 1] > 0.98
    colour = fit_colour(wide, warper, where, ColourSettings())
    middle = overlap.window.pad(-16).scale(2)
    rgb, validity = AlignedTele(wide, warper, colour, where).tile(middle)
    assert validity.mean() > 0.9
    assert np.abs(rgb - scene[middle.slices]).mean() < 2 / 255


def test_a_patch_is_the_mean_over_its_own_pixels(overlap) -> None:
    """Of a tele that is the 2× grid itself: every second pixel of the wide, as both photos show it."""
    scene = overlap.sharp(1)
    wide = overlap.as_wide(scene)
    wide_low, tele_low, _ = patches(
        wide, Warper(overlap.as_tele(scene), overlap.registration()), overlap.window
    )
    np.testing.assert_allclose(wide_low, wide[overlap.window.slices] / np.float32(255), atol=1e-6)
    inner = np.s_[2:-2, 2:-2]  # beyond the tele's frame nothing is known
    np.testing.assert_allclose(tele_low[inner], wide_low[inner], atol=1.5 / 255)


@pytest.mark.parametrize("bits", [8, 16])
def test_either_depth_gives_values_of_0_to_1(overlap, bits: int) -> None:
    scene = overlap.sharp(2)
    wide = overlap.as_wide(scene)
    wide = wide if bits == 8 else wide.astype(np.uint16) * 257
    warper = Warper(overlap.as_tele(scene, bits), overlap.registration())
    wide_low, tele_low, weight = patches(wide, warper, overlap.window)
    for part in (wide_low, tele_low, weight):
        assert part.dtype == np.float32
        assert 0 <= part.min() <= part.max() <= 1
    assert wide_low.mean() == pytest.approx(scene[overlap.window.scale(2).slices].mean(), abs=0.01)


class Ramp:
    """In the warper's place: x, y and 0.5 as colours, and where it was asked for them."""

    def __init__(self) -> None:
        self.asked: list[Region] = []

    def tile(self, region: Region) -> tuple[np.ndarray, np.ndarray]:
        self.asked.append(region)
        y, x = np.mgrid[region.y : region.bottom, region.x : region.right].astype(np.float32)
        return np.stack([x / 1e4, y / 1e4, np.full_like(x, 0.5)], 2), np.ones_like(x)


@pytest.mark.parametrize("size", [Size(2000, 1500), Size(1111, 777), Size(300, 900), Size(40, 30)])
def test_in_any_window_patches_are_few_and_lie_at_the_same_place_in_both(size: Size) -> None:
    window, warper = Region(6, 10, size.width - 20, size.height - 20), Ramp()
    y, x = np.mgrid[0 : size.height, 0 : size.width]
    # A pixel of the wide lies at 2 x + 0.5 of the 2× grid.
    wide = np.rint(np.stack([2 * x + 0.5, 2 * y + 0.5, 5e3 + 0 * x], 2) / 1e4 * 65535).astype(np.uint16)
    wide_low, tele_low, _ = patches(wide, warper, window)
    assert np.abs(wide_low - tele_low).max() < 1e-4
    longest, shortest = (pick(wide_low.shape[:2]) for pick in (max, min))
    assert longest <= 1.1 * PATCHES
    assert shortest >= min(window.width, window.height) * 0.9 * longest / max(window.width, window.height)
    assert all(band.height <= PATCH_PX for band in warper.asked)
    frame = window.scale(2)
    assert all(frame.contains(band) for band in warper.asked)


def test_settings_and_what_is_sure_reach_the_fit(overlap, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(module, "fit", lambda *given: (asked.append(given), ColourMap.identity())[1])
    scene, settings = overlap.sharp(), ColourSettings(gain_cells=3)
    warper = Warper(overlap.as_tele(scene), overlap.registration(confidence=0.25))
    fit_colour(overlap.as_wide(scene), warper, overlap.registration(), settings)
    ((_, _, weight, given),) = asked
    assert given is settings
    assert weight.max() <= 0.25 + 1e-6
    assert np.median(weight) > 0.2


def test_colours_of_another_scene_are_refused(overlap) -> None:
    wide = overlap.as_wide(overlap.sharp(1))
    warper = Warper(overlap.as_tele(1 - overlap.sharp(1)), overlap.registration())
    with pytest.raises(RegistrationError):
        fit_colour(wide, warper, overlap.registration(), ColourSettings())
