"""What work costs, in counted calls and bytes of memory rather than seconds: the same on any machine."""

import gc
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any


def cost(work: Callable[[], object]) -> tuple[int, int]:
    """Calls of Python and C functions, and the peak of memory in bytes."""
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    gc.disable()  # a run would be counted; none before, which takes seconds where much is loaded
    tracemalloc.start()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return calls, peak


def assert_linear(make: Callable[[int], bytes], work: Callable[[bytes], object], n: int = 250) -> None:
    """Calls and memory of `work` grow no faster than the bytes that `make` gives for n, 2 n, 4 n and 8 n."""
    work(make(n))  # what is loaded once does not count
    data = [make(times * n) for times in (1, 2, 4, 8)]
    costs = [cost(lambda part=part: work(part)) for part in data]  # type: ignore[misc]
    for part, (calls, peak) in zip(data[1:], costs[1:], strict=True):
        ratio = len(part) / len(data[0])
        assert calls <= 1.5 * ratio * costs[0][0] + 2000, (len(part), calls, costs)
        assert peak <= 1.5 * ratio * costs[0][1] + 300_000, (len(part), peak, costs)


def chunk(name: bytes, content: bytes) -> bytes:
    """A PNG chunk with a right checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def box(name: bytes, content: bytes) -> bytes:
    """A box of an ISO base media file (HEIC)."""
    return struct.pack(">I4s", 8 + len(content), name) + content
