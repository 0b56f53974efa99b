"""Further photos on the wide's grid: what does not match is refused by name, and a strength of 0 asks for no ref."""

import numpy as np
import pytest
from small_zoomer import crop, named

from dualzoom.capture.photo import Photo
from dualzoom.errors import RegistrationError
from dualzoom.evaluation.phones import Capture
from dualzoom.reference.lenses import arrange
from dualzoom.settings import ZoomSettings
from dualzoom.several_aligned import SeveralAligned, align_several
from dualzoom.stopwatch import Stopwatch


def aligned(
    shot: Capture, *refs: Photo, teles: tuple[Photo, ...] = (), strength: float = 1.0
) -> SeveralAligned:
    settings = ZoomSettings(strength=strength)
    lenses = arrange(Photo(pixels=shot.wide), teles, settings.registration, stopwatch=Stopwatch())
    return align_several(lenses, refs, settings, Stopwatch())


def test_a_ref_of_something_else_is_refused_by_name_and_a_tele_is_an_error(shot: Capture) -> None:
    noise = named(np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8))
    (other,) = aligned(shot, noise).others
    assert other.planes == ()
    assert other.covers == 0
    assert other.note == f"{noise.name} is not used: {other.refused}"
    assert (other.to_json()["used"], other.to_json()["reason"]) == (False, other.refused)
    with pytest.raises(RegistrationError):
        aligned(shot, teles=(noise,))


def test_without_strength_no_ref_is_looked_at_but_teles_are(shot: Capture) -> None:
    found = aligned(shot, named(shot.tele), teles=(crop(shot),), strength=0.0)
    assert found.others == ()
    assert found.planes == []
    ((photo, reference),) = found.teles
    assert photo.name == crop(shot).name
    assert reference.registration.ratio == pytest.approx(2, rel=0.02)
