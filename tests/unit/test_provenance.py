"""The result as a photo says what it was made from, and nothing that is not so."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.framing import framing
from dualzoom.network.weights import LoadedModel
from dualzoom.provenance import as_photo
from dualzoom.settings import FramingSettings, ZoomSettings
from dualzoom.several_use import Several

WIDE = Photo(pixels=np.full((60, 80, 3), 90, np.uint8), source=Path("w.jpg"), lens=Lens(focal_35mm=26))
NOTHING = Several((), (), None, None, None, 0.0)  # type: ignore[arg-type]


@pytest.fixture
def loaded() -> LoadedModel:
    model: LoadedModel = import_module("toy_model").toy_model()
    return model


def _made(loaded: LoadedModel, settings: ZoomSettings, frames: int = 0) -> tuple[Photo, str]:
    pixels = np.full((120, 160, 3), 90, np.uint8)
    photo = as_photo(pixels, WIDE, loaded, NOTHING, settings, None, frames)
    return photo, (photo.metadata.xmp or b"").decode()


def test_model_and_weights_are_always_named_and_extras_only_where_used(loaded: LoadedModel) -> None:
    photo, xmp = _made(loaded, ZoomSettings())
    assert 'Model="toy"' in xmp
    assert f'WeightsSha256="{"ab" * 32}"' in xmp
    assert not [
        word for word in ("Detail=", "Orientations=", "Frames=", "Tele=", "References=") if word in xmp
    ]
    assert photo.lens == WIDE.lens
    _, xmp = _made(loaded, ZoomSettings(detail=1.5, tta=True, strength=0.5), frames=3)
    for word in ('Detail="1.5"', 'Orientations="8"', 'Frames="3"', 'Strength="0.5"'):
        assert word in xmp


def test_a_narrower_view_has_the_lens_that_it_imitates(loaded: LoadedModel) -> None:
    settings = ZoomSettings(framing=FramingSettings(at=2.0))
    shown = framing(settings.framing, WIDE.size, None)
    assert shown is not None
    pixels = np.full((shown.size.height, shown.size.width, 3), 90, np.uint8)
    photo = as_photo(pixels, WIDE, loaded, NOTHING, settings, shown, 0)
    assert photo.lens.focal_35mm == pytest.approx(52)
    assert replace(photo.lens, focal_35mm=26, digital_zoom=None) == replace(WIDE.lens, digital_zoom=None)
