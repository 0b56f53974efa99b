"""What a photographer does first, with an installed wheel and nothing else: run with that environment's Python.

    python .ci/check_wheel.py

Demo, a pair with its page, a pair of raw files, a short adapt. All in a temporary folder: no source is in reach.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"


def main() -> None:
    """Go through all of it; an AssertionError or CalledProcessError says where it ended."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        installed()
        demo()
        page()
        raw()
        adapt()
    print("the wheel does what it should")


def dualzoom(*arguments: str) -> str:
    """Run the installed program; return what it printed."""
    scripts = Path(sys.executable).parent
    program = shutil.which("dualzoom", path=os.pathsep.join(map(str, (scripts, scripts / "Scripts"))))
    assert program is not None, "the wheel brought no program"
    print("dualzoom", *arguments, flush=True)
    return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def installed() -> None:
    """Package, weights and manual page come from the wheel."""
    import dualzoom as package

    assert Path(package.__file__).is_relative_to(sys.prefix), package.__file__
    assert (Path(sys.prefix) / "share" / "man" / "man1" / "dualzoom.1").is_file()
    assert "dcsr-lite" in dualzoom("models", "verify")


def demo() -> None:
    """The rendered pair comes nearer to its truth, most of all where the tele looked."""
    psnr = json.loads(dualzoom("demo", "demo", "--json"))["psnr"]
    gain = {place: psnr["dualzoom"][place] - psnr["bicubic"][place] for place in ("inside", "outside")}
    assert gain["inside"] > 2, gain
    assert gain["outside"] > 1, gain


def page() -> None:
    """A pair with the page that compares."""
    out = dualzoom(
        "zoom",
        "demo/wide.jpg",
        "demo/tele.jpg",
        "-o",
        "big.jpg",
        "--report",
        "page.html",
        "--calibrate",
        "off",
    )
    assert out.splitlines() == ["big.jpg", "page.html"]
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def raw() -> None:
    """A pair of raw files, mosaicked from a rendered street by the tests' own helper."""
    sys.path.append(str(TESTS))
    import phone_files

    from dualzoom import capture
    from dualzoom.geometry import Size
    from dualzoom.scene import render

    scene = render(3, size=Size(504, 378))
    for name, pixels in (("wide.dng", scene.wide), ("tele.dng", scene.tele)):
        phone_files.bayer_dng(Path(name), pixels / 255)
    dualzoom("zoom", "wide.dng", "tele.dng", "--format", "jpeg", "--calibrate", "off")
    assert capture.read(Path("wide-2x.jpg")).size == Size(1008, 756)


def adapt() -> None:
    """A few steps; whatever they gain, the weights that are written are whole."""
    for name in ("wide", "tele"):
        shutil.copy(f"demo/{name}.jpg", f"street-{name}.jpg")
    dualzoom(
        "adapt",
        "street-wide.jpg",
        "street-tele.jpg",
        "-o",
        "mine.safetensors",
        "--steps",
        "4",
        "--always-write",
    )
    assert "mine" in dualzoom("models", "verify", "mine.safetensors")


if __name__ == "__main__":
    main()
