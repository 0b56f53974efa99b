"""What faulty files are made of: whole files of each format, and ways to spoil them. For tests and benchmarks.

Same seed, same spoiled file: a number names a mutant for good.
"""

import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import hdr_files
import numpy as np
import tifffile
from heic_files import disc, heic
from numpy.typing import NDArray
from phone_files import JPEG_XL, bayer_dng, exif_block, gain_map, linear_dng, opcode_list
from PIL import Image

from dualzoom import capture
from dualzoom.capture import ultra_hdr
from dualzoom.capture.gain_map import GainMap
from dualzoom.capture.motion import Motion
from dualzoom.capture.photo import Photo
from dualzoom.settings import WriteSettings

FORMATS = ("jpg", "png", "tif", "dng", "jxldng", "heic", "avif", "webp", "jxl")
#: Files with more behind their picture; cut off there, they still give the picture.
WITH_MORE = ("ultrahdr",)


def scene() -> NDArray[np.float64]:
    """A smooth colourful picture, 96 × 128, sRGB-encoded 0..1; no two of its orientations are alike."""
    y, x = np.mgrid[0:96, 0:128].astype(float)
    red = 0.45 + 0.3 * np.sin(x / 23) + 0.1 * np.cos(y / 17)
    green = 0.5 + 0.25 * np.sin((x + y) / 31)
    blue = 0.4 + 0.3 * np.cos(y / 29)
    picture: NDArray[np.float64] = np.clip(np.stack([red, green, blue], -1), 0.02, 0.95)
    return picture


def originals(folder: Path) -> dict[str, list[bytes]]:
    """Whole files by format, ours and others', of `scene`; made in `folder`."""
    metadata = capture.Metadata(
        exif=exif_block().tobytes()[6:], xmp=b"<rdf:RDF></rdf:RDF>", iptc=b"\x1c\2\5\0\1a"
    )
    rgb8, rgb16 = (
        np.rint(scene() * peak).astype(kind) for peak, kind in ((255, np.uint8), (65535, np.uint16))
    )
    files: dict[str, list[bytes]] = {name: [] for name in FORMATS}
    for name in ("jpg", "png", "tif"):
        for pixels in (rgb8, rgb16):
            path = capture.write(Photo(pixels=pixels, metadata=metadata), folder / f"{pixels.dtype}.{name}")
            files[name].append(path.read_bytes())
    for compression in (None, "lzw", "jpeg"):
        other: dict[str, Any] = {"photometric": "rgb", "compression": compression, "rowsperstrip": 16}
        tifffile.imwrite(folder / "other.tif", rgb8, **other)
        files["tif"].append((folder / "other.tif").read_bytes())
    for kind in ("8", "10", "alpha"):
        files["heic"].append(heic(kind, exif=metadata.exif, xmp=metadata.xmp, iptc=metadata.iptc))
    for name in ("webp", "avif", "jxl"):
        files[name] += _modern(name, metadata, folder)
    files["dng"].append(bayer_dng(folder / "a.dng", scene()).read_bytes())
    files["dng"].append(bayer_dng(folder / "b.dng", scene(), rowsperstrip=16).read_bytes())
    files["ultrahdr"] = [*_with_more(rgb8), _ours(rgb8, metadata)]
    shading = opcode_list(gain_map(np.full((3, 4), 1.5), bottom=96, right=128))
    listed = ((51009, 7, len(shading), shading, False),)
    files["jxldng"].append(bayer_dng(folder / "c.dng", scene(), tags=listed, **JPEG_XL).read_bytes())
    files["jxldng"].append(linear_dng(folder / "d.dng", scene(), tile=(64, 64), **JPEG_XL).read_bytes())
    return files


def _with_more(rgb8: NDArray[np.uint8]) -> list[bytes]:
    """JPEG files with a gain map (by Google, Apple, three channels), a clip (by Google, Samsung), or both."""
    grey, clip = np.ascontiguousarray(rgb8[::4, ::4, 1]), hdr_files.clip(600)
    numbers = {"GainMapMax": "2.5", "HDRCapacityMax": "2.5", "Gamma": "1.2"}
    headroom = struct.pack(">iiii", 3, 2, 1, 100)
    note = hdr_files.apple_note((0x21, 10, 1, headroom[:8]), (0x30, 10, 1, headroom[8:]))
    exif = exif_block()
    exif.get_ifd(0x8769)[0x927C] = note
    kind = hdr_files.segment(0xE1, hdr_files.XMP_ID + hdr_files.APPLE_XMP)
    packet = hdr_files.base_xmp(("MotionPhoto", len(clip)), motion=hdr_files.motion_attributes(9))
    with_packet = hdr_files.jpeg(rgb8, hdr_files.segment(0xE1, hdr_files.XMP_ID + packet))
    return [
        hdr_files.ultra_hdr(rgb8, grey, padding=3, **numbers),
        hdr_files.ultra_hdr(rgb8, np.ascontiguousarray(rgb8[::4, ::4]), behind=clip, **numbers),
        hdr_files.jpeg(rgb8, hdr_files.segment(0xE1, b"Exif\0\0" + exif.tobytes()[6:]))
        + hdr_files.jpeg(grey, kind),
        with_packet + clip,
        hdr_files.jpeg(rgb8) + hdr_files.samsung_trailer({b"MotionPhoto_Data": clip}),
    ]


def _ours(rgb8: NDArray[np.uint8], metadata: capture.Metadata) -> bytes:
    """Our own file with both."""
    gain_map = GainMap(pixels=rgb8[::4, ::4, 0].copy(), lowest=(0.0,), highest=(2.0,), hdr_headroom=2.0)
    photo = Photo(pixels=rgb8, gain_map=gain_map, motion=Motion(hdr_files.clip(600)))
    return b"".join(ultra_hdr.jpeg_parts(photo, rgb8, metadata, 90))


def _modern(name: str, metadata: capture.Metadata, folder: Path) -> list[bytes]:
    """WebP, AVIF or JPEG XL files with and without loss, deep, transparent, and by other code than ours."""
    files = []
    peaks = (255, 65535) if name != "webp" else (255,)
    for peak in peaks:
        kind = np.uint8 if peak == 255 else np.uint16
        pixels, alpha = (np.rint(plane * peak).astype(kind) for plane in (scene(), disc()))
        for quality, opacity in ((100, None), (90, alpha)):
            photo = Photo(pixels=pixels, alpha=opacity, metadata=metadata)
            settings = WriteSettings(quality=quality, on_exists="overwrite")
            files.append(capture.write(photo, folder / f"modern.{name}", settings).read_bytes())
    if name != "jxl":
        out = io.BytesIO()
        picture = Image.fromarray(np.rint(scene() * 255).astype(np.uint8))
        picture.save(out, name, exif=exif_block(6), icc_profile=metadata.icc, quality=80)
        files.append(out.getvalue())
    return files


def mutant(files: dict[str, list[bytes]], name: str, number: int) -> bytes:
    """Mutant `number` of a format: a few bytes changed, lost or put in, half the time near the head.

    PNG checksums are mostly made right again, so that mutants reach the decoder.
    """
    rng = random.Random(f"{name} mutant {number}")
    out = bytearray(rng.choice(files[name]))
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(out) if rng.random() < 0.5 else min(len(out), 400))
        match rng.randrange(5):
            case 0 | 1 | 2:
                out[at] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
            case 3:
                del out[at : at + rng.randrange(1, 9)]
            case 4:
                out[at:at] = rng.randbytes(rng.randrange(1, 9))
    return repaired(bytes(out)) if name == "png" and rng.random() < 0.8 else bytes(out)


def repaired(data: bytes) -> bytes:
    """A PNG with every chunk's checksum made right."""
    out, at = data[:8], 8
    while at + 12 <= len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        if at + 12 + length > len(data):
            break
        body = data[at + 4 : at + 8 + length]
        out += data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return out + data[at:]


def cut(data: bytes, tenth: int) -> list[bytes]:
    """The file ended early: at 5 %, 15 % … 95 % of its length (`tenth` 0..9), and just short of its last byte."""
    return [data[:length] for length in sorted({len(data) * (2 * tenth + 1) // 20, len(data) - 1 - tenth})]
