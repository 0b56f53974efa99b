"""What reading and writing 12 megapixels costs in each format, beside JPEG in the same run, as a table in Markdown.

    python tests/benchmarks/formats.py WIDE [--heic PHOTO.heic] [--only NAME…] [--runs 3]

WIDE is brought to 12 megapixels, written to each format that we write and read again; raw files are made of it, too. A
result has four times as many pixels. Every reading and writing is a process of its own. CPU-seconds count all threads
and child processes, without loading the program; of several runs the fewest count. Peak memory is the largest resident
set of a process, with the program and the picture itself: 36 MB at 8 bits, 72 at 16.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from phone_files import JPEG_XL, LOSSLESS_JPEG, bayer_dng

from dualzoom import capture
from dualzoom.capture.photo import Photo
from dualzoom.settings import WriteSettings

#: Name in the table → suffix and what is asked for.
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": (".jpg", {}),
    "PNG, 8 bits": (".png", {"bit_depth": 8}),
    "PNG, 16 bits": (".png", {"bit_depth": 16}),
    "TIFF, 8 bits": (".tif", {"bit_depth": 8}),
    "TIFF, 16 bits": (".tif", {"bit_depth": 16}),
    "WebP": (".webp", {}),
    "WebP, lossless": (".webp", {"quality": 100}),
    "AVIF, 8 bits": (".avif", {"bit_depth": 8}),
    "AVIF, 10 bits": (".avif", {"bit_depth": 10}),
    "AVIF, lossless": (".avif", {"quality": 100, "bit_depth": 8}),
    "JPEG XL, 8 bits": (".jxl", {"bit_depth": 8}),
    "JPEG XL, 16 bits": (".jxl", {"bit_depth": 16}),
    "JPEG XL, lossless": (".jxl", {"quality": 100, "bit_depth": 8}),
    "DNG": (".dng", {}),
}
#: Raw files that are only read: options of tifffile, and tags that make LibRaw take it for a camera's own.
NIKON = ((271, 2, 0, "NIKON CORPORATION", False), (272, 2, 0, "NIKON D90", False))
RAWS: dict[str, tuple[str, dict[str, Any]]] = {
    "DNG, mosaic": (".dng", {}),
    "DNG, mosaic in lossless JPEG": (".dng", LOSSLESS_JPEG),
    "DNG, mosaic in JPEG XL": (".dng", JPEG_XL),
    "camera's raw file (NEF)": (".nef", {"tags": NIKON}),
}
SIZE = (4032, 3024)


def work(order: dict[str, Any]) -> dict[str, float]:
    """Reads, writes or prepares in this process; returns CPU-seconds, peak bytes, and the file's bytes."""
    path = Path(order["path"])
    if "wide" in order:
        prepare(Path(order["wide"]), path)
    elif "raw" in order:
        raw_file(path, Path(order["pixels"]), order["raw"])
    photo = Photo(pixels=np.load(order["pixels"])) if "asked" in order else None
    start = _cpu_s()
    if photo is not None:
        capture.write(photo, path, WriteSettings(on_exists="overwrite", **order["asked"]))
    elif not {"wide", "raw"} & set(order):
        capture.read(path)
    taken = _cpu_s() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"cpu_s": taken, "peak": peak * 1024, "bytes": path.stat().st_size}


def _cpu_s() -> float:
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + child.ru_utime + child.ru_stime


def measured(order: dict[str, Any], runs: int) -> dict[str, float]:
    """The cheapest of several runs, each in a process of its own."""
    command = [sys.executable, __file__, "--work", json.dumps(order)]
    found = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    return min(found, key=lambda one: float(one["cpu_s"]))


def prepare(wide: Path, path: Path) -> None:
    """Saves the wide at 12 megapixels as arrays: `path` at 8 bits, and beside it at 16."""
    eight = cv2.resize(capture.read(wide).pixels, SIZE, interpolation=cv2.INTER_AREA)
    np.save(path, eight)
    noise = np.random.default_rng(1).integers(0, 256, eight.shape, np.uint8)  # low bits of a camera
    np.save(path.with_name("16.npy"), eight.astype(np.uint16) << 8 | noise)


def raw_file(path: Path, scene: Path, options: dict[str, Any]) -> Path:
    """A phone-like raw file of a picture."""
    made = bayer_dng(path.with_suffix(".dng"), np.load(scene) / 255, **options)
    if path.suffix != ".dng":  # no DNG, but a camera's own
        data = made.read_bytes().replace(b"\x12\xc6\x01\0\4\0\0\0", b"\x11\xc6\x01\0\4\0\0\0", 1)
        made = made.rename(path)
        made.write_bytes(data)
    return made


def rows(wide: Path, heic: Path | None, only: list[str], runs: int, folder: Path) -> list[list[str]]:
    """The table's rows. This process stays small: children begin with its peak of memory as theirs."""
    measured({"path": str(folder / "8.npy"), "wide": str(wide)}, 1)
    out, unit = [], dict[str, dict[str, float]]()
    named = {**FORMATS, **RAWS, **({"HEIC": (".heic", {})} if heic else {})}
    for name, (suffix, asked) in named.items():
        if only and name != "JPEG" and not any(word in name for word in only):
            continue
        path, written = folder / f"a{suffix}", None
        if name in FORMATS:
            bits = 8 if asked.get("bit_depth", 8) == 8 and name != "DNG" else 16
            order = {"path": str(path), "pixels": str(folder / f"{bits}.npy"), "asked": asked}
            written = measured(order, runs)
        elif name in RAWS:
            measured({"path": str(path), "pixels": str(folder / "8.npy"), "raw": asked}, 1)
        else:
            path = heic or path
        read = measured({"path": str(path)}, runs)
        unit.setdefault("read", read)
        unit.setdefault("write", written or {})
        out.append([name, *_cells(read, unit["read"]), *_cells(written, unit["write"]), _megabytes(written)])
        print(" | ".join(out[-1]), file=sys.stderr)
    return out


def _cells(cost: dict[str, float] | None, unit: dict[str, float]) -> list[str]:
    if cost is None:
        return ["", "", ""]
    return [f"{cost['cpu_s']:.2f}", f"{cost['cpu_s'] / unit['cpu_s']:.1f}", f"{cost['peak'] / 1e9:.2f}"]


def _megabytes(cost: dict[str, float] | None) -> str:
    return "" if cost is None else f"{cost['bytes'] / 1e6:.1f}"


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("wide", type=Path, nargs="?")
    parse.add_argument("--heic", type=Path)
    parse.add_argument("--only", nargs="+", default=[])
    parse.add_argument("--runs", type=int, default=3)
    parse.add_argument("--work", type=json.loads, help=argparse.SUPPRESS)
    given = parse.parse_args()
    if given.work:
        print(json.dumps(work(given.work)))
        return
    with tempfile.TemporaryDirectory() as folder:
        table = rows(given.wide, given.heic, given.only, given.runs, Path(folder))
    print("| 12 MP | read: CPU-s | × JPEG | peak GB | write: CPU-s | × JPEG | peak GB | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for row in table:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
