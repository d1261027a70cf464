"""How far slices are below the better ones."""

from __future__ import annotations

import numpy as np
import pytest

from salesbook.domain.pipeline.funnel.gaps import better_slices


def gaps_of(advanced, resolved):
    won, closed = np.array(advanced, dtype=float), np.array(resolved, dtype=float)
    return better_slices(won, closed).gaps(won, closed)


def test_slices_with_one_rate_have_no_gap_and_are_not_sure_of_it():
    """15 of 30 four times: what the counts cannot tell is still there, some 5 points."""
    gap, error = gaps_of([15] * 4, [30] * 4)
    assert gap == pytest.approx(0, abs=1e-9)
    assert (error > 0.03).all()


def test_the_more_deals_the_surer():
    _, of_few = gaps_of([15] * 4, [30] * 4)
    _, of_many = gaps_of([1500] * 4, [3000] * 4)
    assert (of_many < of_few / 2).all()


def test_what_thousands_of_deals_say_is_believed():
    """Rates of 40 and 60 %: the lower ones miss 20 points, the better ones none."""
    gap, error = gaps_of([2000, 2000, 3000, 3000], [5000] * 4)
    assert gap == pytest.approx([0.2, 0.2, 0, 0], abs=0.02)
    assert (error < 0.02).all()


def test_a_gap_seen_in_few_deals_is_mostly_luck():
    """The same rates in 30 deals each: half of it, and it may be nothing."""
    gap, error = gaps_of([12, 12, 18, 18], [30] * 4)
    assert 0.03 < gap[0] < 0.17
    assert gap[0] < 2 * error[0]


@pytest.mark.parametrize("won", [0, 40])
def test_all_lost_or_all_won_is_no_division_by_nothing(won):
    gap, error = gaps_of([won] * 3, [40] * 3)
    assert gap == pytest.approx(0, abs=1e-9)
    assert np.isfinite(error).all()
