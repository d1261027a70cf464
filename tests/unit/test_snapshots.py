"""Earlier tiers and forecasts: what is kept of them tells the same as if all were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from random import Random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.customers.snapshots import TierPast, tiers_before, with_snapshot
from salesbook.domain.pipeline.forecast.table import forecast_history, kept_days
from salesbook.frames import empty_frame, frame_from_rows
from tests.drawn_tables import FEW, SEEDS, day

Standing = tuple[str, str]
"""A customer's tier and buying stage."""
NAMES = ("C1", "C2", "C3", "C4", "C5")
STAGES = ("prospect", "intent", "customer", "dormant")
FIRST = dt.date(2024, 1, 3)


def tiers_of(standings: Mapping[str, Standing]) -> pd.DataFrame:
    """CustomerTiers as far as a snapshot looks at it."""
    columns = {
        "customer_id": list(standings),
        "tier": [tier for tier, _ in standings.values()],
        "value": [10] * len(standings),
        "buying_stage": [stage for _, stage in standings.values()],
    }
    return pd.DataFrame(columns).astype(
        {"customer_id": "str", "tier": "str", "value": "Int64", "buying_stage": "str"}
    )


def after(history: pd.DataFrame, as_of: str, **standings: Standing) -> pd.DataFrame:
    return with_snapshot(history, tiers_of(standings), day(as_of))


def rows(history: pd.DataFrame) -> list[tuple[str, str, str]]:
    days = history["as_of"].dt.strftime("%Y-%m-%d")
    return list(zip(days, history["customer_id"], history["buying_stage"], strict=True))


def legacy(*snapshots: tuple[str, Mapping[str, str]]) -> pd.DataFrame:
    """TierHistory as it was before there were buying stages."""
    drawn = [
        {"as_of": day(as_of), "customer_id": name, "tier": tier, "value": 1}
        for as_of, tiers in snapshots
        for name, tier in tiers.items()
    ]
    return frame_from_rows("TierHistory", drawn)


CALM = {"C1": ("A", "customer"), "C2": ("B", "intent")}


def test_the_newest_day_is_whole():
    history = after(empty_frame("TierHistory"), "2026-06-01", **CALM)
    assert rows(history) == [("2026-06-01", "C1", "customer"), ("2026-06-01", "C2", "intent")]


def test_a_day_gone_keeps_who_changed():
    """Tier or buying stage; who is no longer there is gone, and a month's last day stays whole."""
    history = after(empty_frame("TierHistory"), "2026-05-29", **CALM, C3=("C", "prospect"))
    history = after(history, "2026-06-01", C1=("A", "dormant"), C2=("B", "intent"))
    history = after(history, "2026-06-02", C1=("A", "dormant"), C2=("B", "intent"))
    assert rows(history) == [
        ("2026-05-29", "C1", "customer"),
        ("2026-05-29", "C2", "intent"),
        ("2026-05-29", "C3", "prospect"),
        ("2026-06-01", "C1", "dormant"),
        ("2026-06-01", "C3", "gone"),
        ("2026-06-02", "C1", "dormant"),
        ("2026-06-02", "C2", "intent"),
    ]


def test_a_day_on_which_nobody_changed_keeps_one_row():
    history = empty_frame("TierHistory")
    for as_of in ("2026-05-29", "2026-06-01", "2026-06-02"):
        history = after(history, as_of, **CALM)
    assert rows(history)[2:3] == [("2026-06-01", "C1", "customer")]
    assert len(history) == 5


def test_whole_days_are_those_of_24_months():
    history = empty_frame("TierHistory")
    for month in range(30):
        year, number = divmod(month, 12)
        history = after(history, f"{2024 + year}-{number + 1:02d}-28", **CALM)
    # The first day says all in any case: everybody is new.
    assert history.groupby("as_of").size().tolist() == [2] + [1] * 5 + [2] * 24


def test_a_run_that_looks_back_is_marked():
    history = after(empty_frame("TierHistory"), "2026-06-30", **CALM)
    history = after(history, "2026-06-15", **CALM)
    made = history.groupby("as_of")["made_on"].max().dt.strftime("%m-%d")
    assert made.tolist() == ["06-30", "06-30"]


def test_days_from_before_there_were_stages_stay_as_they_are():
    old = legacy(
        ("2026-06-01", {"C1": "A", "C2": "B"}),
        ("2026-06-02", {"C1": "A"}),
    )
    history = after(after(old, "2026-06-03", **CALM), "2026-06-04", **CALM)
    assert history.groupby("as_of").size().tolist() == [2, 1, 2, 2]
    assert tiers_before(history, day("2026-06-03")).to_dict() == {"C1": "A"}


def test_a_book_without_the_column_for_stages_keeps_every_day_whole():
    """It reads its own rows as such from before there were stages, and can't say that one is gone."""
    history = legacy(("2026-06-10", {"C1": "A", "C2": "B"}))
    history = after(history, "2026-06-05", C2=("B", "intent"))
    blind = history.assign(buying_stage=pd.Series(pd.NA, history.index, dtype="str"))
    assert tiers_before(blind, day("2026-06-06")).to_dict() == {"C2": "B"}
    assert tiers_before(blind, day("2026-06-11")).to_dict() == {"C1": "A", "C2": "B"}


def draw_standings(random: Random) -> dict[str, Standing]:
    """Mostly everybody, mostly as ever."""
    return {
        name: (random.choice("AAAB"), random.choice(STAGES[2:]))
        for name in NAMES
        if random.random() < 0.8
    }


def draw_days(random: Random) -> list[dt.date]:
    """Days of runs: most after the newest, some back in time, some a second time."""
    days = [FIRST]
    for _ in range(random.randint(1, 25)):
        if random.random() < 0.25:
            days.append(random.choice(days) + dt.timedelta(days=random.choice([0, 0, 1, -1, -9])))
        else:
            days.append(max(days) + dt.timedelta(days=random.choice([1, 1, 1, 3, 20, 95])))
    return days


@FEW
@given(seed=SEEDS)
def test_thinned_tiers_tell_the_same_as_all_of_them(seed):
    """Every run sees the same earlier tiers, and every earlier day can be told in full."""
    random = Random(seed)
    whole: dict[dt.date, dict[str, Standing]] = {}
    history = empty_frame("TierHistory")
    for as_of in draw_days(random):
        earlier = [other for other in whole if other < as_of]
        expected = whole[max(earlier)] if earlier else {}
        seen = tiers_before(history, as_of).to_dict()
        assert seen == {name: tier for name, (tier, _) in expected.items()}

        standings = draw_standings(random) or {"C1": ("A", "customer")}
        history = with_snapshot(history, tiers_of(standings), as_of)
        whole[as_of] = standings
        again = with_snapshot(history, tiers_of(standings), as_of)
        pd.testing.assert_frame_equal(history, again)

    past = TierPast(history)
    assert [one.date() for one in past.days] == sorted(whole)
    for as_of, standings in whole.items():
        told = past.on(pd.Timestamp(as_of)).set_index("customer_id")
        pairs = zip(told.index, zip(told["tier"], told["buying_stage"], strict=True), strict=True)
        assert dict(pairs) == standings


@FEW
@given(seed=SEEDS)
def test_days_gone_hold_changes_alone(seed):
    """Beside whole days there is one row per change, or one that says that nothing changed."""
    random = Random(seed)
    history = empty_frame("TierHistory")
    days = sorted(set(draw_days(random)))
    whole: dict[dt.date, dict[str, Standing]] = {}
    for as_of in days:
        whole[as_of] = draw_standings(random) or {"C1": ("A", "customer")}
        history = with_snapshot(history, tiers_of(whole[as_of]), as_of)

    kept_whole = {one.date() for one in TierPast(history).whole_days}
    counts = history.groupby(history["as_of"].dt.date).size().to_dict()
    for earlier, as_of in zip([None, *days], days, strict=False):
        before, now = whole.get(earlier, {}), whole[as_of]
        changes = {name for name in before.keys() | now if before.get(name) != now.get(name)}
        expected = len(now) if as_of in kept_whole else max(len(changes), 1)
        assert counts[as_of] == expected


MEASURES = ("closed", "commit", "best_case", "pipeline", "weighted", "p10", "p50", "p90")
FORECAST = {"period": "2026-06", "slice_kind": "all", "slice": "all"} | dict.fromkeys(MEASURES, 1)


def forecast() -> pd.DataFrame:
    return frame_from_rows("Forecast", [FORECAST])


def stamps(*days: str) -> set[pd.Timestamp]:
    return {pd.Timestamp(text) for text in days}


def test_35_days_then_weeks_then_months():
    """Counted from the newest day; 2026-06-30 is a Tuesday."""
    every_day = set(pd.date_range("2024-12-01", "2026-06-30"))
    kept = kept_days(every_day)
    newest = pd.Timestamp("2026-06-30")
    assert {one for one in kept if (newest - one).days < 35} == set(
        pd.date_range("2026-05-27", "2026-06-30")
    )
    april = {one for one in kept if one.month == 4 and one.year == 2026}
    assert april == stamps("2026-04-05", "2026-04-12", "2026-04-19", "2026-04-26", "2026-04-30")
    assert {one for one in kept if one.year == 2024} == stamps("2024-12-31")


def test_a_week_without_its_sunday_keeps_its_last_run():
    days = stamps("2026-03-02", "2026-03-05", "2026-06-30")
    assert pd.Timestamp("2026-03-05") in kept_days(days)
    assert pd.Timestamp("2026-03-02") not in kept_days(days)


@FEW
@given(seed=SEEDS)
def test_forecasts_thinned_run_by_run_are_those_thinned_at_once(seed):
    """And the newest snapshot of an earlier day is always the one that all of them would give."""
    random = Random(seed)
    days = [FIRST]
    for _ in range(random.randint(5, 60)):
        days.append(days[-1] + dt.timedelta(days=random.choice([1, 1, 2, 3, 11])))

    history = empty_frame("ForecastHistory")
    seen: list[pd.Timestamp] = []
    for as_of in days:
        today = pd.Timestamp(as_of)
        earlier = history.loc[history["as_of"] < today, "as_of"]
        if seen:
            assert earlier.max() == max(seen)
        seen.append(today)
        history = forecast_history(history, forecast(), as_of)
    assert set(history["as_of"]) == kept_days(seen)


def test_a_forecast_that_looks_back_is_kept_and_marked():
    history = forecast_history(empty_frame("ForecastHistory"), forecast(), day("2026-06-30"))
    history = forecast_history(history, forecast(), day("2025-03-04"))
    made = dict(zip(history["as_of"], history["made_on"], strict=True))
    assert made[pd.Timestamp("2025-03-04")] == pd.Timestamp("2026-06-30")


@given(st.sets(st.dates(dt.date(2020, 1, 1), dt.date(2027, 1, 1)), max_size=40))
def test_thinning_what_is_thin_changes_nothing(days):
    kept = kept_days({pd.Timestamp(one) for one in days})
    assert kept_days(kept) == kept
