"""From photos to tiles: what is kept shows the same in both photos; what does not match is named."""

from dataclasses import replace
from importlib import import_module

import cv2
import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.engine import Engine
from dualzoom.errors import CaptureError, RegistrationError
from dualzoom.geometry import Region, Size
from dualzoom.scene import render
from dualzoom.settings import EngineSettings
from dualzoom.training.adapt.gather import PairSource, cells, gather, pixel_digest


@pytest.fixture(scope="module")
def scene():
    return render(3, size=Size(320, 240), noise=0.1, depth_layers=False)


@pytest.fixture
def photos(scene):
    wide = Photo(pixels=scene.wide, lens=Lens(focal_35mm=scene.wide_focal_35mm))
    return wide, Photo(pixels=scene.tele, lens=Lens(focal_35mm=scene.tele_focal_35mm))


@pytest.fixture
def engine(network):
    return Engine(network, EngineSettings(device="cpu"))


@pytest.fixture
def config(config):
    return replace(config, tile_px=24)


def unreadable():
    raise CaptureError("b.jpg", "the file is truncated", "copy it again")


def test_tiles_show_the_same_in_wide_and_tele(photos, engine, config):
    (pair,) = gather([PairSource(name="a", read=lambda: photos)], engine, config).pairs
    assert pair.inside >= config.min_tiles
    assert len(pair.wide) > pair.inside
    assert pair.tele.dtype == pair.wide.dtype == np.uint8
    for wide, tele, validity in zip(pair.wide, pair.tele, pair.validity, strict=False):
        reduced = cv2.resize(tele, (24, 24), interpolation=cv2.INTER_AREA)
        weight = cv2.resize(validity, (24, 24), interpolation=cv2.INTER_AREA)[..., None] / 255
        error = (np.abs(reduced.astype(float) - wide) * weight).sum() / weight.sum() / 3
        assert error < 12
        assert weight.mean() > config.min_validity - 0.01
    again = gather([PairSource(name="a", read=lambda: photos)], engine, config).pairs[0]
    np.testing.assert_array_equal(pair.tele, again.tele)
    np.testing.assert_array_equal(pair.wide, again.wide)


def test_what_cannot_be_used_is_left_out_with_its_reason(photos, engine, config):
    wide, tele = photos
    stranger = tele.with_pixels(np.full_like(tele.pixels, 90))
    sources = [
        PairSource(name="good", read=lambda: (wide, tele)),
        PairSource(name="torn", read=unreadable),
        PairSource(name="other", read=lambda: (wide, stranger)),
    ]
    seen = []
    found = gather(sources, engine, config, seen.append)
    assert [pair.name for pair in found.pairs] == ["good"]
    assert [name for name, _ in found.left_out] == ["torn", "other"]
    assert "truncated" in found.left_out[0][1]
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])


def test_none_left_is_an_error_of_the_kind_that_matters(photos, engine, config, monkeypatch):
    def refuse(*_):
        raise RegistrationError("tele", "it does not match", "look")

    monkeypatch.setattr(import_module("dualzoom.reference.build"), "register", refuse)
    torn, other = PairSource(name="torn", read=unreadable), PairSource(name="other", read=lambda: photos)
    with pytest.raises(RegistrationError, match="none of 2 pairs"):
        gather([torn, other], engine, config)
    with pytest.raises(RegistrationError, match="does not match"):
        gather([other], engine, config)
    with pytest.raises(CaptureError, match="truncated"):
        gather([torn], engine, config)


def test_an_overlap_of_few_places_teaches_nothing(photos, engine, config):
    with pytest.raises(RegistrationError, match="places of 24 px"):
        gather([PairSource(name="a", read=lambda: photos)], engine, replace(config, min_tiles=1000))


@pytest.mark.parametrize("window", [Region(0, 0, 100, 70), Region(7, 5, 33, 64), Region(3, 3, 10, 90)])
def test_cells_lie_inside_and_apart(window):
    found = cells(window, 16)
    assert len(found) == (window.width // 16) * (window.height // 16)
    assert all(window.contains(cell) for cell in found)
    assert sum(cell.size.area for cell in found) == len({
        (x, y) for c in found for x in range(c.x, c.right) for y in range(c.y, c.bottom)
    })  # fmt: skip


def test_a_pair_is_known_by_its_pixels(photos):
    wide, tele = photos
    changed = wide.pixels.copy()
    changed[0, 0, 0] ^= 1
    digests = {
        pixel_digest(*pair) for pair in ((wide, tele), (tele, wide), (wide.with_pixels(changed), tele))
    }
    assert len(digests) == 3
    assert pixel_digest(wide, tele) == pixel_digest(wide.with_icc(b"x"), tele)
