"""Tests of `streams.ahead`."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from discogs_assets.streams.ahead import in_order


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
