"""Tests of `streams.prefetch`."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from discogs_assets.streams.prefetch import in_order, prefetch_items


def test_results_come_in_the_order_of_the_items_and_few_items_are_taken_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(20):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool, lambda number: number * 2, items(), 4)
        assert next(results) == 0
        assert len(taken) == 4
        assert list(results) == list(range(2, 40, 2))


def test_an_error_of_the_work_is_raised_where_its_result_would_be() -> None:
    with ThreadPoolExecutor(2) as pool:
        results = in_order(pool, lambda number: 1 // number, [1, 0, 1], 2)
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_the_next_item_is_made_while_one_is_in_use() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    found = prefetch_items(items())
    assert next(found) == 1
    assert made.wait(10)
    assert list(found) == [2]


def test_an_item_that_cannot_be_made_is_an_error_where_it_would_be() -> None:
    found = prefetch_items(1 // number for number in (1, 0))
    assert next(found) == 1
    with pytest.raises(ZeroDivisionError):
        next(found)
