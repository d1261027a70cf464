"""How long deals stay in a stage."""

import datetime as dt

import numpy as np

from salesbook.domain import funnel
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, policy, records

SHOWN = ("stage", "count", "open", "median_days", "p80_days", "naive_mean_days", "limit_days")


def entry(deal_id, seq, stage, entered_on, noticed_on="2026-01-01", source="typed"):
    return {
        "deal_id": deal_id,
        "seq": seq,
        "stage": stage,
        "entered_on": entered_on,
        "noticed_on": day(noticed_on),
        "source": source,
    }


def stays(lasted, still, as_of=AS_OF):
    """Deals that were in Lead so many days and moved to Offer, and deals still there."""
    rows, lines = [], []
    for at, days in enumerate(lasted):
        start = as_of - dt.timedelta(days=20)
        rows.append(deal(f"m{at}", "Offer"))
        lines += [
            entry(f"m{at}", 1, "Lead", start),
            entry(f"m{at}", 2, "Offer", start + dt.timedelta(days=days)),
        ]
    for at, days in enumerate(still):
        rows.append(deal(f"o{at}", "Lead"))
        lines.append(entry(f"o{at}", 1, "Lead", as_of - dt.timedelta(days=days)))
    return rows, lines


def times(rows, lines, **settings):
    outcome = funnel.run(draw(Deals=rows, StageHistory=lines, settings=policy(**settings)))
    table = outcome.tables["StageTimes"]
    return records(table[table["slice_kind"] == "all"], *SHOWN)


def test_open_deals_are_still_going_on():
    rows, lines = stays([2, 4, 6], [4, 9])
    assert times(rows, lines)[0] == ("Lead", 5, 2, 6.0, None, 4.0, None)


def test_visits_to_a_stage_add_up():
    lines = [
        entry("d", 1, "Lead", day("2026-01-01")),
        entry("d", 2, "Offer", day("2026-01-06")),
        entry("d", 3, "Lead", day("2026-01-16")),
        entry("d", 4, "Offer", day("2026-01-19")),
        entry("d", 5, "Won", day("2026-01-20")),
    ]
    found = times([deal("d", "Won")], lines)
    assert [row[:2] + row[5:6] for row in found] == [("Lead", 1, 8.0), ("Offer", 1, 11.0)]


def test_inferred_days_are_left_out():
    rows = [deal("d", "Won", created_on="2026-01-01", closed_on="2026-03-01")]
    assert times(rows, []) == []


def test_deals_found_open_are_watched_from_their_age_on():
    """Both were 10 days old when first noticed; nothing is known of deals that left sooner."""
    found = day("2026-06-20")
    start = found - dt.timedelta(days=10)
    lines = [
        entry("a", 1, "Lead", start, noticed_on="2026-06-20"),
        entry("a", 2, "Offer", start + dt.timedelta(days=12), noticed_on="2026-06-30"),
        entry("b", 1, "Lead", start, noticed_on="2026-06-20"),
        entry("n", 1, "Lead", day("2026-06-25"), noticed_on="2026-06-30"),
    ]
    rows = [deal("a", "Offer"), deal("b", "Lead"), deal("n", "Lead")]
    assert times(rows, lines)[0] == ("Lead", 3, 2, 12.0, None, 12.0, None)


def test_a_whole_history_is_watched_from_the_start():
    rows = [
        deal("a", "Won", stage_since="2026-06-01", closed_on="2026-06-11"),
        deal("b", "Talks", stage_since="2026-06-10"),
        deal("c", "Won", stage_since="2026-06-01", closed_on="2026-06-05"),
    ]
    assert times(rows, [])[0] == ("Talks", 3, 1, 10.0, None, 7.0, None)


def test_the_limit_is_learned_from_won_deals_once_there_are_enough():
    stages = (Stage(stage="Lead", rank=1, kind="open", limit_days=99), *STAGES[1:])
    rows, lines = [], []
    for at in range(20):
        start = day("2026-01-01")
        rows.append(deal(f"d{at}", "Won"))
        lines += [
            entry(f"d{at}", 1, "Lead", start),
            entry(f"d{at}", 2, "Won", start + dt.timedelta(days=at + 1)),
        ]

    def limit(count):
        outcome = funnel.run(
            draw(Deals=rows[:count], StageHistory=lines[: 2 * count], settings=policy(stages))
        )
        return outcome.tables["StageTimes"]["limit_days"].iloc[0]

    assert limit(20) == 16
    assert limit(19) == 99


def test_slices_have_their_own_times_and_the_stages_limit():
    rows, lines = stays([2, 6], [])
    rows[0]["source"] = "web"
    table = funnel.run(draw(Deals=rows, StageHistory=lines)).tables["StageTimes"]
    web = table[(table["slice"] == "web") & (table["stage"] == "Lead")]
    assert np.allclose(web["median_days"], 2)
