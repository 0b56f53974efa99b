"""The worker as a program: pixels or a reason on stdout, whatever the file."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dualzoom.capture.raw_worker as worker


def run(path: Path, megapixels: str = "1.00"):
    command = [sys.executable, "-P", worker.__file__, str(path), megapixels]
    done = subprocess.run(command, capture_output=True, check=False)
    line, _, rest = done.stdout.partition(b"\n")
    return json.loads(line), rest


def test_it_answers_with_shape_and_pixels(scene, make_dng, tmp_path):
    answer, rest = run(make_dng(tmp_path / "a.dng", scene))
    assert answer.keys() == {"shape", "notes", "colours"}
    assert (answer["shape"], answer["notes"]) == ([96, 128, 3], [])
    assert np.allclose(answer["colours"]["neutral"], (0.5, 1.0, 0.6), atol=1e-4)
    assert np.allclose(answer["colours"]["to_srgb"], np.eye(3).ravel(), atol=1e-3)  # this camera sees sRGB
    pixels = np.frombuffer(rest, np.uint16).reshape(96, 128, 3)
    assert np.abs(pixels / 65535 - scene)[4:-4, 4:-4].mean() < 0.01


@pytest.mark.parametrize("content", [b"", b"nonsense" * 100, b"II*\0\x08\0\0\0" + bytes(100)])
def test_it_answers_with_a_reason(content, tmp_path):
    (tmp_path / "a.dng").write_bytes(content)
    answer, rest = run(tmp_path / "a.dng")
    assert list(answer) == ["error"]
    assert 0 < len(answer["error"]) <= 200
    assert rest == b""


@pytest.mark.skipif(sys.platform != "linux", reason="only here does the limit hold")
def test_its_memory_grows_with_the_picture_only():
    """A child asks for more than the picture needs, and does not get it."""
    code = f"import runpy; w = runpy.run_path({worker.__file__!r}); w['_limit'](1.0); bytearray(3 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
