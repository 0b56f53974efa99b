"""What importing a part may not load: help must be quick, training must run where photos cannot be read."""

import subprocess
import sys

import pytest

#: part → modules it must do without
FREE_OF = {
    "dualzoom": ["torch", "cv2", "numpy", "PIL", "rawpy", "typer", "rich"],
    "dualzoom.cli": ["torch", "cv2", "numpy", "PIL", "rawpy"],
    "dualzoom.capture": ["torch", "typer", "rich"],
    "dualzoom.registration": ["torch", "typer", "rich"],
    "dualzoom.colour": ["torch", "typer", "rich"],
    "dualzoom.network": ["cv2", "PIL", "rawpy", "exifread", "tifffile", "typer"],
    "dualzoom.scene": ["torch", "typer", "rich"],
    "dualzoom.reference": ["torch", "typer", "rich"],
    "dualzoom.metrics": ["torch", "typer", "rich"],
    "dualzoom.pairing": ["torch", "cv2", "typer", "rich"],
    "dualzoom.pipeline": ["typer", "rich"],
    "dualzoom.tele_use": ["typer", "rich"],
    "dualzoom.training.train": [
        "rawpy",
        "exifread",
        "PIL",
        "imagecodecs",
        "tifffile",
        "simplejpeg",
        "typer",
        "rich",
    ],
    "dualzoom.training.calibration": ["rawpy", "exifread", "typer", "rich"],
    "dualzoom.training.adapt": ["rawpy", "exifread", "typer", "rich"],
}


def _probe(statement: str, modules: list[str]) -> str:
    """Which of `modules` a fresh interpreter holds after `statement`."""
    code = f"{statement}\nimport sys\nprint(*[m for m in {modules!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("part", FREE_OF)
def test_part_loads_nothing_it_must_do_without(part: str) -> None:
    assert _probe(f"import {part}", FREE_OF[part]) == ""


def test_the_probe_sees_what_is_loaded() -> None:
    assert _probe("import numpy", ["numpy", "torch"]) == "numpy"


def test_every_public_name_is_listed_and_nothing_else_answers() -> None:
    import dualzoom

    assert set(dualzoom.__all__) == {*dualzoom._HOME, "__version__"}
    assert set(dualzoom.__all__) <= set(dir(dualzoom))
    assert isinstance(dualzoom.__version__, str)
    with pytest.raises(AttributeError, match="no attribute 'zoo'"):
        _ = dualzoom.zoo
