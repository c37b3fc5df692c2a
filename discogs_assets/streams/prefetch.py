"""Concurrent work with results in the order of the work."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """Yield the result of each item in order, with at most `most` results pending.

    A pending result is being computed or waits to be taken. After an error no further item is started.
    """
    under_way: deque[Future[Result]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(work, item))
            if len(under_way) >= most:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def prefetch_items(items: Iterable[Item]) -> Generator[Item, None, None]:
    """Yield the items, each produced while the one before it is in use."""
    source = iter(items)
    with ThreadPoolExecutor(1, "ahead") as pool:
        following = pool.submit(lambda: [*islice(source, 1)])
        while found := following.result():
            following = pool.submit(lambda: [*islice(source, 1)])
            yield found[0]
