"""Develops one raw file in a child process: `python -P raw_worker.py FILE MEGAPIXELS`.

MEGAPIXELS is what the file's tags promise, or the most that may be. Answers on stdout with a JSON line,
`{"shape": [H, W, 3], "notes": […], "colours": {…}}` followed by the pixels (uint16, native byte order), or
`{"error": "…"}`. `dng_develop` does the work.
"""

import contextlib
import json
import os
import sys
from pathlib import Path

_BASE_BYTES, _BYTES_PER_PIXEL = 2 << 30, 40.0  # libraries' address space; raw, four-channel work and result
_MAX_NOTE = 400


def _limit(megapixels: float) -> None:
    """Limit the address space to what this picture needs, if the system supports that."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit = int(_BASE_BYTES + _BYTES_PER_PIXEL * megapixels * 1e6)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _limit_for(most: float, found: float) -> None:
    """Limit the memory by the size that LibRaw found."""
    if found > 1.1 * most + 1.0:
        raise ValueError(f"a raw picture of {found:.0f} megapixels where at most {most:.0f} are possible")
    _limit(max(found, 1.0))


def main() -> None:
    """Develop the file named on the command line."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each of its threads takes address space
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a C library may print; the answer stays clean
    most = float(sys.argv[2])
    _limit(most)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # this very version of the package
    try:
        from dualzoom.capture.dng_develop import develop

        done = develop(Path(sys.argv[1]), lambda found: _limit_for(most, found))
    except Exception as error:  # noqa: BLE001 - LibRaw raises four kinds, numpy others; all mean the same
        reason = error.args[0] if error.args else type(error).__name__
        reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        answer.write(json.dumps({"error": reason[:200]}).encode() + b"\n")
        return
    colours = {}
    if done.to_srgb is not None and done.neutral is not None and done.from_xyz is not None:
        arrays = {"to_srgb": done.to_srgb, "neutral": done.neutral, "from_xyz": done.from_xyz}
        colours = {name: [float(value) for value in array.ravel()] for name, array in arrays.items()}
    head = {
        "shape": done.pixels.shape,
        "notes": [note[:_MAX_NOTE] for note in done.notes],
        "colours": colours,
    }
    answer.write(json.dumps(head).encode() + b"\n")
    answer.write(done.pixels.data.cast("B"))
    answer.flush()


if __name__ == "__main__":
    main()
