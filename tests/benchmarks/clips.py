"""Quality, flicker, cost and memory of `dualzoom clip`, beside bicubic and another upscaler frame by frame.

    python tests/benchmarks/clips.py [--peer ../shared/peers/waifu2x] [--frames 30] [--size 640x360] [--clip FOLDER…]
        [--models auto dcsr-lite-fast]
    python tests/benchmarks/clips.py --memory [--size 640x360]

The clip is a rendered pan whose truth is known, or folders of photos 1.jpg, 2.jpg …, which are halved (their middle
half, unreduced, of the first is the tele). Flicker: RMS, grey levels, of (the change from frame to frame in the
result less that of the truth). All results are judged as files: H.264 4:2:0 at the same quality. CPU-seconds a frame
are those of enlarging alone for the others, in this process, all threads; the command's own rows hold everything, its
start, decoding and encoding too, and its memory. `--memory`: peak memory over 10 and over 60 frames.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).resolve().parent.parent))
import clip_files

from dualzoom.geometry import Size

Frames = list[NDArray[np.uint8]]
CRF = 6


def rms_flicker(result: Frames, truth: Frames) -> float:
    squares = [
        float(np.square((b.astype(np.float32) - a) - (d.astype(np.float32) - c)).mean())
        for a, b, c, d in zip(result, result[1:], truth, truth[1:], strict=False)
    ]
    return float(np.mean(squares)) ** 0.5


def psnr(result: Frames, truth: Frames) -> float:
    error = np.mean([np.square(a.astype(np.float32) - b).mean() for a, b in zip(result, truth, strict=True)])
    return float(10 * np.log10(255**2 / error))


def peer_of(folder: Path) -> Callable[[NDArray[np.uint8]], NDArray[np.uint8]]:
    sys.path.append(str(folder))
    import compare

    def enlarge(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.rint(compare.upscale(pixels.astype(np.float32) / 255, 2) * 255).astype(np.uint8)

    return enlarge


def bicubic(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def coded(folder: Path, pictures: Frames) -> Frames:
    """What is left of pictures in a file such as the command writes."""
    return clip_files.read(clip_files.write(folder / "coded.mkv", pictures, crf=CRF))


def command(*arguments: object) -> tuple[float, float]:
    """CPU-seconds and peak MB of one run of `dualzoom clip`."""
    words = [sys.executable, "-m", "dualzoom", "clip", *map(str, arguments), "--on-exists", "overwrite", "-q"]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{words[3:6]} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def folder_clip(folder: Path) -> clip_files.Pan:
    paths = sorted(folder.glob("*.jpg"), key=lambda path: int(path.stem))
    truth = [cv2.imread(str(path))[..., ::-1] for path in paths]
    height, width = (side - side % 4 for side in truth[0].shape[:2])
    truth = [np.ascontiguousarray(one[:height, :width]) for one in truth]
    wide = [cv2.resize(one, (width // 2, height // 2), interpolation=cv2.INTER_AREA) for one in truth]
    tele = truth[0][height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    return clip_files.Pan(wide, truth, np.ascontiguousarray(tele))


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--peer", type=Path)
    parse.add_argument("--frames", type=int, default=30)
    parse.add_argument("--size", default="640x360")
    parse.add_argument("--clip", type=Path, nargs="+")
    parse.add_argument("--models", nargs="+", default=["auto"])
    parse.add_argument("--memory", action="store_true")
    given = parse.parse_args()
    size = Size(*map(int, given.size.split("x")))
    with tempfile.TemporaryDirectory() as name:
        if given.memory:
            memory(Path(name), size)
            return
        for clip in given.clip or [None]:
            made = clip_files.pan(given.frames, size) if clip is None else folder_clip(clip)
            print(f"{clip.name if clip else 'pan'}, {len(made.wide)} frames", flush=True)
            report(rows_of(made, Path(name), given.peer, given.models), made.truth)


def rows_of(
    made: clip_files.Pan, folder: Path, peer: Path | None, models: list[str]
) -> dict[str, tuple[Frames, float, float]]:
    """Results, CPU-seconds a frame, and peak MB (0: not measured) by the names of rows."""
    wide = clip_files.write(folder / "wide.mp4", made.wide, crf=14)
    cv2.imwrite(str(folder / "tele.png"), made.tele[..., ::-1])
    seen = clip_files.read(wide)  # what each of them is given
    methods = {"bicubic": bicubic} | ({"peer": peer_of(peer)} if peer else {})
    rows: dict[str, tuple[Frames, float, float]] = {}
    for title, method in methods.items():
        start = time.process_time()
        results = [method(one) for one in seen]
        cost = (time.process_time() - start) / len(seen)
        rows[title] = (coded(folder, results), cost, 0.0)
    for model in models:
        tele = folder / "tele.png"
        for title, words in (
            ("wide alone", []),
            ("with tele", [tele]),
            ("wide, --no-earlier", ["--no-earlier"]),
            ("tele, --no-earlier", [tele, "--no-earlier"]),
        ):
            cost, peak = command(wide, *words, "-o", folder / "out.mkv", "--crf", CRF, "--model", model)
            rows[f"{model}, {title}"] = (clip_files.read(folder / "out.mkv"), cost / len(seen), peak)
    return rows


def report(rows: dict[str, tuple[Frames, float, float]], truth: Frames) -> None:
    base = rows.get("peer", rows["bicubic"])[1]
    print(f"{'':28} {'PSNR':>6} {'flicker':>8} {'CPU-s/frame':>12} {'ratio':>6} {'MB':>6}")
    for title, (result, cost, peak) in rows.items():
        quality = f"{psnr(result, truth):6.2f} {rms_flicker(result, truth):8.3f}"
        print(f"{title:28} {quality} {cost:12.2f} {cost / base:6.2f} {peak:6.0f}", flush=True)


def memory(folder: Path, size: Size) -> None:
    pan = clip_files.pan(12, size)
    cv2.imwrite(str(folder / "tele.png"), pan.tele[..., ::-1])
    for frames in (10, 60):
        there_and_back = (pan.wide[:10] + pan.wide[9:0:-1]) * 4
        wide = clip_files.write(folder / f"{frames}.mp4", there_and_back[:frames])
        _, peak = command(wide, folder / "tele.png", "-o", folder / "out.mp4", "--calibrate", "off")
        print(f"{frames} frames: {peak:.0f} MB at most")


if __name__ == "__main__":
    main()
