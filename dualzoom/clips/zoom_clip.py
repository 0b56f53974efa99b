"""`zoom_clip`: the whole story, from clip to clip. No printing.

scan ─► segments ─► decode │ enlarge │ encode, each in a thread of its own ─► join with the sound
"""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import resolve_output_path
from dualzoom.capture.clip import ClipFrame, ClipInfo
from dualzoom.capture.clip_join import check_sound, join, muxer
from dualzoom.capture.clip_read import frames, scan
from dualzoom.capture.clip_write import ClipFormat, check_format, write_segment
from dualzoom.capture.photo import Photo
from dualzoom.clips.ahead import ahead
from dualzoom.clips.plan import Segment, segments
from dualzoom.clips.scene import Scene
from dualzoom.clips.state import State
from dualzoom.clips.tele_source import TeleSource, open_tele
from dualzoom.clips.workplace import Workplace, workplace
from dualzoom.errors import about
from dualzoom.network import weights
from dualzoom.pipeline import Zoomer
from dualzoom.result_check import check_result
from dualzoom.settings import ClipSettings, OnExists
from dualzoom.settings_check import check_clip
from dualzoom.stopwatch import Progress, Stopwatch
from dualzoom.version import installed_version

_AHEAD = 2  # frames decoded or enlarged before they are asked for: 2560 × 1440 px are 11 MB


@dataclass(frozen=True, kw_only=True)
class ClipResult:
    """An enlarged clip. `with_tele`: frames, of those enlarged in this run, in which the tele was used.

    `resumed`: frames that an earlier run had finished. `path`: None where a file was there and was left alone.
    """

    path: Path | None
    frames: int = 0
    scenes: int = 0
    with_tele: int = 0
    resumed: int = 0
    size: tuple[int, int] = (0, 0)
    codec: str = ""
    model: str = ""
    device: str = ""
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "size": list(self.size),
            "frames": self.frames,
            "scenes": self.scenes,
            "with_tele": self.with_tele,
            "resumed": self.resumed,
            "codec": self.codec,
            "model": self.model,
            "device": self.device,
            "notes": list(self.notes),
            "seconds": {stage: round(value, 3) for stage, value in (self.seconds or {}).items()},
        }


def zoom_clip(
    wide: Path,
    tele: Path | None,
    output: Path,
    *,
    model: str = "auto",
    settings: ClipSettings | None = None,
    on_exists: OnExists = "error",
    progress: Progress | None = None,
) -> ClipResult:
    """Writes `wide` at twice its size, frame by frame, with the detail of `tele`, a photo or a clip, where it fits.

    Detail is strengthened, and noise told from it, alike in all frames of a scene. What only photos have (framing,
    bits, a gain map) is refused.
    A run that was broken off goes on where it stopped when it is called again with the same arguments.
    Raises CaptureError, UsageError, WriteError, WeightsError, MemoryExhaustedError.
    """
    settings, clock = settings or ClipSettings(), Stopwatch(progress)
    check_clip(settings)
    muxer(output)
    place = resolve_output_path(output, on_exists, [wide, tele])
    if place is None:
        return ClipResult(path=None)
    with clock("scan"):
        info = scan(wide, settings.start_s, settings.stop_s)
        how = _format(info, settings)
        check_format(how, output)
        check_sound(info, output)
        source = None if tele is None else open_tele(tele)
    with clock("model"):
        zoomer = Zoomer(weights.resolve(model), settings.zoom.engine)  # one network for all frames
    told = _told(wide, tele, settings, zoomer, how)
    with workplace(place, told) as folder:
        run = _Run(info, source, zoomer, settings, how, folder, clock)
        run.work()
        with clock("join"):
            paths = [folder.segment(number) for number in range(len(run.plan))]
            written = join(
                paths, info, output, on_exists, folder.folder, [wide, tele], settings.zoom.metadata
            )
    size = how.size
    return ClipResult(
        path=written,
        frames=len(info.times),
        scenes=len(info.cuts),
        with_tele=run.with_tele,
        resumed=run.resumed,
        size=(size.width, size.height),
        codec=how.codec,
        model=zoomer.loaded.name,
        device=zoomer.engine.description,
        notes=(*info.notes, *dict.fromkeys(run.notes)),
        seconds=clock.seconds,
    )


class _Run:
    """The work on the segments that are not there yet."""

    def __init__(
        self,
        info: ClipInfo,
        source: TeleSource | None,
        zoomer: Zoomer,
        settings: ClipSettings,
        how: ClipFormat,
        folder: Workplace,
        clock: Stopwatch,
    ) -> None:
        self.info, self.source, self.zoomer, self.settings = info, source, zoomer, settings
        self.how, self.folder, self.clock = how, folder, clock
        self.plan = segments(len(info.times), info.cuts, settings.segment_frames)
        self.with_tele = self.resumed = 0
        self.notes: list[str] = []

    def work(self) -> None:
        """Makes every segment that is missing, in order."""
        first = self._first()
        self.resumed = self.plan[first - 1].stop if first else 0
        scene: Scene | None = None
        for number in range(first, len(self.plan)):
            segment = self.plan[number]
            if segment.start == segment.scene or scene is None:
                scene = self._scene(segment, number)
            self._make(segment, number, scene)

    def _first(self) -> int:
        """The first segment that is missing; where its scene goes on and the last result is lost, the scene's first."""
        first = self.folder.finished(len(self.plan))
        if not 0 < first < len(self.plan) or not self.settings.earlier:
            return first
        scene = self.plan[first].scene
        if self.plan[first].start != scene and self.folder.load_earlier(first - 1) is None:
            return next(number for number, one in enumerate(self.plan) if one.start == scene)
        return first

    def _make(self, segment: Segment, number: int, scene: Scene) -> None:
        read = ahead(frames(self.info, segment.start, segment.stop), _AHEAD)
        made = ahead(self._enlarged(read, segment, number, scene), _AHEAD)
        with closing(made):  # type: ignore[type-var]
            write_segment(self.folder.segment(number), made, self.how)
        if number:
            self.folder.earlier(number - 1).unlink(missing_ok=True)
        self.notes += scene.notes
        scene.notes.clear()

    def _enlarged(
        self, read: Any, segment: Segment, number: int, scene: Scene
    ) -> Generator[tuple[NDArray[Any], int], None, None]:
        """The frames of a segment at twice their size; after the last the state is kept."""
        dtype = np.uint8 if self.how.encoding.bits == 8 else np.uint16
        total = len(self.info.times)
        with closing(read):
            for at, frame in enumerate(read, segment.start):
                photo = self._photo(frame)
                with about(self.info.path):
                    pixels, used = scene.enlarge(photo, at, self._seconds(at), dtype)
                    if at == segment.start:
                        check_result(pixels, photo)
                self.with_tele += used
                self.clock.report("enlarge", (at + 1) / total)
                if at + 1 == segment.stop:
                    scene.state.save(self.folder.state(number))
                    if scene.earlier is not None and self._goes_on(number):
                        scene.earlier.save(self.folder.earlier(number))
                yield pixels, frame.time

    def _goes_on(self, number: int) -> bool:
        """Whether the segment after this one is of the same scene."""
        return number + 1 < len(self.plan) and self.plan[number + 1].scene == self.plan[number].scene

    def _scene(self, segment: Segment, number: int) -> Scene:
        """A scene at its beginning, or in its middle, as an earlier run left it."""
        scene = Scene(self.zoomer.engine, self.source, self.settings, self.clock)
        scene.state = State(scene=segment.scene)
        last = max(one.stop for one in self.plan if one.scene == segment.scene)
        scene.begin(
            self._frame(segment.scene), segment.scene, self._seconds(segment.scene), last - segment.scene
        )
        if segment.start != segment.scene:
            state = State.load(self.folder.state(number - 1))
            if state.anchor not in (-1, segment.scene):  # the tele came into view later
                scene.settle(
                    self._frame(state.anchor), state.anchor, self._seconds(state.anchor), calibrate=False
                )
            scene.state, scene.earlier = state, self.folder.load_earlier(number - 1)
            scene.notes.clear()  # told by the earlier run
        return scene

    def _frame(self, number: int) -> Photo:
        with closing(frames(self.info, number, number + 1)) as found:
            return self._photo(next(found))

    def _photo(self, frame: ClipFrame) -> Photo:
        return Photo(pixels=frame.pixels, source=self.info.path)

    def _seconds(self, number: int) -> float:
        return float((self.info.times[number] - self.info.origin) * self.info.time_base)


def _format(info: ClipInfo, settings: ClipSettings) -> ClipFormat:
    return ClipFormat(
        size=info.size.scale(2),
        encoding=info.encoding,
        time_base=info.time_base,
        rate=info.rate,
        codec=settings.codec or ("h264" if info.encoding.bits == 8 else "hevc"),
        crf=settings.crf,
        aspect=info.aspect,
        light=info.light,
    )


def _told(
    wide: Path, tele: Path | None, settings: ClipSettings, zoomer: Zoomer, how: ClipFormat
) -> dict[str, object]:
    """All that decides what the segments hold."""
    return {
        "version": installed_version(),
        "files": [
            [str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns]
            for path in (wide, tele)
            if path
        ],
        "settings": repr(settings),
        "format": repr(how),
        "model": str(zoomer.loaded.info.get("sha256", zoomer.loaded.name)),
        "device": zoomer.engine.description,
    }
