"""What the lists of the Rep page say."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook import labels
from salesbook.messages import Message
from salesbook.pages.lines import rep_page
from salesbook.pages.lines.answers import answer
from salesbook.pages.lines.measures import goal_kind
from salesbook.pages.lines.periods import period_figures
from salesbook.tables.settings import Metric, Rules
from tests.drawn_tables import FEW, SEEDS, day
from tests.spec.page_tables import COMPANY, Lists, attained, context_of, lists_of, rep

ANN = {"rep_id": "ann", "name": "Ann Lee", "team": "North", "role": "hunter", "level": "Senior"}
BO = {"rep_id": "bo", "name": "Bo Ek", "team": "North"}
YEAR = "FY2026"


def page(*, reps=(ANN, BO), shown=None, **tables) -> Lists:
    sold = [attained("ann", YEAR, 50, due=100, target=200), attained("bo", YEAR, 9)]
    context = context_of(Reps=list(reps), Attainment=shown or sold, **tables)
    return lists_of(rep_page.lists, context)


def statement(period: str, rep_id: str = "ann", **more):
    nothing = dict.fromkeys(("sold", "earned", "award", "drawn", "paid", "debt"), 0)
    return {"period": period, "rep_id": rep_id, "closed": False, **nothing, **more}


def measure(rep_id: str, metric: str, value: float, low: float, high: float, goal: float = 10):
    points = 100 * value / goal
    facts = {"value": value, "low": low, "high": high, "goal": goal, "score": points, "weight": 1.0}
    return {"period": YEAR, "rep_id": rep_id, "metric": metric, **facts}


def alert(kind: str, deal_id: str, who: str = "ann", amount: int = 100):
    because = Message(f"alert.{kind}.because", {"stage": "Lead", "days": 9, "limit": 5})
    facts = {"row_name": f"Deal {deal_id}", "severity": "high", "who": who, "amount": amount}
    return {
        "kind": kind,
        "table": "Deals",
        "row_key": deal_id,
        **facts,
        "because": because,
        "do": Message(f"alert.{kind}.do", {}),
    }


def deal(deal_id: str, amount: int | None, stage: str = "Lead", **more):
    whose = {"rep_id": "ann", "name": f"Deal {deal_id}"}
    return {"deal_id": deal_id, "amount": amount, "stage": stage, **whose, **more}


@FEW
@given(SEEDS)
def test_the_year_to_date_is_the_sum_of_his_statements_to_the_coin(seed):
    """Of the months of the fiscal year so far, and of nobody else's."""
    luck = random.Random(seed)
    statements = [
        statement(
            f"{year}-{month:02}",
            rep_id,
            paid=luck.randint(-9_999, 9_999_999),
            earned=luck.randint(0, 9_999_999),
            sold=luck.randint(0, 99_999_999),
            closed=luck.random() < 0.5,
        )
        for year in (2025, 2026)
        for month in range(1, 13)
        for rep_id in ("ann", "bo")
        if luck.random() < 0.9
    ]
    lists = page(Statements=statements)
    for rep_id in ("ann", "bo"):
        ours = [
            row
            for row in statements
            if row["rep_id"] == rep_id and "2026-01" <= row["period"] <= "2026-06"
        ]
        if not ours:
            continue
        (total,) = lists["pay-total", rep(rep_id), None]
        (tile,) = lists["tile-pay", rep(rep_id), None]
        paid = sum(row["paid"] for row in ours)
        assert total["amount"] == tile["amount"] == paid
        assert total["expected"] == sum(row["earned"] for row in ours)
        assert total["sold"] == sum(row["sold"] for row in ours)
        for line in lists.get(("pay", rep(rep_id), None), ()):
            (row,) = (row for row in ours if line["row_key"] == f"{row['period']}|{rep_id}")
            assert (line["amount"], line["expected"]) == (row["paid"], row["earned"])


@FEW
@given(SEEDS)
def test_nothing_of_another_reps_pay_changes_what_is_said_of_him(seed):
    """Whatever others are paid, closed or not, the lines of a rep are the same."""
    luck = random.Random(seed)
    own = [statement(f"2026-{month:02}", paid=month * 1_000) for month in range(1, 7)]
    others = [
        statement(f"2026-{month:02}", "bo", paid=luck.randint(0, 10**9), earned=luck.randint(0, 9))
        for month in range(1, 7)
    ]
    alone, beside = page(Statements=own), page(Statements=[*others, *own])
    of_ann = {key: lines for key, lines in beside.items() if key[1] == rep("ann")}
    assert of_ann == {key: lines for key, lines in alone.items() if key[1] == rep("ann")}


@FEW
@given(SEEDS)
def test_at_most_six_lines_and_one_of_them_good_where_there_is_one(seed):
    """However much there is to mend, what goes well is said, and comes last."""
    luck = random.Random(seed)
    kinds = ("no-next-step", "deal-stuck", "close-date-passed", "next-step-overdue")
    alerts = [
        alert(kind, f"d{n}", amount=luck.randint(1, 9))
        for kind in kinds
        for n in range(luck.randint(0, 3))
    ]
    measures = [
        measure("ann", f"metric{n}", *luck.choice([(5, 4, 6), (15, 12, 18), (10, 8, 12)]))
        for n in range(luck.randint(0, 5))
    ]
    lost = [deal("lost", 900, "Lost", closed_on=day("2026-06-10"))] * luck.randint(0, 1)
    lists = page(Alerts=alerts, ScorecardLines=measures, Deals=lost)
    lines = lists.get(("talk", rep("ann"), None), ())
    signs = [line["sign"] for line in lines]
    assert len(lines) <= 6
    assert signs == sorted(signs, key=lambda sign: sign == "✓")
    if any(row["low"] > row["goal"] for row in measures):
        assert "✓" in signs
    has_to_mend = alerts or lost or any(row["high"] < row["goal"] for row in measures)
    assert bool(has_to_mend) == any(sign != "✓" for sign in signs)


def test_the_header_says_team_role_level_and_manager():
    """By name; and of who left, when."""
    left = ANN | {"manager_id": "bo", "left_on": day("2026-05-31")}
    (line,) = page(reps=(left, BO))["rep-header", rep("ann"), None]
    assert line["subject"] == "Ann Lee"
    assert line["says"].params == {"known": "North · hunter · Senior", "manager": "Bo Ek"}
    assert line["because"].params == {"day": dt.date(2026, 5, 31)}

    (other,) = page()["rep-header", rep("bo"), None]
    assert (other["says"], other["because"]) == ("North", None)


def test_of_who_has_left_the_page_says_what_to_hand_over_and_the_last_months_of_pay():
    """Nothing to talk about any more; three months of pay up to the last statement."""
    left = ANN | {"left_on": day("2026-04-15")}
    deals = [deal("d1", 100), deal("d2", 900)]
    customers = [{"customer_id": "c1", "name": "Ida", "owner_id": "ann"}]
    statements = [statement(f"2026-{month:02}", paid=month) for month in range(1, 5)]
    lists = page(
        reps=(left, BO),
        Deals=deals,
        Customers=customers,
        Statements=statements,
        Alerts=[alert("deal-stuck", "d1")],
    )
    of_deals, of_customers = lists["talk", rep("ann"), None]
    assert (of_deals["count"], of_deals["amount"], of_deals["row_key"]) == (2, 1_000, "d2")
    assert (of_customers["count"], of_customers["row_key"]) == (1, "c1")
    months = [line["row_key"] for line in lists["pay", rep("ann"), None]]
    assert months == ["2026-02|ann", "2026-03|ann", "2026-04|ann"]
    assert all(line["says"].code == "page.pay.month" for line in lists["pay", rep("ann"), None])


def test_on_the_last_day_the_talk_is_still_the_usual_one():
    lists = page(
        reps=(ANN | {"left_on": day("2026-06-30")}, BO), Alerts=[alert("deal-stuck", "d1")]
    )
    (line,) = lists["talk", rep("ann"), None]
    assert line["says"].code == "page.talk.deals-one"


def test_who_needs_help_most_stands_on_top_and_everybody_by_name():
    """Where nobody needs help, the first by name."""
    lines = page()["rep_choices", COMPANY, None]
    assert [(line.get("subject"), line["word"]) for line in lines] == [
        (None, "ann"),
        ("Ann Lee", "ann"),
        ("Bo Ek", "bo"),
    ]
    calm = [attained("bo", YEAR, 300, due=100), attained("ann", YEAR, 300, due=100)]
    first, *_ = page(shown=calm)["rep_choices", COMPANY, None]
    assert first["word"] == "ann"


@pytest.mark.parametrize(
    ("sold", "low", "high", "sign", "code"),
    [
        (50, 0.2, 0.8, "▼", "behind"),
        (50, 0.2, 1.8, "●", "watched-plain"),
        (100, 0.2, 1.8, "✓", "on-pace"),
        (300, 1.2, 1.8, "▲", "ahead"),
    ],
)
def test_the_answer_says_behind_and_ahead_only_beyond_luck(sold, low, high, sign, code):
    """As the score card's range of attainment has it; a cause only for who is behind."""
    lists = page(
        shown=[attained("ann", YEAR, sold, due=100, target=200)],
        ScorecardLines=[measure("ann", "attainment", sold / 100, low, high, 1)],
    )
    line, *cause = lists["rep-answer", rep("ann"), None]
    assert (line["sign"], line["says"].code) == (sign, f"page.rep.{code}")
    assert len(cause) == (sign in "▼●")


def test_that_it_may_be_luck_is_said_once():
    """By the cause where it says so; by the answer where the cause names a measure."""
    shown = [attained("ann", YEAR, 50, due=100, target=200)]
    card = measure("ann", "attainment", 0.5, 0.4, 1.1, 1)
    low = measure("ann", "win_rate", 0.1, 0.05, 0.15, 0.4)
    for lines in ([card], [card, low]):
        answer, cause = page(shown=shown, ScorecardLines=lines)["rep-answer", rep("ann"), None]
        says_luck = [
            "normal swing" in labels.sentence(line["says"], "en") for line in (answer, cause)
        ]
        assert sum(says_luck) == 1


def test_a_swing_that_holds_everything_is_never_called_normal():
    """Neither by the answer, nor by the cause: 50 % of pace within 20 % to 180 % tells nothing."""
    shown = [attained("ann", YEAR, 50, due=100, target=200)]
    card = measure("ann", "attainment", 0.5, 0.2, 1.8, 1)
    low = measure("ann", "win_rate", 0.1, 0.05, 0.15, 0.4)
    for lines in ([card], [card, low]):
        said = page(shown=shown, ScorecardLines=lines)["rep-answer", rep("ann"), None]
        assert not any("normal swing" in labels.sentence(line["says"], "en") for line in said)


def test_without_a_plan_only_what_was_sold_is_said():
    """No sign, no rate, and what to do about it."""
    lists = page()
    (said,) = lists["rep-answer", rep("bo"), None]
    assert (said.get("sign"), said["says"].code) == (None, "page.rep.no-target")
    (tile,) = lists["tile-pace", rep("bo"), None]
    assert (tile["sold"], tile.get("rate"), tile["says"].code) == (9, None, "page.rep.no-plan")


def test_a_chance_of_few_draws_is_never_said_to_be_none_or_certain():
    """Under 1 % and over 99 %; the gap is what the landing lacks."""
    forecast = {
        "period": YEAR,
        "slice_kind": "rep",
        "slice": "ann",
        **dict.fromkeys(("commit", "best_case", "pipeline", "weighted"), 0),
        "closed": 50,
        "p10": 55,
        "p50": 60,
        "p90": 90,
    }
    for chance, code in ((0.0, "hardly"), (1.0, "nearly"), (0.4, None)):
        lists = page(Forecast=[forecast | {"chance_rate": chance}])
        (tile,) = lists["tile-landing", rep("ann"), None]
        assert (tile["middle"], tile["target"], tile["amount"]) == (60, 200, 140)
        assert tile["because"].code == (f"page.rep.chance-{code}" if code else "page.rep.chance")


def test_months_begin_with_the_day_of_hiring():
    """Before it, and after he left, there is nothing: neither 0 sold nor a target."""
    hired = ANN | {"hired_on": day("2026-03-10"), "left_on": day("2026-05-20")}
    months = [attained("ann", f"2026-{month:02}", month, target=10) for month in range(1, 13)]
    sold, target = page(reps=(hired, BO), shown=[*months, attained("ann", YEAR, 1)])[
        "rep-months", rep("ann"), None
    ]
    present = [f"m{month:02}" for month in (3, 4, 5)]
    assert {name: sold[name] for name in sold if name.startswith("m")} == dict(
        zip(present, (3, 4, 5), strict=True)
    )
    assert [name for name in target if name.startswith("m")] == present


def test_his_deals_go_by_what_they_bring_and_say_what_needs_him():
    """What is over, then what has no next step; five are named, the rest counted."""
    planned = {"next_step": "Call", "next_on": day("2026-07-02")}
    deals = [deal(f"d{n}", 100 * n, **planned) for n in range(1, 6)]
    deals += [
        deal("d6", 600, expected_on=day("2026-06-01"), **planned),
        deal("d7", 700),
        deal("d8", None, **planned),
        deal("won", 9_999, "Won"),
    ]
    scores = [
        {"deal_id": row["deal_id"], "win_rate": 0.5, "quarter_amount": (row["amount"] or 0) // 2}
        | {"days_in_stage": 3.0, "limit_days": 30.0, "because": Message("x", {})}
        for row in deals
        if row["deal_id"] != "won"
    ]
    lists = page(Deals=deals, DealScores=scores)
    lines = lists["own-pipeline", rep("ann"), None]
    assert [(line["row_key"], line["sign"]) for line in lines] == [
        ("d7", "●"),
        ("d6", "⚠"),
        ("d5", "✓"),
        ("d4", "✓"),
        ("d3", "✓"),
    ]
    assert {line["rate"] for line in lines} == {0.5}
    (total,) = lists["own-pipeline-total", rep("ann"), None]
    (rest,) = lists["own-pipeline-rest", rep("ann"), None]
    assert (total["count"], total["amount"]) == (8, 2_800)
    assert (rest["count"], rest["amount"]) == (3, 300)


def test_the_largest_loss_of_the_last_30_days_comes_first():
    """By name and day; an older or smaller one is not told."""
    lost = [
        deal("old", 9_000_000, "Lost", closed_on=day("2026-05-31")),
        deal("big", 1_192_340, "Lost", closed_on=day("2026-06-19")),
        deal("small", 100, "Lost", closed_on=day("2026-06-20")),
    ]
    first, *_ = page(Deals=lost)["talk", rep("ann"), None]
    assert (first["subject"], first["sign"], first["amount"]) == ("Deal big", "▼", 1_192_340)
    assert float(first["says"].params["amount"]) == 11_900


def test_measures_within_luck_are_not_talked_about():
    """The whole range lies under the goal, or over it, else nothing is said."""
    lists = page(
        ScorecardLines=[
            measure("ann", "activity", 5, 4, 6),
            measure("ann", "win_rate", 0.8, 0.55, 0.95, 0.5),
            measure("ann", "satisfaction", 9, 7, 11),
        ],
    )
    low, high = lists["talk", rep("ann"), None]
    assert (low["sign"], low["says"].params["metric"]) == ("▼", "metrics=activity")
    assert (high["sign"], high["says"].params) == (
        "✓",
        {"metric": "metrics=win_rate", "value": 0.8},
    )


def test_of_what_is_too_little_for_points_no_page_says_that_it_is_behind():
    """1 of 8 won, 4 to 34 %, goal 39 %: the card gives no points for it, so it is no cause either."""
    shown = [attained("ann", YEAR, 50, due=100, target=200)]
    pace = measure("ann", "attainment", 0.5, 0.2, 0.8, 1)
    rate = measure("ann", "win_rate", 0.125, 0.04, 0.34, 0.39)
    for score, cause in ((32.1, "page.why.rate"), (None, "page.why.unknown-no-deal")):
        lists = page(shown=shown, ScorecardLines=[pace, {**rate, "score": score}])
        because = lists["rep-answer", rep("ann"), None][1]["says"]
        assert because.code == cause
        talk = {
            line["says"].code: line["says"] for line in lists.get(("talk", rep("ann"), None), ())
        }
        assert ("page.talk.measure-rate" in talk) == (score is not None)
        if score is not None:
            # One number, rounded as the cell of the Team board rounds it.
            assert because.params["value"] == 0.13
            assert talk["page.talk.measure-rate"].params["value"] == 0.13


def test_how_far_goals_are_is_a_share_also_as_a_cause():
    """0 of all: "Goals at 0, the goal is 1" had no unit."""
    lists = page(
        shown=[attained("ann", YEAR, 50, due=100, target=200)],
        ScorecardLines=[
            measure("ann", "goals", 0.0, 0.0, 0.4, 1),
            measure("ann", "attainment", 0.5, 0.2, 0.8, 1),
        ],
    )
    _, cause = lists["rep-answer", rep("ann"), None]
    assert cause["says"].code == "page.why.rate"
    assert (cause["says"].params["value"], cause["says"].params["goal"]) == (0.0, 1.0)


def test_a_landing_of_before_the_sales_beside_it_is_left_out():
    """`score` counts an order that was cancelled since; the forecast still holds it until Refresh."""
    forecast = {
        "slice_kind": "rep",
        "slice": "ann",
        "period": YEAR,
        "target": 100_00,
        **dict.fromkeys(("commit", "best_case", "pipeline", "weighted"), 0),
        "p10": 60_00,
        "p50": 80_00,
        "p90": 120_00,
        "chance_rate": 0.4,
    }
    for closed, landing in ((30_00, 80_00), (35_00, None)):
        row = forecast | {"closed": closed}
        context = context_of(
            Reps=[ANN], Attainment=[attained("ann", YEAR, 30_00, target=100_00)], Forecast=[row]
        )
        line = period_figures(context).line(rep("ann"), YEAR)
        assert (line["sold"], line["middle"]) == (30_00, landing)
        is_old = landing is None
        assert (line["chance_rate"], line["sign"]) == ((None, None) if is_old else (0.4, "●"))
        assert (line["because"] == Message("page.old-forecast")) == is_old
        (said,) = answer(context, period_figures(context), rep("ann"), YEAR)
        assert (said["says"].code == "page.old-forecast") == is_old


def test_the_best_month_of_half_a_year_is_praised():
    """The month that is just over, where it brought more than each of the five before."""
    sold = [attained("ann", f"2026-{month:02}", 10 * month) for month in range(1, 6)]
    rising = [attained("ann", YEAR, 150, due=150), *sold]
    (praise,) = page(shown=rising)["talk", rep("ann"), None]
    assert (praise["sign"], praise["says"].params["period"]) == ("✓", "2026-05")
    falling = [attained("ann", YEAR, 150, due=150), *sold, attained("ann", "2026-04", 99)]
    assert ("talk", rep("ann"), None) not in page(shown=falling)


def test_courses_late_come_first_then_due_then_passed():
    """At most five; what was failed is late, whatever its day."""
    courses = [{"course_id": f"k{n}", "title": f"Course {n}"} for n in range(1, 8)]
    gap = {"rep_id": "ann", "because": Message("x", {})}
    done = {"rep_id": "ann", "enrolled_on": day("2026-01-01")}
    lists = page(
        Courses=courses,
        TrainingGaps=[
            gap | {"course_id": "k1", "days_late": 0, "due_on": day("2026-08-01")},
            gap | {"course_id": "k2", "days_late": 12, "due_on": day("2026-06-18")},
            gap | {"course_id": "k3", "days_late": 40, "due_on": day("2026-05-21")},
        ],
        Training=[
            done | {"course_id": "k1"},
            done | {"course_id": "k3", "completed_on": day("2026-03-01"), "score": 40.0},
            done | {"course_id": "k4", "completed_on": day("2026-03-01"), "score": 96.0},
            done | {"course_id": "k5", "completed_on": day("2026-04-01")},
            done | {"course_id": "k6", "completed_on": day("2026-02-01")},
        ],
    )
    lines = lists["training", rep("ann"), None]
    assert [(line["subject"], line["sign"], line["says"].code) for line in lines] == [
        ("Course 3", "⚠", "page.training.failed"),
        ("Course 2", "⚠", "page.training.late"),
        ("Course 1", "→", "page.training.enrolled"),
        ("Course 5", "✓", "page.training.passed"),
        ("Course 4", "✓", "page.training.passed-with"),
    ]


def test_the_statement_shows_two_months_that_are_over_and_the_one_that_runs():
    """Whether each is closed; quota and attained of the total as they stand by now."""
    statements = [
        statement(f"2026-{month:02}", quota=1_000, attainment_rate=month / 10, closed=month < 6)
        for month in range(1, 7)
    ]
    lists = page(Statements=statements)
    lines = lists["pay", rep("ann"), None]
    assert [(line["says"].params["period"], line["sign"]) for line in lines] == [
        ("2026-04", "✓"),
        ("2026-05", "✓"),
        ("2026-06", None),
    ]
    (total,) = lists["pay-total", rep("ann"), None]
    assert (total["target"], total["rate"]) == (1_000, 0.6)
    assert ("pay", rep("bo"), None) not in lists


@pytest.mark.parametrize("basis", ["booking", "invoice", "cash"])
def test_what_is_paid_is_a_share_of_what_pay_is_reckoned_on(basis):
    """Paid 400 on a base of 1,000, though the year sold more: 40 %, of bookings, invoices or payments."""
    lists = lists_of(
        rep_page.lists,
        context_of(
            rules=Rules(commission_basis=basis),
            Reps=[ANN, BO],
            Attainment=[attained("ann", YEAR, 5_000, due=100, target=200)],
            Statements=[statement("2026-05", sold=1_000, earned=300, award=100, paid=400)],
        ),
    )
    (tile,) = lists["tile-pay", rep("ann"), None]
    assert tile["says"] == Message(f"page.pay.share-{basis}", {"rate": 0.4})
    (total,) = lists["pay-total", rep("ann"), None]
    assert total["because"].code == f"page.pay.base-{basis}"
    said = {labels.sentence(tile["says"], language) for language in labels.LANGUAGES}
    own = {"booking": "签单", "invoice": "开票", "cash": "回款"}[basis]
    assert f"占{own}额 40%" in said


def test_without_reps_there_is_nobody_to_choose():
    """No line at all: the sheet then says what to do first."""
    assert lists_of(rep_page.lists, context_of()) == {}


def talk_of(**tables):
    return page(**tables).get(("talk", rep("ann"), None), ())


def test_the_talk_begins_with_what_was_agreed_last():
    """Of two talks the later one; one of tomorrow has not been held."""
    talks = [
        {"rep_id": "ann", "held_on": day("2026-05-04"), "agreed": "Old", "done": "Done"},
        {
            "rep_id": "ann",
            "held_on": day("2026-06-01"),
            "agreed": "Two visits",
            "done": "One made",
            "next_on": day("2026-07-10"),
        },
        {"rep_id": "ann", "held_on": day("2026-07-01"), "agreed": "New"},
        {"rep_id": "bo", "held_on": day("2026-06-02"), "agreed": "Not hers"},
    ]
    (line,) = talk_of(OneToOnes=talks)
    assert (line["sign"], line["row_key"]) == (None, "ann|2026-06-01")
    assert line["says"].params["agreed"] == "Two visits"
    assert line["because"] == Message(
        "page.talk.became-next", {"became": "One made", "day": dt.date(2026, 7, 10)}
    )


@pytest.mark.parametrize(
    ("more", "code", "sign"),
    [
        ({}, "page.talk.unknown", None),
        ({"done": "Done"}, "page.talk.became", None),
        ({"next_on": day("2026-06-30")}, "page.talk.unknown-next", None),
        ({"next_on": day("2026-06-29")}, "page.talk.unknown-overdue", "⚠"),
        ({"next_on": day("2026-06-29"), "done": "Done"}, "page.talk.became-overdue", "⚠"),
    ],
)
def test_a_talk_says_what_became_of_it_and_when_the_next_is_due(more, code, sign):
    (line,) = talk_of(OneToOnes=[{"rep_id": "ann", "held_on": day("2026-06-01"), **more}])
    assert (line["says"].code, line["because"].code) == ("page.talk.last", code)
    assert line["sign"] == sign


def test_goals_are_one_line_with_the_one_that_is_due_first():
    """Reached ones and those of other periods are left out; the month's share goes before the year's."""
    shared = {"rep_id": "ann", "period": "FY2026-Q2"}
    goals = [
        {**shared, "goal_id": "all", "goal": "All"},
        {**shared, "goal_id": "a", "goal": "Demos", "parent_id": "all", "target": 4.0,
         "result": 4.0, "due_on": day("2026-06-10")},
        {**shared, "goal_id": "b", "goal": "Offers", "target": 4.0, "due_on": day("2026-06-20")},
        {**shared, "goal_id": "c", "goal": "Orders", "metric": "orders", "target": 9.0,
         "due_on": day("2026-06-30")},
        {**shared, "goal_id": "d", "goal": "Past", "period": "FY2026-Q1"},
    ]  # fmt: skip
    lines = [
        {**measure("ann", "goals", 0.9, 0.8, 1.0, goal=1), "period": YEAR},
        {**measure("ann", "goals", 0.55, 0.4, 0.7, goal=1), "period": "FY2026-Q2"},
    ]
    (line,) = talk_of(Goals=goals, ScorecardLines=lines)
    assert line["says"] == Message("page.talk.goals", {"share": 0.55})
    assert line["because"] == Message(
        "page.talk.goals-overdue", {"goal": "Offers", "day": dt.date(2026, 6, 20)}
    )
    assert (line["sign"], line["count"], line["row_key"]) == ("▼", 2, "b")
    (unmeasured,) = talk_of(Goals=goals[3:4])
    assert unmeasured["says"] == Message("page.talk.goals-open", {"count": 1})
    assert unmeasured["because"].code == "page.talk.goals-due"
    (late,) = talk_of(Goals=goals[2:4])
    assert late["says"] == Message("page.talk.goals-late", {"count": 1})
    assert (late["because"].code, late["sign"]) == ("page.talk.goals-overdue", "▼")


def test_the_metric_that_would_help_most_is_said_once():
    """Not again where it is named as clearly behind."""
    because = Message("score-nothing")
    facts = {"period": YEAR, "rep_id": "ann", "because": because}
    card = {**facts, "helps_most": "activity", "helps_by": 7.25}
    (line,) = talk_of(Scorecard=[card])
    assert line["says"] == Message("page.talk.helps", {"metric": "metrics=activity"})
    assert line["because"] == Message("page.talk.helps-ask", {"points": 7.2})
    behind = [measure("ann", "activity", 2, 1, 3)]
    (once,) = talk_of(Scorecard=[card], ScorecardLines=behind)
    assert once["says"].code == "page.talk.measure-number"


def test_awards_and_the_next_level_are_among_what_goes_well():
    because = Message("award-ahead")
    award = {"award": "best-seller", "rep_id": "ann", "kind": "praise", "because": because}
    awards = [{**award, "period": period} for period in ("2025-12", "2026-04", "2026-05")]
    ready = [{"rep_id": "ann", "level": "Senior", "next_level": "Expert", "ready": "yes"}]
    level, latest = talk_of(Awards=awards, Readiness=ready)
    assert level["says"] == Message("page.talk.ready", {"level": "Expert"})
    assert latest["says"].params["period"] == "2026-05"
    assert [line["sign"] for line in (level, latest)] == ["✓", "✓"]
    (maybe,) = talk_of(Readiness=[{**ready[0], "ready": "not-sure"}])
    assert maybe["says"] == Message("page.talk.ready-not-sure", {"level": "Expert"})


def logged(rep_id: str, days: str):
    """The work days before the run from the last to the first: `.` without a log, `x` with one."""
    day_of = list(pd.bdate_range(end="2026-06-29", periods=len(days)))[::-1]
    nothing = dict.fromkeys(("visits", "calls", "other", "orders_amount", "visits_followed"), 0)
    return [
        {"rep_id": rep_id, "day": date.date(), **nothing, "no_log": sign == "."}
        for date, sign in zip(day_of, days, strict=True)
    ]


@pytest.mark.parametrize(
    ("days", "count"), [("....x", None), (".....", 5), (".......x..", 7), ("x......", None)]
)
def test_a_week_without_a_word_in_the_log_is_asked_for(days, count):
    lists = page(RepDays=logged("ann", days))
    said = [
        line for line in lists.get(("talk", rep("ann"), None), ()) if line.get("table") == "RepDays"
    ]
    assert [line.get("count") for line in said] == ([] if count is None else [count])
    assert not [
        line for line in lists.get(("talk", rep("bo"), None), ()) if line.get("table") == "RepDays"
    ]


def efficient(measure: str, unit: str, verdict: str, value: float, peers: float):
    facts = {"value": value, "peers": peers, "low": value, "high": value, "count": 40}
    because = Message(f"efficiency-{verdict}-{unit}", {"value": value, "peers": peers})
    return (
        {"rep_id": "ann", "measure": measure, "unit": unit, "verdict": verdict}
        | facts
        | {"because": because}
    )


def test_what_he_makes_of_visits_and_deals_is_said_where_luck_does_not_explain_it():
    rows = [
        efficient("sold_per_activity", "money", "worse", 612.4, 1883.2),
        efficient("average_deal", "money", "too-few", 100, 200),
        efficient("cycle_days", "days", "better", 61.26, 111.9),
        efficient("win_rate", "percent", "worse", 10, 25),
    ]
    said = [
        (line["sign"], labels.sentence(line["says"], "en"), labels.sentence(line["because"], "en"))
        for line in page(RepEfficiency=rows)["talk", rep("ann"), None]
        if line.get("table") == "RepEfficiency"
    ]
    assert said == [
        (
            "▼",
            "Sold per visit or call: 612",
            "All reps: 1,880, beyond luck. What stands in the way?",
        ),
        (
            "✓",
            "Days to win: 61.3 days",
            "All reps: 111.9 days, beyond luck. What can others learn from it?",
        ),
    ]


@pytest.mark.parametrize(("goal", "ending"), [(0.4, ""), (None, "-median")])
def test_a_median_of_peers_is_not_called_a_goal(goal: float | None, ending: str) -> None:
    """Where Metrics has no goal, what score cards take is what half of the peers reach."""
    rows = (Metric(metric="activity", weight=1, goal=goal),)
    context: Any = SimpleNamespace(
        policy=SimpleNamespace(metrics=rows), today=pd.Timestamp("2026-06-12")
    )
    assert goal_kind(context, "activity") == ending
