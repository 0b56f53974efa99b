"""What registration promises, measured: accuracy, wrong acceptances, real pairs, time and memory.

    python tests/benchmarks/registration.py --scenes 200 --wrong 60 --shared ../shared --unrelated 100

Scenes: random rendered captures (ratio 1.5–6, roll ±5°, ±1 EV, cast, noise, layered depth). Corner error: the largest
distance, in wide px, of the tele's four corners from where they belong. Aligned: 2×-grid px between where the flow
puts the tele and where it belongs, at textured visible pixels. Wrong: wide of one scene, tele of another, which is made
of the same shops and windows; none may be accepted. Ends with 1 where a promise is broken.
"""

import argparse
import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from dualzoom import capture
from dualzoom.capture.photo import Lens, Photo
from dualzoom.errors import RegistrationError
from dualzoom.geometry import TO_2X, Size
from dualzoom.registration import Registration, register
from dualzoom.registration.plane import corners, transform
from dualzoom.scene import RenderedCapture, random_capture

WRONG_PX = 5.0
TEXTURE = 20.0  # RMS gradient of the truth, grey levels per px, that counts as textured


def attempt(wide: Photo, tele: Photo) -> Registration | None:
    try:
        return register(wide, tele)
    except RegistrationError:
        return None


def photos(wide: RenderedCapture, tele: RenderedCapture, exif: bool = True) -> tuple[Photo, Photo]:
    """Photos of two captures; of the same one, a pair."""
    lenses = (Lens(focal_35mm=wide.wide_focal_35mm), Lens(focal_35mm=tele.tele_focal_35mm))
    first, second = lenses if exif else (Lens(), Lens())
    return Photo(pixels=wide.wide, lens=first), Photo(pixels=tele.tele, lens=second)


def corner_error(scene: RenderedCapture, found: Registration) -> float:
    outline = corners(Size.of(scene.tele))
    off = transform(found.homography, outline) - transform(scene.homography, outline)
    return float(np.linalg.norm(off, axis=1).max())


def alignment(scene: RenderedCapture, found: Registration) -> np.ndarray:
    """Errors in 2×-grid px at textured visible pixels of the window."""
    window = found.window.scale(2)
    flow = cv2.resize(found.flow, (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    y, x = np.mgrid[window.y : window.bottom, window.x : window.right].astype(np.float64)
    belongs = transform(
        TO_2X @ found.homography, scene.tele_xy[window.slices].reshape(-1, 2).astype(np.float64)
    )
    off = np.stack([x, y], -1) + flow - belongs.reshape(*x.shape, 2)
    grey = cv2.cvtColor(scene.truth[window.slices], cv2.COLOR_RGB2GRAY).astype(np.float32)
    steep = cv2.Sobel(grey, cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(grey, cv2.CV_32F, 0, 1) ** 2
    textured = np.sqrt(cv2.boxFilter(steep, cv2.CV_32F, (9, 9))) > TEXTURE
    return np.linalg.norm(off, axis=2)[textured & scene.visible[window.slices]]


def scenes(count: int, exif: bool) -> bool:
    off, aligned, refused, start = [], [], 0, time.process_time()
    for seed in range(count):
        scene = random_capture(seed)
        found = attempt(*photos(scene, scene, exif))
        if found is None:
            refused += 1
            continue
        off.append(corner_error(scene, found))
        aligned.append(np.percentile(alignment(scene, found), (50, 75)))
    wrong = sum(error > WRONG_PX for error in off)
    median, high, worst = np.percentile(off, (50, 95, 100))
    half, three = np.median(aligned, axis=0)
    print(
        f"scenes {'with' if exif else 'without'} EXIF: {len(off)} of {count} registered, {refused} refused, "
        f"{wrong} wrong; "
        f"corner error median {median:.2f} p95 {high:.2f} worst {worst:.2f} wide px; "
        f"aligned median {half:.2f} p75 {three:.2f} px of the 2× grid; {time.process_time() - start:.0f} s CPU",
        flush=True,
    )
    return wrong == 0 and median <= 0.5


def wrong_scenes(count: int) -> bool:
    accepted = [
        s for s in range(count) if attempt(*photos(random_capture(s), random_capture(s + 7), s % 2 == 0))
    ]
    print(f"teles of other scenes: {len(accepted)} of {count} accepted {accepted or ''}", flush=True)
    return not accepted


def real(shared: Path) -> bool:
    folder = shared / "pairs"
    pairs = [(folder / name / "wide.jpg", folder / name / "tele.jpg") for name in ("tower", "patio")]
    pairs += [
        (p, p.with_name(p.name.replace("wide", "tele"))) for p in sorted(folder.glob("ultrawide/*-wide.jpg"))
    ]
    missed = []
    for wide_path, tele_path in pairs:
        wide, tele = capture.read_pair(wide_path, tele_path)
        start, spent = time.perf_counter(), time.process_time()
        found = attempt(wide, tele)
        wall, spent = time.perf_counter() - start, time.process_time() - spent
        if found is None:
            missed.append(wide_path.name)
        elif wide.size.area > 5e6:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
            print(f"{wide_path.parent.name}: {wall:.2f} s wall, {spent:.2f} s CPU, process at {peak:.2f} GB")
            print("   ", found.to_json()["seconds"])
    print(f"real pairs: {len(pairs) - len(missed)} of {len(pairs)} registered {missed or ''}", flush=True)
    return not missed


def unrelated(shared: Path, count: int) -> bool:
    files = sorted(shared.glob("photos/train-*/*.jpg"))
    accepted = []
    for i in range(count):
        wide, tele = (capture.read(files[(i + step) % len(files)]) for step in (0, 37))
        if attempt(wide, tele):
            accepted.append((wide.name, tele.name))
    print(f"unrelated photos: {len(accepted)} of {count} accepted {accepted or ''}", flush=True)
    return not accepted


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--scenes", type=int, default=200)
    parse.add_argument("--without-exif", type=int, default=0, help="this many scenes again, ratio unknown")
    parse.add_argument("--wrong", type=int, default=60)
    parse.add_argument("--shared", type=Path)
    parse.add_argument("--unrelated", type=int, default=100)
    given = parse.parse_args()
    cv2.setNumThreads(2)
    kept = []
    if given.shared:
        kept.append(real(given.shared))
    if given.scenes:
        kept.append(scenes(given.scenes, exif=True))
    if given.without_exif:
        kept.append(scenes(given.without_exif, exif=False))
    if given.wrong:
        kept.append(wrong_scenes(given.wrong))
    if given.shared and given.unrelated:
        kept.append(unrelated(given.shared, given.unrelated))
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
