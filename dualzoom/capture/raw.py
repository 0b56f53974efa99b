"""Develops DNG files by fixed rules, so that both shots of a pair get the same treatment.

Rules: the camera's white balance; black level, white level and colour matrix of the file; no automatic brightness and
no white point taken from the picture; highlights clip at the sensor's white; sRGB at 16 bits. LibRaw runs in a child
process with limits on memory and time (`raw_worker`), so the tool survives whatever a hostile file does to it.

Source: DNG specification 1.7.
"""

import json
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from dualzoom.capture import ifd, tiff
from dualzoom.capture.decoded import COPY_AGAIN, Decoded, check_size
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError
from dualzoom.settings import CaptureSettings

_RAW = (32803, 34892)  # photometric interpretations: colour filter array, linear raw
_UNCOMPRESSED, _JPEG_XL = 1, 52546
_BASELINE_EXPOSURE = 50730
_OPCODE_LISTS = (51008, 51009, 51022)
_OPCODES = {1: "WarpRectilinear", 2: "WarpFisheye", 3: "FixVignetteRadial", 9: "GainMap"}
_OPCODES[14] = "WarpRectilinear2"
_SECONDS, _SECONDS_PER_MEGAPIXEL = 20.0, 0.8  # several times what a slow machine needs
_ENOUGH_EV = 0.05


def decode(path: Path, data: ifd.Buffer, settings: CaptureSettings) -> Decoded:
    """Develop a DNG file to uint16 sRGB.

    Raises:
        CaptureError: the file has no raw picture, uses JPEG XL, is too large or damaged, or LibRaw fails on it.
    """
    directories = tiff.directories(path, data)
    raw = [(order, entries) for order, entries in directories if _first(entries, 262, order) in _RAW]
    if not raw:
        raise CaptureError(path, "the DNG file holds no raw picture", COPY_AGAIN)
    megapixels = 0.0
    for order, entries in raw:
        if _first(entries, 259, order) == _JPEG_XL:
            step = "export it as lossless or lossy JPEG DNG, or as TIFF"
            raise CaptureError(path, "the DNG's raw data is JPEG XL (compression 52546), not read yet", step)
        width, height = _first(entries, 256, order), _first(entries, 257, order)
        check_size(path, width, height, settings)
        _check_data(path, entries, order, width * height)
        megapixels = max(megapixels, width * height / 1e6)
    pixels = _develop(path, megapixels)
    check_size(path, pixels.shape[1], pixels.shape[0], settings)
    return Decoded(pixels=pixels, colour="rgb", metadata=tiff.metadata(data), notes=_notes(directories))


def _check_data(path: Path, entries: dict[int, ifd.Entry], order: ifd.Order, area: int) -> None:
    """Reject missing or too short raw data; LibRaw would develop whatever bytes it finds instead."""
    held = 0
    for offsets_tag, lengths_tag in tiff.EXTENTS:
        offsets, lengths = (ifd.integers(entries.get(tag), order) for tag in (offsets_tag, lengths_tag))
        held += sum(lengths) if len(offsets) == len(lengths) else 0
    needed = 1
    if _first(entries, 259, order) == _UNCOMPRESSED:
        needed = area * max(1, _first(entries, 277, order)) * _first(entries, 258, order) // 8
    if held < needed:
        raise CaptureError(path, "the DNG file is damaged: it has less raw data than pixels", COPY_AGAIN)


def _first(entries: dict[int, ifd.Entry], tag: int, order: ifd.Order) -> int:
    return next(iter(ifd.integers(entries.get(tag), order)), 0)


def _notes(directories: list[tuple[ifd.Order, dict[int, ifd.Entry]]]) -> tuple[str, ...]:
    """Return notes on what the file asks for and these rules ignore."""
    notes = []
    asked = {name for _, entries in directories for name in _opcodes(entries)}
    if asked:
        notes.append(f"lens corrections of the DNG are not applied: {', '.join(sorted(asked))}")
    order, entries = directories[0]
    entry = entries.get(_BASELINE_EXPOSURE)
    if entry is not None and entry.kind == 10 and entry.count == 1:
        numerator, denominator = struct.unpack(f"{order}ii", entry.data)
        if denominator and abs(numerator / denominator) >= _ENOUGH_EV:
            notes.append(f"the DNG's baseline exposure of {numerator / denominator:+.2f} EV is not applied")
    return tuple(notes)


def _opcodes(entries: dict[int, ifd.Entry]) -> list[str]:
    """Return the names of the lens corrections in the opcode lists (always big-endian)."""
    names = []
    for data in (entries[tag].data for tag in _OPCODE_LISTS if tag in entries):
        at = 4
        while at + 16 <= len(data):
            number, _, _, length = struct.unpack(">4I", data[at : at + 16])
            names += [_OPCODES[number]] if number in _OPCODES else []
            at += 16 + length
    return names


def _develop(path: Path, megapixels: float) -> Pixels:
    """Run the worker and return its pixels, (H, W, 3) uint16."""
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
        pixels, reason = _receive(stream, 2e6 * megapixels)
    finally:
        timer.cancel()
        child.kill()
        child.wait()
        stream.close()
    if pixels is None:
        reason = f"LibRaw did not finish within {seconds:.0f} s" if timed_out.is_set() else reason
        reason = reason or "LibRaw crashed"
        raise CaptureError(path, f"damaged or unsupported DNG file ({reason})", COPY_AGAIN)
    return pixels


def _receive(stream: IO[bytes], max_px: float) -> tuple[Pixels | None, str]:
    """Read the worker's answer: a JSON line with `shape`, then the pixels; or with `error`; neither after a crash."""
    try:
        answer = json.loads(stream.readline(4096))
        height, width = answer.get("shape", (0, 0, 3))[:2]
        reason = str(answer.get("error", ""))
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
    return pixels, ""
