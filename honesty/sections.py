"""Which sections are there, how many books does each draw, and how is it run?"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Final

from figures.results import Result

BOOKS: Final = {
    "rates": 300,
    "stage_times": 40,
    "score_cards": 120,
    "leaks": 300,
    "lead_sources": 60,
    "differences": 300,
    "forecasts": 100,
    "win_models": 60,
    "alive": 60,
    "buying": 100,
    "look_alikes": 20,
    "reviews": 100,
    "real_deals": 200,
}
"""Per section, in the order of the page: simulated books a cell. Each is a module with `run`."""
_ELSEWHERE: Final = {"forecasts": "forecast_ranges"}
"""Modules that are not called like their section."""


def results(books: Mapping[str, int], processes: int) -> Iterator[tuple[str, Result]]:
    """Run sections, several at once, and give each in order as soon as it is there.

    A section rests on its own seeds alone, so that it does not matter where it is drawn.

    Args:
        books: how many each is to draw.
    """
    if processes == 1 or len(books) == 1:
        for name, count in books.items():
            yield name, _run(name, count)
        return

    # A fresh interpreter each: what numpy's threads hold must not be copied into a child.
    fresh = get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=fresh) as pool:
        yield from zip(books, pool.map(_run, books, books.values()), strict=True)


def _run(name: str, books: int) -> Result:
    module = importlib.import_module(f"honesty.{_ELSEWHERE.get(name, name)}")
    result: Result = module.run(books)
    return result
