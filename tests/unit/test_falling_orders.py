"""Who buys less often than he used to: worked examples, and how often it is said of who does not."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from salesbook.domain.customers.falling_orders import MOST_FALSE, falling, rhythms

TODAY = dt.date(2026, 6, 30)


def lines(days: dict[str, list[str]]) -> pd.DataFrame:
    pairs = [(key, on) for key, several in days.items() for on in several]
    frame = pd.DataFrame(pairs, columns=["customer_id", "on"])
    return frame.assign(on=pd.to_datetime(frame["on"]).astype("datetime64[us]"), bought=True)


def every(days: int, first: str, last: str) -> list[str]:
    return [str(on.date()) for on in pd.date_range(first, last, freq=f"{days}D")]


def test_the_chance_is_that_of_a_binomial():
    """Alone in the book: 20 purchases in the year before, none in the three months since."""
    bought = every(18, "2025-04-01", "2026-03-30")
    rhythm = rhythms(lines({"C": ["2020-01-01", *bought]}), pd.Index(["C"]), TODAY, 12)
    count = len(bought)
    recent, before = 92, 365
    share = recent / (recent + before)
    assert rhythm.chance[0] == pytest.approx(2 * (1 - share) ** count)
    assert (rhythm.recent[0], rhythm.months[0]) == (0, 3)
    assert rhythm.expected[0] == pytest.approx(count * recent / before)


def test_a_slow_fall_shows_in_the_longer_span():
    """Weekly for a year, then every fourth week for half a year."""
    bought = [
        "2020-01-01",
        *every(7, "2025-01-02", "2025-12-30"),
        *every(28, "2026-01-10", "2026-06-29"),
    ]
    rhythm = rhythms(lines({"C": bought}), pd.Index(["C"]), TODAY, 12)
    assert rhythm.months[0] == 6
    assert rhythm.chance[0] < 1e-3


def test_a_season_of_all_is_no_fall_of_one():
    bought = [*every(7, "2025-01-02", "2026-03-29"), *every(21, "2026-03-31", "2026-06-29")]
    keys = [f"C{n}" for n in range(20)]
    rhythm = rhythms(lines(dict.fromkeys(keys, bought)), pd.Index(keys), TODAY, 12)
    assert (rhythm.chance > 0.5).all()


def test_who_buys_seldom_cannot_be_told():
    """Four in a year and a half: none in half a year has a chance of (2 / 3) ** 4 = 0.2 by luck."""
    bought = {
        "few": every(80, "2025-04-10", "2026-03-20"),
        "many": every(15, "2025-04-10", "2026-06-20"),
    }
    rhythm = rhythms(lines(bought), pd.Index(["few", "many", "none"]), TODAY, 12)
    assert rhythm.may_tell.tolist() == [False, True, False]
    assert not falling(rhythm).any()


def test_of_who_is_new_the_first_purchase_does_not_count():
    """Half a year of rhythm is half a year of exposure: as many a month since, no fall."""
    bought = ["2025-09-30", *every(10, "2025-10-05", "2026-06-29")]
    rhythm = rhythms(lines({"C": bought}), pd.Index(["C"]), TODAY, 12)
    assert rhythm.expected[0] == pytest.approx(rhythm.recent[0], abs=1.0)
    assert rhythm.chance[0] > 0.5


def drawn(
    luck: np.random.Generator, size: int, rates: np.ndarray, stopped: np.ndarray, shape: float
):
    """Purchases over three years, gaps gamma: shape 1 is a Poisson process, 2 is more regular."""
    who, days = [], []
    for key in range(size):
        gap = 365 / rates[key]
        count = int(rates[key] * 6) + 20
        on = np.cumsum(luck.gamma(shape, gap / shape, count)) - gap
        last = 1095 if not stopped[key] else 1095 - 100
        on = on[(on >= 0) & (on < last)]
        who += [key] * len(on)
        days += (pd.Timestamp(TODAY) - pd.to_timedelta(1094 - on.astype(int), unit="D")).tolist()
    frame = pd.DataFrame({"customer_id": [f"{key:04}" for key in who], "on": days, "bought": True})
    return frame.assign(on=frame["on"].astype("datetime64[us]"))


@pytest.mark.parametrize("shape", [1.0, 2.0])
def test_of_those_called_falling_at_most_one_in_ten_buys_as_ever(shape):
    """Three hundred customers, one in ten stopped 100 days ago; forty books, seeded."""
    shares, found = [], []
    for seed in range(40):
        luck = np.random.default_rng(seed)
        rates, stopped = luck.gamma(2, 10, 300) + 1, luck.random(300) < 0.1
        keys = pd.Index([f"{key:04}" for key in range(300)])
        rhythm = rhythms(drawn(luck, 300, rates, stopped, shape), keys, TODAY, 12)
        called = falling(rhythm)
        shares.append((called & ~stopped).sum() / max(called.sum(), 1))
        often = stopped & (rates > 30)
        found.append((called & often).sum() / max(often.sum(), 1))
    error = np.std(shares) / math.sqrt(len(shares))
    assert np.mean(shares) <= MOST_FALSE + 2 * error
    assert np.mean(found) > 0.6


def test_where_nobody_stopped_hardly_a_book_names_anybody():
    """The chance that any is named at all is then that of one false one: one in ten at most."""
    named = 0
    for seed in range(60):
        luck = np.random.default_rng(1000 + seed)
        rates, stopped = luck.gamma(2, 10, 200) + 1, np.zeros(200, dtype=bool)
        keys = pd.Index([f"{key:04}" for key in range(200)])
        rhythm = rhythms(drawn(luck, 200, rates, stopped, 1.0), keys, TODAY, 12)
        named += falling(rhythm).any()
    assert named <= 60 * MOST_FALSE + 2 * math.sqrt(60 * MOST_FALSE * (1 - MOST_FALSE))
