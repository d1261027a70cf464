"""A forecast's range holds what comes in: the short form of `python -m honesty forecasts`."""

import numpy as np

from honesty.forecasts import Situation, cells

_SITUATIONS = (
    Situation(20, 40),
    Situation(60, 40, typed="typed wrong"),
    Situation(20, 200, watched="just imported"),
)


def test_ranges_hold_what_comes_in_about_eight_times_in_ten():
    """Of 96 forecasts 68 to 95 %: by luck alone 80 % are 72 to 88; the common way holds a third."""
    every = list(cells(16, 20261129, _SITUATIONS))
    coverage = np.mean([cell.coverage for cell in every])
    common = np.mean([np.mean(cell.weighted) for cell in every])
    assert 0.68 <= coverage <= 0.95
    assert common < coverage - 0.15


def test_means_are_neither_hopes_nor_fears():
    """What is expected over what comes in, over many books, in each kind of book."""
    for watched in ("run weekly", "just imported"):
        found = list(cells(16, 7, (Situation(60, 40, watched=watched),)))
        ratio = sum(sum(cell.expected) for cell in found) / sum(sum(cell.came) for cell in found)
        assert 0.75 <= ratio <= 1.3
