"""The Python API: files or photos in, a photo (and a file where asked) out."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path

from dualzoom import capture, pipeline
from dualzoom.capture.photo import Photo
from dualzoom.settings import WriteSettings, ZoomSettings
from dualzoom.stopwatch import Progress

Source = Photo | str | PathLike[str]


def zoom(
    wide: Source,
    tele: Source | Sequence[Source] | None = None,
    *,
    refs: Sequence[Source] = (),
    output: str | PathLike[str] | None = None,
    model: str = "auto",
    settings: ZoomSettings | None = None,
    writing: WriteSettings | None = None,
    progress: Progress | None = None,
) -> pipeline.ZoomResult:
    """Zoom a pair of files or photos; write the result to `output` where that is given.

    `tele`: one, or several lenses in any order. `refs`: photos of the same thing from elsewhere, used where they match.
    Same errors as the command: see `dualzoom.errors`. With `writing.on_exists="skip"` an existing file is left
    alone, and the picture is still returned.
    """
    writing = writing or WriteSettings()
    inputs = [
        Path(fspath(source)) for source in (wide, *_listed(tele), *refs) if not isinstance(source, Photo)
    ]
    place = None
    if output is not None:  # before the work, not after it
        place = capture.destination(Path(fspath(output)), writing, inputs=inputs)
    if writing.linear:
        settings = replace(settings or ZoomSettings(), bit_depth=16)  # dark tones need more than 8
    first, *others = _read(wide, *_listed(tele))
    given = others if len(others) > 1 else next(iter(others), None)
    result = pipeline.zoom(first, given, refs=_read(*refs), model=model, settings=settings, progress=progress)
    if place is not None:
        capture.write(result.photo, place, writing, inputs=inputs)
    return result


def report(result: pipeline.ZoomResult, wide: Source, *, written: str | PathLike[str] | None = None) -> bytes:
    """A self-contained HTML page (UTF-8) that compares `wide` with the result; `written`: the result's file.

    Raises CaptureError where `wide` cannot be read.
    """
    from dualzoom.report import page

    before = wide if isinstance(wide, Photo) else capture.read(Path(fspath(wide)))
    after = replace(result.photo, source=None if written is None else Path(fspath(written)))
    return page(
        before,
        after,
        contribution=result.contribution,
        view=result.view,
        remarks=_remarks(result),
    )


def _remarks(result: pipeline.ZoomResult) -> list[str]:
    """How the result came about, a line each."""
    lines = [f"model {result.model} on {result.device}, {sum(result.seconds.values()):.1f} s"]
    if result.view is not None:
        lines.append(f"zoom {result.view.zoom:g}")
    found = result.registration
    if found is not None:
        median, worst = found.parallax_px
        lines.append(
            f"{found.inliers} of {found.matches} points agree; {found.ratio:.2f} pixels of the tele to one of the "
            f"wide; parallax {median:.1f} px, {worst:.1f} px at 95 %"
        )
    return [*lines, *result.notes]


def _listed(tele: Source | Sequence[Source] | None) -> Sequence[Source]:
    if tele is None:
        return ()
    return (tele,) if isinstance(tele, Photo | str | PathLike) else tele


def _read(*sources: Source) -> list[Photo]:
    return [one if isinstance(one, Photo) else capture.read(Path(fspath(one))) for one in sources]
