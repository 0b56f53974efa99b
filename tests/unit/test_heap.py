"""Freed memory goes back to the system, and threads share a heap, where glibc is the C library."""

import subprocess
import sys
from typing import Any

import pytest

from dualzoom import heap

#: Frees 120 MB in blocks that lie between others, in another thread, and prints the resident MB before and after.
FREES = """
import gc, sys, threading
from dualzoom.heap import hand_back, share_one_heap

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 // 1_000_000

def work():
    blocks = [bytearray(b"x" * 60_000) for _ in range(4000)]
    del blocks[::2]
    kept.append(blocks)

kept = []
thread = threading.Thread(target=work)
thread.start()
thread.join()
full = resident()
hand_back()
print(full, resident())
"""


THERE = heap._glibc() is not None


def test_what_was_freed_between_other_blocks_goes_back() -> None:
    if not THERE:
        return  # there is nothing to call: see below
    done = subprocess.run([sys.executable, "-c", FREES], capture_output=True, text=True, check=True)
    full, left = map(int, done.stdout.split())
    assert full - left > 90


def test_glibc_is_told() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from dualzoom.heap import share_one_heap; print(share_one_heap())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == str(THERE)


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    heap._glibc.cache_clear()
    opened: list[Any] = []
    monkeypatch.setattr(heap.ctypes, "CDLL", opened.append)
    assert heap.share_one_heap() is False
    heap.hand_back()
    assert opened == []
    heap._glibc.cache_clear()
