"""The child process: it answers on stdout alone, with pixels or with a reason."""

import json
import subprocess
import sys
from pathlib import Path

import imagecodecs
import numpy as np

from dualzoom.capture import jxl_worker


def answer(stream: bytes) -> tuple[dict, bytes]:
    command = [sys.executable, "-P", str(Path(jxl_worker.__file__)), "0.1"]
    done = subprocess.run(command, input=stream, capture_output=True, check=True)
    head, _, body = done.stdout.partition(b"\n")
    return json.loads(head), body


def test_pixels_follow_their_shape(rgb16):
    head, body = answer(bytes(imagecodecs.jpegxl_encode(rgb16, lossless=True)))
    assert head == {"shape": list(rgb16.shape), "dtype": "uint16"}
    assert np.array_equal(np.frombuffer(body, np.uint16).reshape(rgb16.shape), rgb16)


def test_what_is_no_picture_has_a_reason():
    head, body = answer(b"nothing")
    assert head["error"]
    assert body == b""
