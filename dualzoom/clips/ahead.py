"""Makes the next items in a thread of its own while the last one is used: decoding, enlarging and encoding at once."""

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TypeVar

Item = TypeVar("Item")
_PATIENCE_S = 0.2  # how long a stopped thread may wait; also how soon Ctrl-C is heard on Windows


def ahead(source: Generator[Item, None, None], most: int) -> Iterator[Item]:
    """The items of `source` in order, at most `most` of them made before they are asked for.

    Its errors are raised here. Closing this iterator closes the source and waits for its thread.
    """
    made: queue.Queue[Item] = queue.Queue(most)
    failed: list[BaseException] = []
    stopping, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with closing(source):
                for item in source:
                    while not stopping.is_set():
                        try:
                            made.put(item, timeout=_PATIENCE_S)
                            break
                        except queue.Full:
                            continue
                    if stopping.is_set():
                        return
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asks
            failed.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            try:
                yield made.get(timeout=_PATIENCE_S)
            except queue.Empty:
                if done.is_set() and made.empty():
                    break
        if failed:
            raise failed[0]
    finally:
        stopping.set()
        thread.join()
