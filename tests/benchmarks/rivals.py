"""dualzoom and the programs that photographers would use instead, on the same photos: scores, costs and one page.

    python tests/benchmarks/rivals.py PROTOCOL SOURCE… --out DIR [--peers ../shared/peers] [--only LABEL…]
    [--megapixels 3] [--and --text]

    kodak   rivals.py single ../shared/photos/kodak --out kodak --only waifu2x alone clean
    tower   rivals.py full ../shared/pairs/tower --out tower --megapixels 3

`dualzoom evaluate --inputs` writes what all are given; each program enlarges each input as a process of its own, from
file to file, one thread each; `dualzoom evaluate --results … --page` judges them, plain enlargement beside.
The costs are those of the whole process, start included: CPU-seconds of all threads, and the largest resident set.
What is there already is not made again: DIR/LABEL/NAME.png, and its line in DIR/LABEL/costs.csv. `--and` adds options
to `evaluate`. The rivals' weights are not part of this project: `--peers` is the folder that has them and runs them.
"""

import argparse
import csv
import os
import subprocess
import sys
from pathlib import Path

import cv2
from speed import measured

from dualzoom.capture.suffixes import READ

ZOOM = (sys.executable, "-m", "dualzoom", "zoom")
EVALUATE = (sys.executable, "-m", "dualzoom", "evaluate")
#: Programs by label: a command with WIDE, TELE and OUT in it; `peers` stands for their folder.
PROGRAMS = {
    "waifu2x": (sys.executable, "peers/waifu2x/compare.py", "WIDE", "OUT", "--threads", "1"),
    "upscayl": (sys.executable, "peers/upscale_ncnn.py", "general-v3", "WIDE", "OUT", "1"),
    "esrgan": (sys.executable, "peers/upscale_onnx.py", "medium", "WIDE", "OUT", "1"),
    "alone": (*ZOOM, "WIDE", "-o", "OUT"),
    "clean": (*ZOOM, "WIDE", "-o", "OUT", "--model", "dcsr-lite-clean"),
    "clean-tta": (*ZOOM, "WIDE", "-o", "OUT", "--model", "dcsr-lite-clean", "--tta"),
    "ours": (*ZOOM, "WIDE", "TELE", "-o", "OUT"),
    "ours-plain": (*ZOOM, "WIDE", "TELE", "-o", "OUT", "--calibrate", "off"),
}
DEFAULT = ["waifu2x", "upscayl", "esrgan", "alone", "ours"]


def reduced(sources: list[Path], megapixels: float, folder: Path) -> list[Path]:
    """Copies of photos and of folders of pairs, both photos of a pair by the factor that gives its wide so many."""
    made = []
    for source in sources:
        files = sorted(source.iterdir()) if source.is_dir() else [source]
        pictures = {path: cv2.imread(str(path)) for path in files if path.suffix.lower() in READ}
        first = next(
            (p for path, p in pictures.items() if "wide" in path.stem), next(iter(pictures.values()))
        )
        factor = min(1.0, (megapixels * 1e6 / (first.shape[0] * first.shape[1])) ** 0.5)
        for path, picture in pictures.items():
            copy = folder / (source.name if source.is_dir() else "") / f"{path.stem}.png"
            copy.parent.mkdir(parents=True, exist_ok=True)
            small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(copy), small)
        made.append(folder / source.name if source.is_dir() else copy)
    return made


def enlarge(label: str, inputs: Path, folder: Path, peers: Path) -> None:
    """Lets one program enlarge all inputs that it has not yet; writes its costs as they come."""
    folder.mkdir(parents=True, exist_ok=True)
    costs = folder / "costs.csv"
    if not costs.exists():
        costs.write_text("name,cpu_s,peak_mb\n")
    for wide in sorted(inputs.glob("*.png")):
        if wide.stem.endswith("-tele"):
            continue
        out = folder / f"{wide.stem.removesuffix('-wide')}.png"
        if out.exists():
            continue
        words = {"WIDE": str(wide), "TELE": str(wide).replace("-wide.png", "-tele.png"), "OUT": str(out)}
        command = [words.get(word, word).replace("peers/", f"{peers}/") for word in PROGRAMS[label]]
        cost = measured(command)
        with costs.open("a", newline="") as file:
            csv.writer(file).writerow([out.stem, f"{cost.cpu_s:.2f}", f"{cost.peak_gb * 1000:.0f}"])
        print(f"{label:8} {out.stem}: {cost.cpu_s:.1f} CPU-s, {cost.peak_gb * 1000:.0f} MB", flush=True)


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("protocol", choices=["halved", "full", "single", "phone"])
    parse.add_argument("sources", type=Path, nargs="*")
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--peers", type=Path, default=Path("../shared/peers"))
    parse.add_argument("--only", choices=PROGRAMS, nargs="+", default=DEFAULT)
    parse.add_argument("--megapixels", type=float)
    parse.add_argument("--and", dest="more", nargs=argparse.REMAINDER, default=[])
    given = parse.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    labels = [label for label in given.only if given.protocol != "single" or "TELE" not in PROGRAMS[label]]
    sources = given.sources
    if given.megapixels:
        sources = reduced(sources, given.megapixels, given.out / "sources")
    asked = [*map(str, sources), "--protocol", given.protocol, *given.more]
    inputs = given.out / "inputs"
    subprocess.run(
        [*EVALUATE, *asked, "--inputs", str(inputs), "--on-exists", "overwrite"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    for label in labels:
        enlarge(label, inputs, given.out / label, given.peers)
    results = [word for label in labels for word in ("--results", f"{label}={given.out / label}")]
    page = ["--page", str(given.out / "rivals.html"), "--on-exists", "overwrite"]
    subprocess.run([*EVALUATE, *asked, "--row", "bicubic", *results, *page], check=True)


if __name__ == "__main__":
    main()
