"""Work that several processes or threads do, its results in the order of the work.

What belongs here: how much is under way at once. What doesn't: what is done, and by how many.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """The result of each item; at most so many are under way or wait to be taken, and none is begun after an error."""
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


def prefetched(items: Iterable[Item]) -> Generator[Item, None, None]:
    """The items, each made while the one before it is in use."""
    source = iter(items)
    with ThreadPoolExecutor(1, "ahead") as pool:
        following = pool.submit(lambda: [*islice(source, 1)])
        while found := following.result():
            following = pool.submit(lambda: [*islice(source, 1)])
            yield found[0]
