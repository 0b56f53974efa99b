"""Joins segments to a clip, and copies the sound of the original beside them, packet by packet.

Times of the pictures are the original's, moved so that the first frame is at 0, or sound that begins clearly before it;
the sound moves with them, and chapters and the timecode go with the pictures. Decoding
times are made anew for the whole: the i-th packet is due when the frame before it by the encoder's delay is shown.
"""

import mmap
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dualzoom.capture import output_path
from dualzoom.capture.clip import ClipInfo
from dualzoom.capture.clip_extent import chapters, extent
from dualzoom.capture.clip_metadata import kept
from dualzoom.capture.clip_open import av, opened, writing
from dualzoom.errors import UsageError
from dualzoom.settings import Keep, OnExists

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer

#: Suffix -> FFmpeg's muxer.
CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
_OF_SOUND = ("language", "title")


@dataclass(frozen=True)
class _Times:
    """When packets are due, in ticks from the first frame. The first is decoded `lead` before it is shown, the others
    before the delay is over `reach` before.
    """

    shown: tuple[int, ...]
    delay: int
    reach: int
    lead: int

    def decoded(self, number: int) -> int:
        """Of the packet that comes `number`-th."""
        if number >= self.delay:
            return self.shown[number - self.delay]
        return self.shown[number] - (self.reach if number else self.lead)


def muxer(path: Path) -> str:
    """FFmpeg's name of the container that a result's name asks for; raises UsageError for another suffix."""
    try:
        return CONTAINERS[path.suffix.lower()]
    except KeyError as error:
        raise UsageError(
            path,
            f"clips are not written as {path.suffix or 'a file without suffix'}",
            "use .mp4, .mov or .mkv",
        ) from error


def check_sound(info: ClipInfo, path: Path) -> None:
    """Raises UsageError where the container cannot hold the sound as it is: before the work."""
    module, name = av(), muxer(path)
    with opened(info.path) as source, tempfile.TemporaryDirectory() as folder:
        for number, sound in enumerate(source.streams.audio):
            try:
                with module.open(str(Path(folder, str(number))), "w", format=name) as container:
                    container.add_stream_from_template(sound)
                    container.start_encoding()
            except (module.error.FFmpegError, ValueError) as error:
                codec = sound.codec_context.name
                reason = f"{path.suffix.lower()} cannot hold its sound ({codec}) as it is"
                raise UsageError(path, reason, "use .mkv") from error


def join(
    segments: Sequence[Path],
    info: ClipInfo,
    path: Path,
    on_exists: OnExists,
    folder: Path,
    inputs: Sequence[Path | None],
    keep: Keep = "all",
) -> Path:
    """Writes the clip and returns its actual path. `folder`: for the file while it grows, on `path`'s own disk.

    `keep`: what of the original's words (place, time, camera) the result has, too.

    Raises WriteError; the target is complete or as it was.
    """
    whole = folder / "whole.part"
    try:
        with (
            opened(info.path) as source,
            writing(path) as module,  # inside: a full disk is none of the source's failures
            module.open(f"file:{whole}", "w", format=muxer(path), options=_options(path)) as out,
        ):
            out.metadata.update(kept(source.metadata, keep))
            _copy(segments, info, source, out)
        with (
            writing(path),
            whole.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            view = memoryview(data)
            try:
                return output_path.write_parts(path, [view], on_exists, inputs)
            finally:
                view.release()
    finally:
        whole.unlink(missing_ok=True)


def _options(path: Path) -> dict[str, str]:
    return {} if muxer(path) == "matroska" else {"movflags": "faststart", "movie_timescale": "90000"}


def _copy(segments: Sequence[Path], info: ClipInfo, source: "InputContainer", out: "OutputContainer") -> None:
    with opened(segments[0], segment=True) as first:
        model = first.streams.video[0]
        video = out.add_stream_from_template(model)
        if model.codec_context.name == "hevc" and out.format.name in ("mp4", "mov"):
            video.codec_context.codec_tag = "hvc1"  # the one that Apple's players know
    video.time_base = info.time_base
    video.codec_context.framerate = info.rate
    sounds = {one.index: _sound(out, one) for one in source.streams.audio}
    if info.timecode is not None:
        video.metadata["timecode"] = info.timecode
    part = extent(info, source)
    begin, end = part.begin, (info.times[-1] + info.durations[-1]) * info.time_base
    if found := chapters(source.chapters(), begin, end):
        out.set_chapters(cast(Any, found))
    pictures = _pictures(segments, info, part.lead)
    heard = _heard(source, begin, part.end) if sounds else iter(())
    waiting = next(heard, None)
    for packet in pictures:
        until = cast(int, packet.dts) * info.time_base
        while waiting is not None and (cast(int, waiting.pts) * waiting.time_base) - begin <= until:
            _mux_sound(out, waiting, sounds, begin)
            waiting = next(heard, None)
        packet.stream = video
        out.mux(packet)
    while waiting is not None:
        _mux_sound(out, waiting, sounds, begin)
        waiting = next(heard, None)


def _sound(out: "OutputContainer", source: Any) -> Any:
    """A stream for a track of sound, in the language and of the name that it has."""
    stream = out.add_stream_from_template(source)
    stream.metadata.update({key: source.metadata[key] for key in _OF_SOUND if key in source.metadata})
    return stream


def _mux_sound(
    out: "OutputContainer", packet: "Packet[Any]", sounds: dict[int, Any], begin: Fraction
) -> None:
    moved = round(begin / packet.time_base)
    packet.pts = cast(int, packet.pts) - moved
    packet.dts = packet.pts
    packet.stream = sounds[packet.stream.index]
    out.mux(packet)


def _heard(source: "InputContainer", begin: Fraction, end: Fraction | None) -> "Iterator[Packet[Any]]":
    """The packets of sound between two times of the original, seconds."""
    sounds = source.streams.audio
    if begin > 1:
        source.seek(int(begin * 1_000_000), backward=True)
    for packet in source.demux(*sounds):
        if packet.pts is None or packet.size == 0:
            continue
        at = packet.pts * packet.time_base
        if end is not None and at >= end:
            if len(sounds) == 1:
                return
            continue
        # One more before the first: it primes decoders, and players skip it.
        if at + 2 * (packet.duration or 0) * packet.time_base > begin:
            yield packet


def _pictures(segments: Sequence[Path], info: ClipInfo, lead: int) -> "Iterator[Packet[Any]]":
    """The packets of all segments in order of decoding, with times in ticks; `lead` is that of the first frame."""
    order: list[int] = []
    for path in segments:
        order += [len(order) + rank for rank in _ranks(path)]
    delay = max(0, *(number - rank for number, rank in enumerate(order)))
    times = _times(info, delay, order[-1])
    number = 0
    for path in segments:
        with opened(path, segment=True) as segment:
            for packet in segment.demux(segment.streams.video[0]):
                if packet.size == 0:
                    continue
                rank = order[number]
                packet.time_base = info.time_base
                packet.pts, packet.dts = times.shown[rank] + lead, times.decoded(number) + lead
                packet.duration = _duration(info, rank)
                yield packet
                number += 1


def _times(info: ClipInfo, delay: int, last: int) -> _Times:
    """`last`: the place in the order of showing of the frame that is coded last."""
    shown = tuple(time - info.times[0] for time in info.times)
    reach = shown[min(delay, len(shown) - 1)] + (0 if delay < len(shown) else delay)
    # MOV takes as the length of a track what all its packets take to decode: no less than they are shown for.
    decoding = shown[max(len(shown) - 1 - delay, 0)] + _duration(info, last)
    return _Times(shown, delay, reach, max(reach, shown[-1] + info.durations[-1] - decoding))


def _ranks(path: Path) -> list[int]:
    """For each packet of a segment, as they lie in the file, how many of its frames are shown before it.

    Order is all that is asked of the file: writing it may move its times.
    """
    with opened(path, segment=True) as segment:
        times = [cast(int, one.pts) for one in segment.demux(segment.streams.video[0]) if one.size]
    rank = {time: number for number, time in enumerate(sorted(times))}
    return [rank[time] for time in times]


def _duration(info: ClipInfo, rank: int) -> int:
    if rank + 1 < len(info.times):
        return info.times[rank + 1] - info.times[rank]
    return info.durations[-1]
