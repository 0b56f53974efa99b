"""What a pair teaches: the next photo of the camera, in the order of teaching, whatever is made when."""

import numpy as np
from small_zoomer import OFF, SHORT, named
from torch import nn

from dualzoom.capture.photo import Photo
from dualzoom.evaluation.phones import Capture
from dualzoom.pipeline import Zoomer
from dualzoom.settings import ZoomSettings
from dualzoom.stopwatch import Stopwatch
from dualzoom.training.calibration import Calibration
from dualzoom.zoom_result import ZoomResult


class Remembers:
    """What the last pair taught, for any photo."""

    def __init__(self) -> None:
        self.last: nn.Module | None = None

    def find(self, wide: Photo) -> nn.Module | None:
        return self.last

    def keep(self, wide: Photo, calibration: Calibration) -> None:
        self.last = calibration.network


def test_what_a_pair_taught_serves_a_photo_without_a_tele(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult
) -> None:
    wide, memory = Photo(pixels=shot.wide), Remembers()
    assert np.array_equal(zoomer.zoom(wide, memory=memory).photo.pixels, alone.photo.pixels)
    zoomer.zoom(wide, named(shot.tele), settings=SHORT, memory=memory)
    assert memory.last is not None
    lone = zoomer.zoom(wide, memory=memory)
    expected = zoomer.engine.with_network(memory.last).upscale(
        shot.wide, None, SHORT.tiling, degradation=zoomer.engine.degradation(shot.wide)
    )
    assert np.array_equal(lone.photo.pixels, expected.pixels)
    assert not np.array_equal(lone.photo.pixels, alone.photo.pixels)
    assert any("calibrated by an earlier pair" in note for note in lone.notes)
    off = zoomer.zoom(wide, settings=OFF, memory=memory)
    assert np.array_equal(off.photo.pixels, alone.photo.pixels)
    assert not any("calibrated" in note for note in off.notes)


def test_strength_zero_teaches_nothing_and_is_as_without_a_tele(
    zoomer: Zoomer, shot: Capture, alone: ZoomResult
) -> None:
    settings = ZoomSettings(strength=0.0, calibration=SHORT.calibration)
    result = zoomer.zoom(Photo(pixels=shot.wide), named(shot.tele), settings=settings)
    assert np.array_equal(result.photo.pixels, alone.photo.pixels)
    assert result.to_json()["calibration"] is None
    assert "strength 0: the tele is not used" in result.notes
    assert result.contribution is not None
    assert not result.contribution.any()


def test_the_next_pair_may_be_taught_by_before_the_last_is_made(zoomer: Zoomer, shot: Capture) -> None:
    """The same bytes as one after the other, though the second learns on from the first."""
    tele = named(shot.tele)
    wides = [Photo(pixels=shot.wide), Photo(pixels=np.ascontiguousarray(shot.wide[:-16]))]
    memory = Remembers()
    expected = [zoomer.zoom(wide, tele, settings=SHORT, memory=memory) for wide in wides]
    memory, clocks = Remembers(), [Stopwatch() for _ in wides]
    taught = [
        zoomer.teach(
            zoomer.prepare(wide, tele, settings=SHORT, clock=clock),
            settings=SHORT,
            clock=clock,
            memory=memory,
        )
        for wide, clock in zip(wides, clocks, strict=True)
    ]
    assert [one.remembered for one in taught] == [False, True]
    made = [
        zoomer.make(one, settings=SHORT, clock=clock)
        for one, clock in reversed(list(zip(taught, clocks, strict=True)))
    ]
    for result, before in zip(reversed(made), expected, strict=True):
        assert np.array_equal(result.photo.pixels, before.photo.pixels)
        assert result.notes == before.notes
