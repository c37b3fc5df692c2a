"""Doing something over and over beside a test.

What belongs here: the thread. What doesn't: what is looked at, and any claim.
"""

import threading
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
