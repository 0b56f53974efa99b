"""Develops one DNG with LibRaw in a child process: `python -P raw_worker.py FILE MEGAPIXELS`.

Answers on stdout with a JSON line, `{"shape": [H, W, 3]}` followed by the pixels (uint16, native byte order), or
`{"error": "…"}`. Imports nothing of this package, so it starts quickly.
"""

import contextlib
import json
import os
import sys
from typing import Any

_BASE_BYTES, _BYTES_PER_PIXEL = 2 << 30, 24.0  # libraries' address space; raw, four-channel work and result


def _limit(megapixels: float) -> None:
    """Limit the address space to what this picture needs, if the system supports that."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit = int(_BASE_BYTES + _BYTES_PER_PIXEL * megapixels * 1e6)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _develop(path: str) -> Any:
    import rawpy

    with rawpy.imread(path) as raw:
        return raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT,  # 2.5 dB nearer to a rendered street than LibRaw's AHD
            use_camera_wb=True,
            no_auto_bright=True,
            adjust_maximum_thr=0.0,  # else the white point follows the picture's brightest pixel
            highlight_mode=rawpy.HighlightMode.Clip,
            output_color=rawpy.ColorSpace.sRGB,
            gamma=(2.4, 12.92),  # the sRGB curve
            output_bps=16,
            user_flip=0,  # `orientation` applies all eight kinds
        )


def main() -> None:
    """Develop the file named on the command line."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each of its threads takes address space
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a C library may print; the answer stays clean
    _limit(float(sys.argv[2]))
    try:
        pixels = _develop(sys.argv[1])
    except Exception as error:  # noqa: BLE001 - LibRaw raises four kinds, numpy others; all mean the same
        reason = error.args[0] if error.args else type(error).__name__
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        answer.write(json.dumps({"error": reason[:200]}).encode() + b"\n")
        return
    answer.write(json.dumps({"shape": pixels.shape}).encode() + b"\n")
    answer.write(memoryview(pixels).cast("B"))
    answer.flush()


if __name__ == "__main__":
    main()
