"""Win probability by naive Bayes."""

import numpy as np
import pandas as pd

from salesbook.domain.pipeline.chances.win_probability import count_frequencies, naive_bayes_percent

FIELDS = ("country", "state", "source")
CLOSED = pd.DataFrame(
    {
        "won": [False, False, True],
        "place": [0, 1, 2],
        "country": ["c0", "c1", "c2"],
        "state": ["s0", "s1", "s2"],
        "source": ["src0", "src1", "src2"],
    }
)


def percent(closed=CLOSED, **values):
    deal = {"place": 1, "country": "c0", "state": "s1", "source": "src2"} | values
    counted = count_frequencies(closed, FIELDS, stage_count=3)
    return naive_bayes_percent(counted, pd.DataFrame([deal])).tolist()


def test_the_published_example():
    assert percent() == [33.49]


def test_a_value_that_no_closed_deal_had_is_skipped():
    """Only the stage speaks: 1.1 won against 1.1 lost got there."""
    assert percent(country="new", state=None, source="new") == [50.0]


def test_without_closed_deals_there_is_no_chance():
    assert np.isnan(percent(CLOSED.iloc[:0])).all()
    nothing = naive_bayes_percent(count_frequencies(CLOSED, FIELDS, stage_count=3), CLOSED.iloc[:0])
    assert nothing.tolist() == []
