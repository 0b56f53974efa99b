"""Converts a photo to linear light: the same primaries, no tone curve, 16 bits, for grading elsewhere.

A matrix profile defines light = curve(stored) and colour = matrix · light. The linear profile copies the photo's own
profile and replaces the three curves by the identity; it drops every element that defines the colours in another way
(tables, a video signal's description). LittleCMS evaluates the curves, as viewers do: it converts a neutral ramp from
the one profile to the other, where the equal matrices cancel.

Source: ICC.1:2022, sections 7 (layout), 8.3 (matrix profiles), 10.6 (curves).
"""

import struct
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from dualzoom.capture import ifd, profiles
from dualzoom.capture.decoded import COPY_AGAIN
from dualzoom.capture.ifd_write import serialise
from dualzoom.capture.photo import Photo, Pixels
from dualzoom.errors import CaptureError

_HEADER, _PROFILE_ID = 128, slice(84, 100)
_CURVES, _MATRIX = (b"rTRC", b"gTRC", b"bTRC"), (b"rXYZ", b"gXYZ", b"bXYZ")
_IDENTITY = struct.pack(">4sII", b"curv", 0, 0)  # a curve of no points
_OTHER_READINGS = (b"A2B", b"B2A", b"D2B", b"B2D", b"gamt", b"pre", b"cicp", b"desc", b"dscm")
_COLOUR_SPACE, _UNCALIBRATED = 0xA001, 0xFFFF  # means "see the profile"
_BLOCK_ROWS = 256


def to_linear(photo: Photo) -> Photo:
    """Return the photo in linear light, uint16 with 65535 as white, and with the matching profile.

    Raises:
        CaptureError: the profile is damaged, or not made of a matrix and three curves.
    """
    source = photo.metadata.icc or profiles.srgb()
    target = linear_profile(source, photo.name)
    curves = _curves(source, target, photo.name)
    steps = 1 if photo.bit_depth == 16 else 257
    out = np.empty(photo.pixels.shape, np.uint16)
    for y in range(0, len(out), _BLOCK_ROWS):
        for channel in range(3):
            stored = photo.pixels[y : y + _BLOCK_ROWS, :, channel]
            out[y : y + _BLOCK_ROWS, :, channel] = curves[::steps, channel][stored]
    metadata = replace(photo.metadata, icc=target, exif=uncalibrated(photo.metadata.exif))
    return replace(photo, pixels=out, metadata=metadata)


def linear_profile(icc: bytes, name: str) -> bytes:
    """Return `icc` with its curves replaced by the identity.

    Raises:
        CaptureError: the profile of the photo `name` is damaged, or not made of a matrix and three curves.
    """
    tags = _tags(icc, name)
    if not _has_matrix(tags):
        reason = "its colour profile is a table, not a matrix and three curves, and has no linear form"
        raise CaptureError(name, reason, "convert the photo to sRGB first, or write it without linear light")
    kept = {tag: data for tag, data in tags.items() if not tag.startswith(_OTHER_READINGS)}
    kept |= dict.fromkeys(_CURVES, _IDENTITY)
    kept[b"desc"] = _description(f"{profiles.description(icc)} (linear)", icc[8])
    return _assemble(icc, kept)


def has_matrix(icc: bytes, name: str) -> bool:
    """Return whether the profile of the photo `name` is made of a matrix and three curves.

    Raises:
        CaptureError: the profile is damaged.
    """
    return _has_matrix(_tags(icc, name))


def _has_matrix(tags: dict[bytes, bytes]) -> bool:
    return all(tag in tags for tag in (*_CURVES, *_MATRIX))


def primaries(icc: bytes, name: str) -> NDArray[np.float64]:
    """Return the matrix (3, 3) from linear light to XYZ under D50, one column a channel.

    Raises:
        CaptureError: the profile of the photo `name` is damaged, or has no such matrix.
    """
    tags = _tags(icc, name)
    if not all(len(tags.get(tag, b"")) >= 20 for tag in _MATRIX):
        raise CaptureError(name, "its colour profile has no matrix", "convert the photo to sRGB first")
    columns = [struct.unpack(">3i", tags[tag][8:20]) for tag in _MATRIX]
    matrix = np.array(columns, np.float64).T / 65536
    if not (matrix.sum(axis=1) > 0.01).all() or abs(np.linalg.det(matrix)) < 1e-4:
        raise CaptureError(name, "its colour profile's matrix is damaged", "convert the photo to sRGB first")
    return matrix


def _tags(icc: bytes, name: str) -> dict[bytes, bytes]:
    """Return the profile's elements by signature; skip those that lie outside the profile.

    Writers let tags share a whole element (three equal curves), so that counts once.

    Raises:
        CaptureError: the elements overlap in another way, so that they are longer than the profile.
    """
    count = int.from_bytes(icc[_HEADER : _HEADER + 4], "big")
    found, elements, total = {}, dict[tuple[int, int], bytes](), 0
    for at in range(_HEADER + 4, min(_HEADER + 4 + 12 * count, len(icc) - 11), 12):
        signature, offset, length = struct.unpack(">4sII", icc[at : at + 12])
        if not 0 < length <= len(icc) - offset:
            continue
        if (offset, length) not in elements:
            total += length
            if total > len(icc):
                raise CaptureError(name, "its colour profile is damaged: its elements overlap", COPY_AGAIN)
            elements[offset, length] = icc[offset : offset + length]
        found[signature] = elements[offset, length]
    return found


def _assemble(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Build a profile of these elements; store equal ones once; set the size and clear the profile ID."""
    at = _HEADER + 4 + 12 * len(tags)
    table, body, end, offsets = list[bytes](), list[bytes](), at, dict[bytes, int]()
    for signature, data in tags.items():
        if data not in offsets:
            offsets[data] = end
            body += [data, bytes(-len(data) % 4)]
            end += len(data) + -len(data) % 4
        table.append(struct.pack(">4sII", signature, offsets[data], len(data)))
    head = bytearray(header[:_HEADER])
    head[0:4] = struct.pack(">I", end)
    head[_PROFILE_ID] = bytes(16)  # "not computed"
    return b"".join([head, struct.pack(">I", len(tags)), *table, *body])


def _description(text: str, version: int) -> bytes:
    """Encode the profile's name in the form that its major version requires."""
    if version >= 4:
        data = text.encode("utf-16-be")
        return struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(data), 28) + data
    plain = text.encode("ascii", "replace") + b"\0"
    return struct.pack(">4sII", b"desc", 0, len(plain)) + plain + bytes(8 + 2 + 1 + 67)


def _curves(source: bytes, target: bytes, name: str) -> Pixels:
    """Return the light of every 16-bit stored value by channel: (65536, 3) uint16."""
    ramp = np.repeat(np.arange(65536, dtype=np.uint16).reshape(256, 256, 1), 3, axis=2)
    light = profiles.transform(ramp, source, target, "rgb", path=Path(name))
    return cast(Pixels, light.reshape(65536, 3))


def uncalibrated(exif: bytes | None) -> bytes | None:
    """Set EXIF's colour space to "uncalibrated" where it has one: sRGB is no longer true."""
    block = ifd.parse(exif) if exif else None
    inner = block.main.children.get(ifd.EXIF_IFD) if block else None
    if block is None or inner is None or _COLOUR_SPACE not in inner.entries:
        return exif
    inner.entries[_COLOUR_SPACE] = block.short(_UNCALIBRATED)
    return serialise(block)
