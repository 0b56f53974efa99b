"""The Python API: files and photos alike, refusals before the work, and a page about the result."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dualzoom import api, capture
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError, UsageError, WriteError
from dualzoom.framing import Framing
from dualzoom.geometry import Size
from dualzoom.pipeline import ZoomResult
from dualzoom.settings import WriteSettings, ZoomSettings


class Pipeline:
    """In the pipeline's place one that repeats every pixel; it keeps what it was given."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.registration: Any = None
        self.view: Framing | None = None

    def zoom(self, wide: Photo, tele: Photo | None = None, **options: Any) -> ZoomResult:
        self.calls.append({"wide": wide, "tele": tele, **options})
        photo = wide.with_pixels(wide.pixels.repeat(2, axis=0).repeat(2, axis=1))
        return ZoomResult(
            photo=photo, registration=self.registration, colour=None, tele=None, model="fake", device="cpu",
            tile_px=64, degradation=None, notes=("a note",), seconds={"network": 1.26, "tele": 1.0}, view=self.view,
        )  # fmt: skip


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    made = Pipeline()
    monkeypatch.setattr("dualzoom.pipeline.zoom", made.zoom)
    return made


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    return saved(tmp_path / "wide.png", 1)


@pytest.fixture
def tele(tmp_path: Path) -> Path:
    return saved(tmp_path / "tele.png", 2)


def saved(path: Path, seed: int) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    capture.write(Photo(pixels=pixels), path)
    return path


def test_files_and_photos_are_the_same(pipeline: Pipeline, wide: Path, tele: Path) -> None:
    photos = [capture.read(path) for path in (wide, tele)]
    for first, second in ((wide, tele), (str(wide), str(tele)), (wide, photos[1]), (photos[0], tele), photos):
        api.zoom(first, second)
        assert np.array_equal(pipeline.calls[-1]["wide"].pixels, photos[0].pixels)
        assert np.array_equal(pipeline.calls[-1]["tele"].pixels, photos[1].pixels)
    for alone in (wide, photos[0]):
        api.zoom(alone)
        assert pipeline.calls[-1]["tele"] is None


def test_what_is_written_is_what_is_returned(pipeline: Pipeline, wide: Path, tmp_path: Path) -> None:
    output = tmp_path / "big.png"
    result = api.zoom(wide, output=str(output))
    assert np.array_equal(capture.read(output).pixels, result.photo.pixels)


def test_without_an_output_nothing_is_written(pipeline: Pipeline, wide: Path, tmp_path: Path) -> None:
    api.zoom(wide)
    assert list(tmp_path.iterdir()) == [wide]


def test_what_cannot_be_written_is_refused_before_the_work(
    pipeline: Pipeline, wide: Path, tele: Path, tmp_path: Path
) -> None:
    there = saved(tmp_path / "there.png", 3)
    for output in (there, wide, tele):
        with pytest.raises(WriteError):
            api.zoom(wide, tele, output=output)
    for output in (wide, tele):  # a photo is never replaced by what was made of it
        with pytest.raises(WriteError):
            api.zoom(wide, tele, output=output, writing=WriteSettings(on_exists="overwrite"))
    with pytest.raises(UsageError):
        api.zoom(wide, output=tmp_path / "big.gif")
    assert pipeline.calls == []


def test_a_file_that_is_to_be_skipped_stays_and_the_picture_is_returned(
    pipeline: Pipeline, wide: Path, tmp_path: Path
) -> None:
    there = saved(tmp_path / "there.png", 3)
    before = there.read_bytes()
    result = api.zoom(wide, output=there, writing=WriteSettings(on_exists="skip"))
    assert there.read_bytes() == before
    assert result.photo.size == capture.read(wide).size.scale(2)


def test_linear_light_is_computed_at_sixteen_bits_and_all_else_as_asked(
    pipeline: Pipeline, wide: Path
) -> None:
    asked = ZoomSettings(strength=0.5)
    api.zoom(wide, settings=asked, writing=WriteSettings(linear=True))
    assert pipeline.calls[-1]["settings"] == replace(asked, bit_depth=16)
    api.zoom(wide, writing=WriteSettings(linear=True))
    assert pipeline.calls[-1]["settings"] == ZoomSettings(bit_depth=16)
    api.zoom(wide, settings=asked)
    assert pipeline.calls[-1]["settings"] is asked


def test_a_photo_that_is_not_there_is_named(pipeline: Pipeline, tmp_path: Path, wide: Path) -> None:
    for pair in (
        (tmp_path / "nowhere.jpg",),
        (wide, tmp_path / "nowhere.jpg"),
        (capture.read(wide), "nowhere.jpg"),
    ):
        with pytest.raises(CaptureError, match=r"nowhere\.jpg"):
            api.zoom(*pair)
    assert pipeline.calls == []


def test_the_page_says_how_the_result_came_about(pipeline: Pipeline, wide: Path, tmp_path: Path) -> None:
    pipeline.registration = SimpleNamespace(inliers=90, matches=100, ratio=2.034, parallax_px=(0.5, 1.25))
    result = api.zoom(wide)
    for before in (wide, capture.read(wide)):
        text = api.report(result, before, written=tmp_path / "big.png").decode()
        assert "model fake on cpu, 2.3 s" in text
        assert "90 of 100 points agree; 2.03 pixels of the tele" in text
        assert "a note" in text
        assert "big.png" in text
    with pytest.raises(CaptureError):
        api.report(result, tmp_path / "nowhere.jpg")


def test_what_the_file_cannot_hold_is_checked_by_the_pipeline(
    pipeline: Pipeline, wide: Path, tmp_path: Path
) -> None:
    api.zoom(wide, output=tmp_path / "a.webp")
    fits = pipeline.calls[0]["fits"]
    fits(capture.read(wide), Size(16_383, 9))
    with pytest.raises(WriteError, match="WebP holds no side"):
        fits(capture.read(wide), Size(16_384, 9))
    api.zoom(wide)
    assert pipeline.calls[1]["fits"] is None


def test_the_same_format_is_the_wides_as_on_the_command_line(
    pipeline: Pipeline, wide: Path, tmp_path: Path
) -> None:
    same = WriteSettings(format="same")
    api.zoom(wide, output=tmp_path / "no-suffix", writing=same)
    assert (tmp_path / "no-suffix").read_bytes().startswith(b"\x89PNG")
    api.zoom(capture.read(wide), output=tmp_path / "a.PNG", writing=same)  # a photo knows its file
    with pytest.raises(UsageError, match="the name says jpeg, the wide is png"):
        api.zoom(wide, output=tmp_path / "a.jpg", writing=same)
    with pytest.raises(UsageError, match="comes from no file"):
        api.zoom(replace(capture.read(wide), source=None), output=tmp_path / "b.png", writing=same)
    assert len(pipeline.calls) == 2
