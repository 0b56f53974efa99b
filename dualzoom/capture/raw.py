"""Develops DNG files by fixed rules, so that both shots of a pair get the same treatment.

Rules: the camera's white balance; black level, white level and colour matrix of the file; no automatic brightness and
no white point taken from the picture; highlights clip at the sensor's white; the file's own corrections of shading,
vignetting and distortion; sRGB at 16 bits. LibRaw and the decoder of JPEG XL run in a child process with limits on
memory and time (`raw_worker`, `dng_develop`), so the tool survives whatever a hostile file does to it.

Source: DNG specification 1.7.
"""

import json
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from dualzoom.capture import camera, dng_tags, dng_unpack, ifd, tiff
from dualzoom.capture.decoded import COPY_AGAIN, Decoded, check_size
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

_BASELINE_EXPOSURE = 50730
_SECONDS, _SECONDS_PER_MEGAPIXEL = 20.0, 0.8  # several times what a slow machine needs
_ENOUGH_EV = 0.05
_ANSWER_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the worker found: pixels (H, W, 3) uint16, notes, and numbers of the camera's colours by name."""

    pixels: Pixels
    notes: tuple[str, ...] = ()
    colours: dict[str, list[float]]


def decode(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> Decoded:
    """Develop a DNG file to uint16 sRGB.

    Raises:
        CaptureError: the file has no raw picture, is too large or damaged, or LibRaw fails on it.
    """
    directories = tiff.directories(path, data)
    raw = [
        (order, entries)
        for order, entries in directories
        if _first(entries, 262, order) in dng_tags.RAW_KINDS
    ]
    if not raw:
        raise CaptureError(path, "the DNG file holds no raw picture", COPY_AGAIN)
    megapixels = 0.0
    for order, entries in raw:
        width, height = _first(entries, 256, order), _first(entries, 257, order)
        check_size(path, width, height, settings)
        _check_data(path, entries, order, width * height)
        megapixels = max(megapixels, width * height / 1e6)
    chosen = dng_tags.find_raw(directories)
    if chosen is not None and dng_unpack.is_needed(chosen):
        try:
            dng_unpack.check(chosen)
        except dng_unpack.UnpackError as error:
            step = "export it as DNG with lossless JPEG, or as TIFF"
            raise CaptureError(path, f"damaged or unsupported DNG file ({error})", step) from error
    found = develop(path, megapixels, "DNG")
    check_size(path, found.pixels.shape[1], found.pixels.shape[0], settings)
    metadata = replace(tiff.metadata(data), icc=None, camera=camera.of_dng(directories, found.colours))
    notes = (*found.notes, *_notes(directories))
    return Decoded(pixels=found.pixels, colour="rgb", metadata=metadata, notes=notes)


def _check_data(path: Path, entries: dict[int, ifd.Entry], order: ifd.Order, area: int) -> None:
    """Reject missing or too short raw data; LibRaw would develop whatever bytes it finds instead."""
    held = 0
    for offsets_tag, lengths_tag in tiff.EXTENTS:
        offsets, lengths = (ifd.integers(entries.get(tag), order) for tag in (offsets_tag, lengths_tag))
        held += sum(lengths) if len(offsets) == len(lengths) else 0
    needed = 1
    if _first(entries, 259, order) == dng_tags.UNCOMPRESSED:
        needed = area * max(1, _first(entries, 277, order)) * _first(entries, 258, order) // 8
    if held < needed:
        raise CaptureError(path, "the DNG file is damaged: it has less raw data than pixels", COPY_AGAIN)


def _first(entries: dict[int, ifd.Entry], tag: int, order: ifd.Order) -> int:
    return next(iter(ifd.integers(entries.get(tag), order)), 0)


def _notes(directories: list[tuple[ifd.Order, dng_tags.Entries]]) -> tuple[str, ...]:
    """Return a note on the exposure that the file asks for and these rules ignore."""
    order, entries = directories[0]
    entry = entries.get(_BASELINE_EXPOSURE)
    if entry is not None and entry.kind == 10 and entry.count == 1:
        numerator, denominator = struct.unpack(f"{order}ii", entry.data)
        if denominator and abs(numerator / denominator) >= _ENOUGH_EV:
            return (f"the DNG's baseline exposure of {numerator / denominator:+.2f} EV is not applied",)
    return ()


def develop(path: Path, megapixels: float, kind: str, step: str = COPY_AGAIN) -> Answer:
    """Run the worker on a raw file of at most so many megapixels.

    Raises:
        CaptureError: LibRaw refuses the file, crashes, or does not finish; the message names
            the `kind` of file and the `step` to take.
    """
    worker = Path(__file__).with_name("raw_worker.py")
    command = [sys.executable, "-P", str(worker), str(path.absolute()), f"{megapixels:.2f}"]
    seconds = _SECONDS + _SECONDS_PER_MEGAPIXEL * megapixels
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and worker
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    stream = cast(IO[bytes], child.stdout)
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        child.kill()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        answer, reason = _receive(stream, 2e6 * megapixels)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        stream.close()
    if answer is None:
        reason = f"LibRaw did not finish within {seconds:.0f} s" if timed_out.is_set() else reason
        reason = reason or "LibRaw crashed"
        raise CaptureError(path, f"damaged or unsupported {kind} file ({reason})", step)
    return answer


def _receive(stream: IO[bytes], max_px: float) -> tuple[Answer | None, str]:
    """Read the worker's answer: a JSON line with `shape`, then the pixels; or with `error`; neither after a crash."""
    try:
        answer = json.loads(stream.readline(_ANSWER_BYTES))
        height, width = answer.get("shape", (0, 0, 3))[:2]
        reason = str(answer.get("error", ""))
        notes = tuple(map(str, answer.get("notes", ())))
        colours = {str(name): list(map(float, row)) for name, row in answer.get("colours", {}).items()}
    except (ValueError, AttributeError, TypeError):
        return None, ""
    if min(height, width) < 1 or height * width > max_px:
        return None, reason
    pixels = np.empty((height, width, 3), np.uint16)
    view = memoryview(pixels.data).cast("B")
    while view:
        got = cast(Any, stream).readinto(view)
        if not got:
            return None, ""
        view = view[got:]
    return Answer(pixels=pixels, notes=notes, colours=colours), ""
