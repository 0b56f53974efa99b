"""Decodes one JPEG XL codestream of several frames in a child process: `python -P jxl_worker.py MEGAPIXELS`.

The stream comes on stdin. Answers on stdout with a JSON line, `{"shape": […], "dtype": "…"}` followed by the pixels in
native byte order, or `{"error": "…"}`.
"""

import contextlib
import json
import os
import sys

_BASE_BYTES, _BYTES_PER_PIXEL = (
    2 << 30,
    80.0,
)  # libraries' address space; floats of all channels, frames kept, result


def main() -> None:
    """Decode what comes on stdin."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each of its threads takes address space
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a C library may print; the answer stays clean
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit = int(_BASE_BYTES + _BYTES_PER_PIXEL * float(sys.argv[1]) * 1e6)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        import imagecodecs
        import numpy as np

        pixels = np.ascontiguousarray(imagecodecs.jpegxl_decode(sys.stdin.buffer.read(), index=0))
    except Exception as error:  # noqa: BLE001 - the library raises almost every kind
        answer.write(json.dumps({"error": str(error)[:200]}).encode() + b"\n")
        return
    answer.write(json.dumps({"shape": pixels.shape, "dtype": pixels.dtype.name}).encode() + b"\n")
    answer.write(pixels.data.cast("B"))
    answer.flush()


if __name__ == "__main__":
    main()
