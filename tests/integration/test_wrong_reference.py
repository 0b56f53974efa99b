"""A wrong tele must not make the picture worse than no tele at all."""

import numpy as np
import pytest

from dualzoom.capture.photo import Photo
from dualzoom.colour import ColourMap
from dualzoom.engine import Engine
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.metrics.image_quality import psnr
from dualzoom.network import weights
from dualzoom.reference.aligned_tele import AlignedTele
from dualzoom.reference.fit_colour import fit_colour
from dualzoom.registration import Registration, Warper, register
from dualzoom.scene import RenderedCapture, render
from dualzoom.settings import ColourSettings, EngineSettings, TilingSettings

ALLOWED_DB = 0.05


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(weights.load("dcsr-lite").module, EngineSettings(device="cpu"))


def scene(seed: int) -> RenderedCapture:
    return render(seed, size=Size(504, 376))


def forced(
    capture: RenderedCapture, tele: np.ndarray, registration: Registration, colour: ColourMap
) -> AlignedTele:
    """`tele` in the place of the capture's own, its registration and colours believed."""
    return AlignedTele(capture.wide, Warper(tele, registration), colour, registration)


@pytest.mark.parametrize("seed", [3, 8])
def test_another_photo_forced_in_costs_nothing(engine: Engine, seed: int) -> None:
    capture, other = scene(seed), scene(seed + 50)
    registration = register(Photo(pixels=capture.wide), Photo(pixels=capture.tele))
    own = fit_colour(capture.wide, Warper(capture.tele, registration), registration, ColourSettings())
    try:
        colour = fit_colour(capture.wide, Warper(other.tele, registration), registration, ColourSettings())
    except RegistrationError:
        colour = own  # the tool would have refused it here already
    degradation = engine.degradation(capture.wide)
    inside = registration.window.scale(2)

    def result(reference: AlignedTele | None) -> float:
        upscaled = engine.upscale(capture.wide, reference, TilingSettings(), degradation=degradation)
        return psnr(upscaled.pixels, capture.truth, region=inside)

    alone = result(None)
    assert result(forced(capture, other.tele, registration, colour)) >= alone - ALLOWED_DB
    assert result(forced(capture, capture.tele, registration, own)) >= alone + 0.3  # and the right one helps
