"""From two photos to the aligned tele: found, in the wide's colours, timed, and every refusal about the tele's file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dualzoom import reference
from dualzoom.capture.photo import Photo
from dualzoom.colour import ColourMap
from dualzoom.errors import CaptureError, MemoryExhaustedError, RegistrationError
from dualzoom.geometry import Size
from dualzoom.reference.build import build
from dualzoom.scene import RenderedCapture, render
from dualzoom.settings import ColourSettings, RegistrationSettings
from dualzoom.stopwatch import Stopwatch

# The package shows the function under the module's name.
MODULE = "dualzoom.reference.build"


@pytest.fixture(scope="module")
def shot() -> RenderedCapture:
    return render(3, size=Size(400, 300), noise=0.2, cast=0.5, exposure_ev=0.3)


@pytest.fixture
def module() -> Any:
    import sys

    return sys.modules[MODULE]


def photo(pixels: np.ndarray, name: str | None = None) -> Photo:
    return Photo(pixels=np.ascontiguousarray(pixels), source=None if name is None else Path(name))


def test_the_tele_comes_to_lie_on_the_truth_in_the_wides_colours(shot: RenderedCapture) -> None:
    clock = Stopwatch()
    made = build(photo(shot.wide), photo(shot.tele), stopwatch=clock)
    assert made.registration.ratio == pytest.approx(2, rel=0.02)
    assert list(clock.seconds) == ["register", "colour"]
    middle = made.registration.window.pad(-30).scale(2)
    rgb, validity = made.tile(middle)
    assert validity.mean() > 0.7
    error = np.abs(rgb - shot.truth[middle.slices] / 255).mean(2)
    assert np.median(error[validity > 0.5]) < 6 / 255


def test_what_is_public_is_this_function() -> None:
    assert reference.build is build


@pytest.mark.parametrize("stage", ["register", "to_wide_space", "fit_colour"])
@pytest.mark.parametrize("kind", [RegistrationError, CaptureError])
def test_a_refusal_at_any_stage_names_the_teles_file(
    overlap, module: Any, monkeypatch: pytest.MonkeyPatch, stage: str, kind: type[RegistrationError]
) -> None:
    scene = overlap.sharp()
    monkeypatch.setattr(module, "register", lambda *_: overlap.registration())

    def refuse(*_given: object) -> None:
        raise kind("tele", "cannot be used", "take it again")

    monkeypatch.setattr(module, stage, refuse)
    with pytest.raises(kind) as caught:
        build(photo(overlap.as_wide(scene), "w.jpg"), photo(overlap.as_tele(scene), "t.jpg"))
    assert str(caught.value) == "t.jpg: cannot be used; take it again"


def test_running_out_of_memory_is_said_of_the_tele(
    overlap, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "register", refuse)
    with pytest.raises(MemoryExhaustedError, match=r"t\.jpg"):
        build(
            photo(overlap.as_wide(overlap.sharp()), "w.jpg"), photo(overlap.as_tele(overlap.sharp()), "t.jpg")
        )


@pytest.mark.parametrize(
    ("registration", "colour"),
    [(None, None), (RegistrationSettings(min_ratio=2.0), ColourSettings(gain_cells=3))],
)
def test_settings_reach_their_stages_and_left_out_are_those_of_zoom(
    overlap, module: Any, monkeypatch: pytest.MonkeyPatch, registration, colour
) -> None:
    asked = []
    where = overlap.registration()
    monkeypatch.setattr(module, "register", lambda *given: (asked.append(given[-1]), where)[1])
    monkeypatch.setattr(
        module, "fit_colour", lambda *given: (asked.append(given[-1]), ColourMap.identity())[1]
    )
    scene = overlap.sharp()
    made = build(photo(overlap.as_wide(scene)), photo(overlap.as_tele(scene)), registration, colour)
    assert asked == [registration or RegistrationSettings(), colour or ColourSettings()]
    assert made.registration is where
