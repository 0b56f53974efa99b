"""Little work in one thread: two that share it wait for each other longer than it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, and in functions that it decorates, operations of torch in this thread ask no other thread for help."""
    threads = torch.get_num_threads()
    if threads == 1:  # also where another thread of this process asks for one: nothing is to be given back
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
