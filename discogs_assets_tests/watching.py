"""Looking at something over and over, in or beside a test. The tests state what is expected."""

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
    """Wait until something holds; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(pause)
