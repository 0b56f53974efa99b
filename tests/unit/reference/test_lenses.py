"""The order of three lenses, and a tele that is found only through the lens between."""

from pathlib import Path

import numpy as np
import pytest

from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import Size
from dualzoom.reference import lenses
from dualzoom.reference.lenses import arrange
from dualzoom.registration import Registration, register
from dualzoom.registration.plane import corners, transform
from dualzoom.scene import render

SIZE = Size(640, 480)
MIDDLE = render(3, size=SIZE, ratio=2.0, wide_focal_35mm=13)
LONG = render(3, size=SIZE, ratio=4.0, wide_focal_35mm=13, baseline_mm=(-8.0, 4.0), pan=(0.02, 0.01))


def photo(pixels: np.ndarray, name: str, focal: float | None) -> Photo:
    return Photo(pixels=pixels, source=Path(name), lens=Lens(focal_35mm=focal))


def three(*, exif: bool) -> tuple[Photo, Photo, Photo]:
    focal = (13.0, 26.0, 52.0) if exif else (None, None, None)
    pictures = (MIDDLE.wide, MIDDLE.tele, LONG.tele)
    names = ("ultrawide.jpg", "wide.jpg", "tele.jpg")
    widest, middle, long = (photo(*one) for one in zip(pictures, names, focal, strict=True))
    return widest, middle, long


@pytest.mark.parametrize("exif", [True, False], ids=["exif", "pictures"])
def test_lenses_in_any_order_are_put_in_order(exif: bool) -> None:
    widest, middle, long = three(exif=exif)
    found = arrange(middle, [long, widest])
    assert [found.wide.name, *(tele.name for tele, _ in found.teles)] == [
        "ultrawide.jpg",
        "wide.jpg",
        "tele.jpg",
    ]
    assert [note for note in found.notes if "widest first: ultrawide.jpg, wide.jpg, tele.jpg" in note]
    assert arrange(widest, [middle, long]).notes == ()


def test_a_pair_stays_as_it_is_given() -> None:
    widest, middle, _ = three(exif=True)
    found = arrange(middle, [widest])
    assert (found.wide.name, found.teles, found.notes) == ("wide.jpg", ((widest, None),), ())


def test_a_tele_too_small_in_the_widest_is_found_through_the_lens_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widest, middle, long = three(exif=True)

    def searching_fails(
        wide: Photo, tele: Photo, settings: object = None, start: object = None
    ) -> Registration:
        if wide is widest and tele is long and start is None:
            raise RegistrationError(tele.name, "too few points are found in both")
        return register(wide, tele, settings, start)  # type: ignore[arg-type]

    monkeypatch.setattr(lenses, "register", searching_fails)
    (_, _), (tele, found) = arrange(widest, [middle, long]).teles
    assert tele is long
    assert found is not None
    assert found.method == "chain"
    outline = corners(Size.of(LONG.tele))
    off = transform(found.homography, outline) - transform(LONG.homography, outline)
    assert np.linalg.norm(off, axis=1).max() < 1.0


def test_a_photo_of_another_scene_is_refused_by_name() -> None:
    widest, middle, _ = three(exif=False)
    other = photo(render(11, size=SIZE).tele, "elsewhere.jpg", None)
    with pytest.raises(RegistrationError, match=r"elsewhere\.jpg"):
        arrange(widest, [middle, other])
