"""Develops one raw file by LibRaw and fixed rules, with the corrections that LibRaw leaves out.

    file → (what LibRaw cannot decode unpacked) → defects → shading → LibRaw: levels, white balance, demosaicing
         → shading, vignetting, distortion → colours → sRGB curve

A file without corrections goes through LibRaw in one piece. With them LibRaw stops before the colours, in linear light
of the camera's own channels, where the specification places the last list. Runs in the guarded child process: see
`raw_worker`, and `raw` for the rules.

Source: DNG specification 1.7, chapters 5 and 7; IEC 61966-2-1 (sRGB).
"""

import io
import mmap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import dng_defects, dng_gain, dng_opcodes, dng_tags, dng_unpack, dng_warp, ifd
from dualzoom.capture.dng_opcodes import Corrections, DamagedError, Opcode

Frame: TypeAlias = NDArray[np.uint16]

_BLOCK_ROWS = 128
_PEAK = 65535
_DNG_VERSION = 50706
_ENOUGH = 0.125  # LibRaw's own test for a matrix from the file
_XYZ_FROM_SRGB = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]
)  # LibRaw's own


@dataclass(frozen=True, kw_only=True)
class Developed:
    """Pixels (H, W, 3) uint16 sRGB, notes, and the camera's colours; None where it has not three of them.

    `to_srgb` (3, 3): from white-balanced camera channels to linear sRGB; `neutral` (3,): what the camera saw in white,
    1 in its highest channel; `from_xyz` (3, 3): XYZ to camera channels for D65.
    """

    pixels: Frame
    notes: tuple[str, ...] = ()
    to_srgb: NDArray[np.float64] | None = None
    neutral: NDArray[np.float64] | None = None
    from_xyz: NDArray[np.float64] | None = None


def develop(path: Path, limit_for: Callable[[float], None]) -> Developed:
    """Develop a raw file.

    Calls `limit_for` with the megapixels before it allocates memory for them.

    Raises:
        Exception: anything that LibRaw or a decoder raises; `dng_unpack.UnpackError`.
    """
    import rawpy

    source, corrections = _prepared(path)
    with rawpy.imread(source) as raw:
        limit_for(raw.sizes.raw_width * raw.sizes.raw_height / 1e6)
        pixels, notes = _corrected(raw, corrections) if corrections else (_through(raw), ())
        pixels = pixels if pixels.ndim == 3 else pixels[:, :, np.newaxis]
        if pixels.shape[2] == 1:
            pixels = np.repeat(pixels, 3, axis=2)
        return Developed(pixels=pixels, notes=(*corrections.notes, *notes), **_colours(raw))


def _prepared(path: Path) -> tuple[Any, Corrections]:
    """Return what LibRaw shall open, and the corrections that a DNG asks for."""
    none = Corrections(((), (), ()))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        directories = list(ifd.walk(view))
        if not directories or _DNG_VERSION not in directories[0][1]:
            return str(path), none
        raw = dng_tags.find_raw(directories)
        if raw is None:
            return str(path), none
        source = io.BytesIO(dng_unpack.plain(view, raw)) if dng_unpack.is_needed(raw) else str(path)
        return source, dng_opcodes.corrections(raw)


def _rules(**other: Any) -> dict[str, Any]:
    """Return how LibRaw develops; `other` replaces single rules."""
    import rawpy

    return {
        "demosaic_algorithm": rawpy.DemosaicAlgorithm.DHT,  # 2.5 dB nearer to a rendered street than LibRaw's AHD
        "use_camera_wb": True,
        "no_auto_bright": True,
        "adjust_maximum_thr": 0.0,  # else the white point follows the picture's brightest pixel
        "highlight_mode": rawpy.HighlightMode.Clip,
        "output_color": rawpy.ColorSpace.sRGB,
        "gamma": (2.4, 12.92),  # the sRGB curve
        "output_bps": 16,
        "user_flip": 0,  # `orientation` applies all eight kinds
        **other,
    }


def _through(raw: Any) -> Any:
    return raw.postprocess(**_rules())


def _corrected(raw: Any, corrections: Corrections) -> tuple[Any, tuple[str, ...]]:
    """Develop with the corrections of all three lists; return notes on damaged ones."""
    import rawpy

    damaged: list[str] = []
    defects, stored, shown = corrections.lists
    _mend(raw, defects, damaged)
    levels = _correct_stored(raw, stored, damaged)
    if not shown:
        return raw.postprocess(**_rules(**levels)), _notes(damaged)
    linear = raw.postprocess(**_rules(**levels, output_color=rawpy.ColorSpace.raw, gamma=(1, 1)))
    linear = linear if linear.ndim == 3 else linear[:, :, np.newaxis]
    linear = _correct_shown(linear, shown, damaged)
    matrix = _to_srgb(raw) if linear.shape[2] == 3 else None
    return _encoded(linear, matrix), _notes(damaged)


def _notes(damaged: list[str]) -> tuple[str, ...]:
    if not damaged:
        return ()
    return (f"lens corrections of the DNG are damaged and not applied: {', '.join(dict.fromkeys(damaged))}",)


def _mend(raw: Any, opcodes: tuple[Opcode, ...], damaged: list[str]) -> None:
    for one in opcodes:
        try:
            dng_defects.mend(raw.raw_image, one)
        except DamagedError:
            damaged.append(one.name)


def _changes(
    opcodes: tuple[Opcode, ...], shape: tuple[int, ...], damaged: list[str]
) -> list[dng_gain.Change]:
    changes = []
    for one in opcodes:
        try:
            changes.append(dng_gain.change_of(one, shape[0], shape[1]))
        except DamagedError:
            damaged.append(one.name)
    return changes


def _correct_stored(raw: Any, opcodes: tuple[Opcode, ...], damaged: list[str]) -> dict[str, Any]:
    """Apply list 2 between black and white; the data then has 16 bits, and LibRaw is told its new levels."""
    image = raw.raw_image_visible
    changes = _changes(opcodes, image.shape, damaged)
    if not changes:
        return {}
    black = np.array(raw.black_level_per_channel, np.float32)
    white = np.float32(raw.white_level)
    colours = raw.raw_colors_visible if image.ndim == 2 else None
    channels = 1 if image.ndim == 2 else raw.num_colors
    for y in range(0, len(image), _BLOCK_ROWS):
        rows = image[y : y + _BLOCK_ROWS]
        low = black[colours[y : y + _BLOCK_ROWS]] if colours is not None else black[:channels]
        values = rows if image.ndim == 2 else rows[:, :, :channels]
        block = np.clip((values - low) / (white - low), 0.0, 1.0).astype(np.float32)
        block = block[:, :, np.newaxis] if image.ndim == 2 else block
        for change in changes:
            change(block, y)
        values[...] = np.rint(block.reshape(values.shape) * _PEAK)
    return {"user_black": 0, "user_cblack": [0, 0, 0, 0], "user_sat": _PEAK}


def _correct_shown(linear: Frame, opcodes: tuple[Opcode, ...], damaged: list[str]) -> Frame:
    """Apply list 3 to the demosaiced picture, in order."""
    for one in opcodes:
        if one.number in dng_opcodes.WARPS:
            try:
                linear = dng_warp.warped(linear, one)
            except DamagedError:
                damaged.append(one.name)
            continue
        for change in _changes((one,), linear.shape, damaged):
            for y in range(0, len(linear), _BLOCK_ROWS):
                block = np.asarray(linear[y : y + _BLOCK_ROWS] / np.float32(_PEAK), np.float32)
                change(block, y)
                linear[y : y + _BLOCK_ROWS] = np.rint(block * _PEAK)
    return linear


def _encoded(linear: Frame, matrix: NDArray[np.float64] | None) -> Frame:
    """Convert white-balanced camera channels to sRGB with its curve."""
    light = np.arange(_PEAK + 1) / _PEAK
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    table = np.rint(curve * _PEAK).astype(np.uint16)
    out = np.empty_like(linear)
    for y in range(0, len(linear), _BLOCK_ROWS):
        rows: NDArray[np.floating[Any]] = linear[y : y + _BLOCK_ROWS].astype(np.float32)
        if matrix is not None:
            rows = rows @ matrix.T.astype(np.float32)
        out[y : y + _BLOCK_ROWS] = table[np.clip(np.rint(rows), 0, _PEAK).astype(np.uint16)]
    return out


def _to_srgb(raw: Any) -> NDArray[np.float64]:
    """Return the matrix by which LibRaw converts white-balanced camera channels to linear sRGB."""
    matrix = np.asarray(raw.color_matrix, np.float64)[:, :3]
    if matrix[0, 0] > _ENOUGH:
        return matrix
    seen = np.asarray(raw.rgb_xyz_matrix, np.float64)[:3] @ _XYZ_FROM_SRGB
    sums = seen.sum(axis=1, keepdims=True)
    return np.linalg.inv(seen / sums) if (sums > 0).all() and abs(np.linalg.det(seen)) > 1e-6 else np.eye(3)


def _colours(raw: Any) -> dict[str, Any]:
    """Return what describes the camera's colours, as far as it is three of them and a sound white balance."""
    balance = np.asarray(raw.camera_whitebalance[:3], np.float64)
    if raw.num_colors != 3 or not (np.isfinite(balance).all() and (balance > 0).all()):
        return {}
    neutral = balance.min() / balance
    matrix, seen = _to_srgb(raw), np.asarray(raw.rgb_xyz_matrix, np.float64)[:3]
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-3:
        return {}
    own = raw.color_matrix[0, 0] > _ENOUGH
    if own or not (np.isfinite(seen).all() and abs(np.linalg.det(seen)) > 1e-6):
        daylight = np.asarray(raw.daylight_whitebalance[:3], np.float64)
        white = daylight.min() / daylight if (daylight > 0).all() else neutral
        seen = np.linalg.inv(matrix) @ np.linalg.inv(_XYZ_FROM_SRGB) * white[:, np.newaxis]
    return {"to_srgb": matrix, "neutral": neutral, "from_xyz": seen}
