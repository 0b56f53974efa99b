"""The Python API: files or photos in, a photo (and a file where asked) out."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.errors import CaptureError
from dualzoom.settings import ClipSettings, OnExists, WriteSettings, ZoomSettings
from dualzoom.stopwatch import Progress

if TYPE_CHECKING:
    from dualzoom import pipeline
    from dualzoom.clips import ClipResult

#: Photos that are decoded at once.
_READERS = 2

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
    frames: Sequence[Source] = (),
    fits: capture.OutputCheck | None = None,
) -> "pipeline.ZoomResult":
    """Zoom a pair of files or photos; write the result to `output` where that is given.

    `tele`: one, or several lenses in any order. `refs`: photos of the same thing from elsewhere, used where they match.
    `frames`: further photos by the wide's lens at the same moment: files, folders, clips or photos. `fits`: called with
    the wide and the result's size before the long work; what it raises ends that. What `output` cannot hold is refused
    then in any case.

    Same errors as the command: see `dualzoom.errors`. With `writing.on_exists="skip"` an existing file is left
    alone, and the picture is still returned.
    """
    writing = writing or WriteSettings()
    inputs = [
        Path(fspath(source))
        for source in (wide, *_listed(tele), *refs, *frames)
        if not isinstance(source, Photo)
    ]
    place = None
    if output is not None:  # before the work, not after it
        writing = capture.settled(_file_of(wide), Path(fspath(output)), writing)
        place = capture.destination(Path(fspath(output)), writing, inputs=inputs)
        fits = fits if place is None else capture.output_check(place, writing)
    if writing.linear or (place is not None and capture.output_format(place, writing) == "dng"):
        settings = replace(settings or ZoomSettings(), bit_depth=16)  # dark tones need more than 8
    with ThreadPoolExecutor(_READERS) as readers:
        reading = readers.map(_read, (wide, *_listed(tele)))
        from dualzoom import pipeline  # beside: torch takes longer to load than photos do

        first, *others = reading
    given = others if len(others) > 1 else next(iter(others), None)
    result = pipeline.zoom(
        first,
        given,
        refs=[_read(one) for one in refs],
        model=model,
        settings=settings,
        progress=progress,
        frames=_frames(frames, first) if frames else None,
        fits=fits,
    )
    if place is not None:
        capture.write(result.photo, place, writing, inputs=inputs)
        result = result.for_file(place, writing)
    return result


def zoom_clip(
    wide: str | PathLike[str],
    tele: str | PathLike[str] | None = None,
    *,
    output: str | PathLike[str],
    model: str = "auto",
    settings: ClipSettings | None = None,
    on_exists: OnExists = "error",
    progress: Progress | None = None,
) -> "ClipResult":
    """Zoom a clip, with a photo or a clip of the tele, frame by frame (see `dualzoom.clips`).

    Same errors as the command. With `on_exists="skip"` an existing file is left alone, and the result's path is None.
    """
    from dualzoom import clips

    second = None if tele is None else Path(fspath(tele))
    return clips.zoom_clip(
        Path(fspath(wide)),
        second,
        Path(fspath(output)),
        model=model,
        settings=settings,
        on_exists=on_exists,
        progress=progress,
    )


def report(
    result: "pipeline.ZoomResult", wide: Source, *, written: str | PathLike[str] | None = None
) -> bytes:
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


def _remarks(result: "pipeline.ZoomResult") -> list[str]:
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


def _frames(given: Sequence[Source], wide: Photo) -> Iterator[Photo | CaptureError]:
    for one in given:
        if isinstance(one, Photo):
            yield one
        else:
            yield from capture.read_frames([Path(fspath(one))], wide)


def _file_of(photo: Source) -> Path | None:
    return photo.source if isinstance(photo, Photo) else Path(fspath(photo))


def _listed(tele: Source | Sequence[Source] | None) -> Sequence[Source]:
    if tele is None:
        return ()
    return (tele,) if isinstance(tele, Photo | str | PathLike) else tele


def _read(source: Source) -> Photo:
    return source if isinstance(source, Photo) else capture.read(Path(fspath(source)))
