"""Polling: in the background of a test, or until a condition holds. The tests state what is expected."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeatedly(look: Callable[[], object], pause: float) -> Iterator[None]:
    """Look until the block ends, with so many seconds between two looks."""
    over = threading.Event()

    def loop() -> None:
        while not over.wait(pause):
            look()

    looking = threading.Thread(target=loop)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def await_truth(holds: Callable[[], object], seconds: float = 60, pause: float = 0.05) -> None:
    """Wait until the condition holds; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(pause)
