"""`python -m dualzoom.training`: a whole run where only torch, numpy, OpenCV and safetensors are installed."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from dualzoom.training import __main__ as program
from dualzoom.training.simulate import patterns

CONFIG = """
steps = 2
batch = 2
workers = 0
validate_every = 2
validation_samples = 4
held_out_every = 2
estimator_samples = 64
[network]
architecture = "dcsr-lite"
channels = 8
encoder_blocks = 1
reference_blocks = 1
decoder_blocks = 1
matching_channels = 4
[simulation]
lr_patch_px = 48
"""

#: What a training machine may lack: all that pyproject.toml names, but torch, numpy, OpenCV and safetensors.
LACKING = """
import sys
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"rawpy", "exifread", "simplejpeg", "imagecodecs", "platformdirs", "tifffile",
                                  "psutil", "pydantic", "PIL", "typer", "rich", "jinja2", "scipy", "pillow_heif"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Lacking())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    (tmp_path / "photos").mkdir()
    for i in range(2):
        cv2.imwrite(str(tmp_path / "photos" / f"{i}.png"), (255 * patterns.draw(280, rng)).astype(np.uint8))
    (tmp_path / "train.toml").write_text(CONFIG)
    return tmp_path


def test_it_trains_where_nothing_reads_raws_or_talks(folder: Path) -> None:
    words = [
        str(folder / "photos"),
        "-o",
        str(folder / "m.safetensors"),
        "--config",
        str(folder / "train.toml"),
    ]
    code = f"{LACKING}\nfrom dualzoom.training.__main__ import main\nsys.exit(main({[*words, '--device', 'cpu']!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{folder / 'm.safetensors'}\n"
    assert "step 2 of 2" in done.stderr
    assert (folder / "m.safetensors").is_file()


def test_failures_are_one_line_with_their_exit_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = folder / "empty"
    empty.mkdir()
    assert program.main([str(empty), "-o", str(folder / "m.safetensors")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(empty) in said


def test_of_several_processes_the_first_one_tells(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr(program, "run", lambda *_photos, **_how: None)
    assert program.main([str(folder / "photos"), "-o", str(folder / "m.safetensors")]) == 0
    assert capsys.readouterr() == ("", "")


def test_minutes_stop_a_piece_and_resume_goes_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        str(folder / "photos"),
        "-o",
        str(folder / "m.safetensors"),
        "--config",
        str(folder / "train.toml"),
    ]
    assert program.main([*words, "--minutes", "0"]) == 0
    assert "--resume" in capsys.readouterr().err
    assert program.main([*words, "--resume"]) == 0
    assert capsys.readouterr().out == f"{folder / 'm.safetensors'}\n"
