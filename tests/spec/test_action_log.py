"""Which steps are logged, what people agreed on, and what became of each."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain import funnel
from salesbook.domain.alerts.first import first_alerts
from salesbook.domain.outcome import Task
from salesbook.domain.past.at import at
from salesbook.frames import frame_of
from salesbook.labels import LANGUAGES, sentence
from tests.drawn_tables import FEW, SEEDS, day, frames_of
from tests.pipeline_book import AS_OF, deal, draw, policy
from tests.spec.test_leaks import REPS, book

ANN = {"rep_id": "ann", "name": "Ann", "team": "North", "manager_id": "max"}
MAX = {"rep_id": "max", "name": "Max", "team": "North", "role": "manager"}


def overdue(deal_id: str, amount: int = 100_000, **fields: Any) -> dict[str, Any]:
    """An open deal that should have been closed by now."""
    fields = {"created_on": "2026-03-01", "expected_on": "2026-06-01", **fields}
    return deal(deal_id, fields.pop("stage", "Lead"), amount=amount, **fields)


def ran(deals, log=None, as_of=AS_OF, **more):
    tables = {"Deals": deals, "Reps": [ANN, MAX], **more}
    if log is not None:
        tables["ActionLog"] = log
    return funnel.run(draw(as_of=as_of, **tables)).tables


def log_of(deals, log=None, as_of=AS_OF, **more) -> pd.DataFrame:
    return ran(deals, log, as_of, **more)["ActionLog"]


def typed(log: pd.DataFrame, row: int = 0, **values: Any) -> pd.DataFrame:
    """The log after somebody has typed into one of its rows."""
    changed = log.copy()
    for name, value in values.items():
        value = pd.Timestamp(value) if name.endswith("_on") else value
        changed.loc[changed.index[row], name] = value
    return changed


def only(log: pd.DataFrame) -> dict[str, Any]:
    (row,) = log.to_dict("records")
    return row


def test_a_step_is_noticed_once():
    """Also by a later run, and by a second one of the same day."""
    log = log_of([overdue("a")])
    row = only(log)
    assert (row["noticed_on"].date(), row["state"]) == (AS_OF, "advised")
    assert (row["kind"], row["table"], row["row_key"]) == ("close-date-passed", "Deals", "a")
    assert row["action_id"] == "close-date-passed:a:2026-06-30"
    assert row["do"].code == "alert.close-date-passed.do"
    pd.testing.assert_frame_equal(log_of([overdue("a")], log), log)
    later = log_of([overdue("a")], log, AS_OF + dt.timedelta(days=9))
    assert only(later)["noticed_on"].date() == AS_OF


def test_at_most_the_first_ten_are_logged_by_money():
    """Of 15 overdue deals the ten largest: those that the Dashboard shows."""
    log = log_of([overdue(f"d{number:02}", 10_000 * (number + 1)) for number in range(15)])
    assert sorted(log["row_key"]) == [f"d{number:02}" for number in range(5, 15)]


def test_a_kind_of_which_there_are_many_is_one_line_and_no_step():
    """30 deals of one kind are one line of the Dashboard; nobody is told to do 30 things."""
    many = [overdue(f"d{number:02}") for number in range(30)]
    assert log_of(many).empty


def test_first_alerts_name_each_row_once_and_money_first():
    columns = {
        "kind": ["no-next-step", "deal-stuck", "lead-waiting", "worst-leak", "order-unpaid"],
        "table": ["Deals", "Deals", "Leads", "Leaks", "Orders"],
        "row_key": ["a", "a", "l", "all|all|main|Lead", "o"],
        "severity": ["low", "high", "high", "high", "medium"],
        "amount": [500, 500, None, 9_000, 800],
        "at_stake": [100, 150, None, 900, 800],
    }
    first = first_alerts(frame_of("Alerts", columns), ("Deals", "Orders", "Leads"), 10)
    assert [(alert["kind"], alert["row_key"]) for alert in first] == [
        ("order-unpaid", "o"),
        ("deal-stuck", "a"),
        ("lead-waiting", "l"),
    ]


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({}, "advised"),
        ({"agreed_on": "2026-06-30"}, "agreed"),
        ({"agreed_on": "2026-06-30", "due_on": "2026-07-20"}, "agreed"),
        ({"due_on": "2026-07-20"}, "agreed"),
        ({"agreed_on": "2026-06-30", "due_on": "2026-07-05"}, "late"),
        ({"due_on": "2026-07-05", "done_on": "2026-07-09"}, "done"),
    ],
)
def test_a_row_says_how_far_it_is(cells, state):
    log = typed(log_of([overdue("a")]), **cells)
    row = only(log_of([overdue("a")], log, day("2026-07-10")))
    assert row["state"] == state
    # What people typed stays as they typed it.
    for name, value in cells.items():
        assert row[name] == pd.Timestamp(value)


def test_a_late_step_is_an_alert_for_whom_it_was_meant():
    log = typed(log_of([overdue("a")]), agreed_on="2026-06-30", due_on="2026-07-05")
    tables = ran([overdue("a")], log, day("2026-07-10"))
    alerts = tables["Alerts"]
    (late,) = alerts[alerts["kind"] == "action-late"].to_dict("records")
    assert (late["table"], late["row_key"]) == ("ActionLog", "close-date-passed:a:2026-06-30")
    assert (late["who"], late["days"], late["severity"]) == ("ann", 5, "medium")
    much_later = ran([overdue("a")], log, day("2026-07-30"))["Alerts"]
    assert list(much_later[much_later["kind"] == "action-late"]["severity"]) == ["high"]


def test_who_has_left_is_not_asked_his_manager_is():
    log = typed(log_of([overdue("a")]), due_on="2026-07-05")
    gone = ANN | {"left_on": day("2026-07-01")}
    alerts = ran([overdue("a")], log, day("2026-07-10"), Reps=[gone, MAX])["Alerts"]
    assert list(alerts[alerts["kind"] == "action-late"]["who"]) == ["max"]


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (overdue("a", stage="Won", closed_on="2026-07-04"), "action.won"),
        (
            overdue("a", stage="Lost", closed_on="2026-07-04", lost_reason="Price"),
            "action.lost-for",
        ),
        (overdue("a", stage="Lost", closed_on="2026-07-04"), "action.lost"),
        (
            overdue("a", stage="Offer", stage_since="2026-07-03", expected_on="2026-09-01",
                    next_step="Call", next_on="2026-09-01"),
            "action.moved",
        ),
        (overdue("a", expected_on="2026-09-01"), "action.no-longer"),
    ],
)  # fmt: skip
def test_what_became_of_a_step_is_told_by_the_book(now, code):
    others = [overdue("z", next_step="Call", next_on="2026-09-01")]
    log = typed(log_of([overdue("a")]), agreed_on="2026-06-30", due_on="2026-07-05")
    tables = ran([now, *others], log, day("2026-07-10"))
    row = tables["ActionLog"].set_index("row_key").loc["a"]
    row = (
        row if isinstance(row, pd.Series) else row[row["noticed_on"] == pd.Timestamp(AS_OF)].iloc[0]
    )
    assert row["became"].code == code
    assert (row["state"], row["settled_on"].date()) == ("over", day("2026-07-10"))
    # What is over is not late.
    alerts = tables["Alerts"]
    assert "close-date-passed:a:2026-06-30" not in set(alerts["row_key"])
    for language in LANGUAGES:
        assert "{" not in sentence(row["became"], language)


def test_what_is_over_stays_as_it_is_and_comes_again_as_a_new_step():
    log = log_of([overdue("a")])
    fine = overdue("a", expected_on="2026-07-20", next_step="Call", next_on="2026-07-20")
    log = log_of([fine], log, day("2026-07-10"))
    assert only(log)["state"] == "over"
    again = log_of([overdue("a", expected_on="2026-07-20")], log, day("2026-08-01"))
    assert sorted(again["state"]) == ["advised", "over"]
    before = again[again["state"] == "over"].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, log)
    assert len(set(again["action_id"])) == 2


def test_after_something_was_done_it_is_not_advised_again_for_a_quarter():
    log = typed(log_of([overdue("a")]), done_on="2026-07-01")
    assert len(log_of([overdue("a")], log, day("2026-09-20"))) == 1
    row = only(log_of([overdue("a")], log, day("2026-09-20")))
    assert row["became"].code == "action.done-stands"
    assert len(log_of([overdue("a")], log, day("2026-10-20"))) == 2


def test_a_step_that_somebody_added_is_kept():
    own = {
        "action_id": "visit Acme", "noticed_on": day("2026-06-01"), "due_on": day("2026-06-10"),
        "who": "ann",
    }  # fmt: skip
    tables = ran([overdue("a")], [own])
    row = tables["ActionLog"].set_index("action_id").loc["visit Acme"]
    assert row["state"] == "late"
    alerts = tables["Alerts"]
    assert list(alerts.loc[alerts["kind"] == "action-late", "row_key"]) == ["visit Acme"]


def test_a_run_that_looks_back_leaves_the_log_as_it_is():
    log = typed(log_of([overdue("a")]), due_on="2026-07-05")
    drawn = draw(Deals=[overdue("b")], Reps=[ANN, MAX], ActionLog=log, as_of=day("2026-06-20"))
    task = Task(drawn.tables, drawn.policy, drawn.as_of, looks_back=True)
    tables = ACTIONS["funnel"].run(task).tables
    pd.testing.assert_frame_equal(tables["ActionLog"], log)


@FEW
@given(seed=SEEDS)
def test_a_day_told_later_is_told_alike(seed):
    """run(book, D) = run(at(book, D), D), whatever was noticed, agreed and done after D."""
    random = Random(seed)
    on = AS_OF + dt.timedelta(days=30)
    deals = [overdue(f"d{number}", random.randint(1, 10**6)) for number in range(8)]
    log = log_of(deals)
    for row in range(len(log)):
        for name in ("agreed_on", "due_on", "done_on"):
            if random.random() < 0.5:
                log = typed(log, row, **{name: AS_OF + dt.timedelta(days=random.randint(0, 60))})
    newer = log_of(deals, log, on + dt.timedelta(days=20))
    tables = frames_of({"Deals": deals, "Reps": [ANN, MAX], "ActionLog": newer})
    ran_then = ACTIONS["funnel"].run(Task(tables, policy(), on)).tables
    then = at(tables, policy(), on).tables
    alone = funnel.run(Task(then, policy(), on)).tables
    pd.testing.assert_frame_equal(ran_then["Alerts"], alone["Alerts"])
    known = ran_then["ActionLog"]
    known = known[known["noticed_on"] <= pd.Timestamp(on)]
    typed_later = ["agreed_on", "due_on", "done_on", "result"]
    pd.testing.assert_frame_equal(
        known.drop(columns=typed_later).reset_index(drop=True),
        alone["ActionLog"].drop(columns=typed_later),
    )


def leaky(*, since: float, done_days_ago: int = 150, size: int = 240):
    """Six reps; r0 gets 20 % past Lead until something was done, and then another share."""
    random = np.random.default_rng(3)
    rows = []
    for rep in range(6):
        for number in range(size):
            days_ago = int(random.integers(0, 500))
            rate = 0.65 if rep else (since if days_ago < done_days_ago else 0.2)
            goes_on = random.random() < rate
            is_won = goes_on and random.random() < 0.7
            ending = {} if is_won else {"lost_stage": "Talks" if goes_on else "Lead"}
            closed = AS_OF - dt.timedelta(days=days_ago)
            rows.append(
                deal(
                    f"d{rep}{number:03}", "Won" if is_won else "Lost", rep_id=f"r{rep}",
                    amount=100_000, closed_on=closed, **ending,
                )
            )  # fmt: skip
    done_on = AS_OF - dt.timedelta(days=done_days_ago)
    step = {
        "action_id": "worst-leak:rep|r0|main|Lead:2026-01-01",
        "noticed_on": day("2026-01-01"),
        "kind": "worst-leak",
        "table": "Leaks",
        "row_key": "rep|r0|main|Lead",
        "agreed_on": day("2026-01-02"),
        "done_on": done_on,
    }
    settings = policy(funnel_rule="any")
    log = funnel.run(draw(Deals=rows, Reps=REPS, ActionLog=[step], settings=settings)).tables
    return log["ActionLog"].set_index("action_id").loc[step["action_id"]]


@pytest.mark.parametrize(
    ("since", "days_ago", "code"),
    [
        (0.75, 150, "action.rate-up"),
        (0.2, 150, "action.rate-unclear"),
        (0.75, 5, "action.rate-few"),
    ],
)
def test_whether_a_rate_moved_is_told_with_its_range(since, days_ago, code):
    row = leaky(since=since, done_days_ago=days_ago)
    assert row["became"].code == code
    assert row["state"] == "done"
    facts = row["became"].params
    if code != "action.rate-few":
        assert facts["low"] < 100 * (facts["after"] - facts["before"]) + 5
        assert facts["low"] < facts["high"]
    for language in LANGUAGES:
        assert "{" not in sentence(row["became"], language)


def test_worst_leaks_are_logged_with_what_to_do():
    log = funnel.run(book(worse_reason="Price")).tables["ActionLog"]
    leaks = log[log["kind"] == "worst-leak"].set_index("row_key")
    assert "rep|r0|main|Lead" in leaks.index
    assert leaks.loc["rep|r0|main|Lead", "do"].code == "alert.worst-leak.do-price"
    assert leaks.loc["rep|r0|main|Lead", "who"] == "r0"
