"""Decodes JPEG XL pictures of several frames within limits of time and memory, in a child process.

Frames may lie over each other, hidden ones too, and each can cost as much as a whole picture though it takes a few
bytes: so the work for such a file is bounded by the clock. A picture of one frame needs none of this.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dualzoom.capture.decoded import COPY_AGAIN
from dualzoom.capture.photo import Pixels
from dualzoom.errors import CaptureError

_SECONDS, _SECONDS_PER_MEGAPIXEL = 20.0, 0.8  # several times what one frame takes on a slow machine
_TYPES: dict[str, Any] = {"uint8": np.uint8, "uint16": np.uint16}
_FLATTEN = "save it again as a picture of one layer"


def decode(path: Path, stream: bytes, megapixels: float) -> Pixels:
    """Return the first picture of a codestream, (H, W) or (H, W, C) uint8 or uint16.

    Raises:
        CaptureError: the stream is damaged, or takes more time or memory than so many megapixels should.
    """
    worker = Path(__file__).with_name("jxl_worker.py")
    seconds = _SECONDS + _SECONDS_PER_MEGAPIXEL * megapixels
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and worker
            [sys.executable, "-P", str(worker), f"{megapixels:.2f}"],
            input=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        reason = f"the JPEG XL file has so many layers that decoding did not end within {seconds:.0f} s"
        raise CaptureError(path, reason, _FLATTEN) from None
    head, _, body = done.stdout.partition(b"\n")
    try:
        answer = json.loads(head)
        if "error" not in answer:
            return np.frombuffer(body, {"uint8": np.uint8, "uint16": np.uint16}[answer["dtype"]]).reshape(
                answer["shape"]
            )
        reason = str(answer["error"])
    except (ValueError, KeyError, TypeError):
        reason = "the decoder crashed"
    raise CaptureError(path, f"damaged or unsupported JPEG XL file ({reason})", COPY_AGAIN)
