"""What customers say: counted by period and slice, whom to ask, whom we could lose, what a call says."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain.arithmetic.calendar import WorkCalendar, working_hours_between
from salesbook.domain.customers.feedback import nps, nps_range_of
from salesbook.domain.customers.feedback_stats import feedback_periods
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.past.at import at
from salesbook.labels import LANGUAGES, message_of, sentence
from salesbook.messages import Message
from salesbook.pages.lines import customer_board
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage, TierRule
from tests.drawn_tables import FEW, SEEDS, day, frames_of
from tests.spec.page_tables import COMPANY, attained, context_of, lists_of, rep, team

Row = dict[str, Any]
TODAY = dt.date(2026, 6, 30)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=30, channel="phone", survey_days=90),
    TierRule(tier="C", up_to_share=1, touch_days=90, channel="email"),
)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
REPS = [
    {"rep_id": "ann", "name": "Ann Lee", "team": "North"},
    {"rep_id": "bo", "name": "Bo Ek", "team": "South"},
]
TIER = ACTIONS["tier"]
OURS = ("FeedbackStats", "FeedbackDue", "CustomersAtRisk", "CallList")


def policy(**rules: Any) -> Policy:
    return Policy(rules=Rules(**rules), stages=STAGES, tier_rules=TIERS)


def tiered(settings: Policy | None = None, as_of: dt.date = TODAY, **rows: Any) -> Outcome:
    rows.setdefault("Reps", REPS)
    return TIER.run(Task(frames_of(rows, TIER.reads), settings or policy(), as_of))


def customer(key: str, owner: str | None = "ann", **fields: Any) -> Row:
    return {"customer_id": key, "name": key, "owner_id": owner} | fields


def said(key: str, of: str, at_: str, kind: str = "survey", **fields: Any) -> Row:
    when = pd.Timestamp(at_).to_pydatetime()
    row = {"feedback_id": key, "customer_id": of, "received_at": when, "kind": kind}
    return row | {
        name: pd.Timestamp(value).to_pydatetime() if name.endswith("_at") else value
        for name, value in fields.items()
    }


def surveys(of: str, scores: list[int], on: str = "2026-06-10 10:00") -> list[Row]:
    return [said(f"{of} {n}", of, on, score=score) for n, score in enumerate(scores)]


def order(key: str, of: str, on: str, amount: int = 100, **fields: Any) -> Row:
    facts = {"line_no": 1, "rep_id": "ann", "ordered_on": day(on), "amount": amount}
    return {"order_id": key, "customer_id": of} | facts | fields


def only(frame: pd.DataFrame, **where: Any) -> Row:
    """The one row with these values."""
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (row,) = frame.to_dict("records")
    return row


def stats(period: str = "2026-06", kind: str = "all", slice_: str = "all", **rows: Any) -> Row:
    found = tiered(**rows).tables["FeedbackStats"]
    return only(found, period=period, slice_kind=kind, slice=slice_)


def words(row: Row, field: str = "because", language: str = "en") -> str:
    return sentence(row[field], language)


# --- counting --------------------------------------------------------------------------------------


def test_the_score_of_the_book_is_reichhelds_example() -> None:
    """10, 9, 9, 8, 7, 7, 6, 3, 10, 0 → +10, and seven of ten are content."""
    scores = [10, 9, 9, 8, 7, 7, 6, 3, 10, 0]
    row = stats(Customers=[customer("C")], Feedback=surveys("C", scores))
    assert (row["answers"], row["nps"], row["csat"]) == (10, 10, 0.7)
    assert (row["nps_low"], row["nps_high"]) == pytest.approx(nps_range_of(4, 3, 10, 0.8))
    assert row["csat_low"] < 0.7 < row["csat_high"]
    assert words(row) == "From 10 answers."


@pytest.mark.parametrize("count", [0, 1, 4])
def test_under_five_answers_there_is_no_score_and_it_is_said_why(count: int) -> None:
    feedback = [*surveys("C", [10] * count), said("X", "C", "2026-06-10 10:00")]
    row = stats(Customers=[customer("C")], Feedback=feedback)
    assert (row["answers"], row["unanswered"]) == (count, 1)
    assert all(math.isnan(row[name]) for name in ("csat", "nps", "csat_low", "nps_high"))
    assert words(row).startswith("Scores are blank")


def test_a_month_stands_for_the_90_days_that_end_with_it() -> None:
    feedback = [
        said(f"F{n}", "C", on, score=9) for n, on in enumerate(["2026-04-02", "2026-04-01"])
    ]
    rows = {"Customers": [customer("C")], "Feedback": feedback}
    row = stats(**rows)
    assert (row["from_on"], row["to_on"]) == (day_of("2026-04-02"), day_of("2026-06-30"))
    assert row["answers"] == 1
    assert stats("FY2026-Q2", **rows)["answers"] == 2


def day_of(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_complaints_are_timed_in_working_hours_against_the_limits() -> None:
    """Received on Monday at 10: two days of nine hours are 18, three are 27 and over 24."""
    feedback = [
        said("in", "C", "2026-06-01 10:00", "complaint", answered_at="2026-06-03 10:00"),
        said("late", "C", "2026-06-01 10:00", "complaint", answered_at="2026-06-04 10:00"),
        said("fresh", "C", "2026-06-30 10:00", "complaint"),
        said("old", "C", "2026-06-01 10:00", "complaint"),
        said("odd", "C", "2026-06-05 10:00", "complaint", answered_at="2026-06-01 10:00"),
    ]
    row = stats(Customers=[customer("C")], Feedback=feedback)
    assert (row["complaints"], row["unsettled"], row["late_answers"]) == (5, 5, 2)
    assert row["answered_in_time_rate"] == 0.5
    assert row["answered_in_time_low"] < 0.5 < row["answered_in_time_high"]
    assert row["answer_hours_median"] == (18 + 27) / 2
    assert "An answer is dated before its complaint in 1 case" in words(row)


def test_what_was_settled_without_a_word_is_named() -> None:
    feedback = [
        said("a", "C", "2026-06-01 10:00", "complaint", resolved_at="2026-06-02 10:00"),
        said(
            "b",
            "C",
            "2026-06-01 10:00",
            "complaint",
            resolved_at="2026-06-15 10:00",
            action_taken="New part",
        ),
    ]
    row = stats(Customers=[customer("C")], Feedback=feedback)
    assert (row["resolved"], row["unwritten"], row["late_resolutions"]) == (2, 1, 1)
    assert row["resolve_hours_median"] == (9 + 90) / 2
    assert "Nobody wrote what was done about 1 resolved complaint" in words(row)


@pytest.mark.parametrize(
    ("ended", "again", "repeated"),
    [
        ("2026-03-01 10:00", "2026-05-30 10:00", 1),
        ("2026-03-01 10:00", "2026-05-30 10:01", 0),
        ("2026-06-01 10:00", "2026-05-20 10:00", 1),
        (None, "2026-05-20 10:00", 1),
    ],
)
def test_a_complaint_is_repeated_within_90_days_of_the_end_of_the_last(
    ended: str | None, again: str, repeated: int
) -> None:
    """From March 1 to May 30 are 90 days; who complains again before it is over does so as well."""
    first = said("1", "C", "2026-02-20 10:00", "complaint")
    if ended:
        first["resolved_at"] = pd.Timestamp(ended).to_pydatetime()
    feedback = [first, said("2", "C", again, "complaint"), said("3", "D", again, "complaint")]
    rows = {"Customers": [customer("C"), customer("D")], "Feedback": feedback}
    assert stats("FY2026", **rows)["repeated"] == repeated


def test_a_reps_answers_are_those_of_the_score_card() -> None:
    """What a customer said before he was handed over stays with whom it names."""
    feedback = surveys("C", [9] * 5, "2026-05-10 10:00")
    for row in feedback:
        row["owner_id"] = "bo"
    handed_over = customer("C", owner_since=day("2026-06-01"))
    found = tiered(Customers=[handed_over], Feedback=feedback).tables["FeedbackStats"]
    of_reps = found[(found["slice_kind"] == "rep") & (found["period"] == "FY2026")]
    assert of_reps["slice"].tolist() == ["bo"]
    found = tiered(Customers=[customer("C")], Feedback=feedback).tables["FeedbackStats"]
    of_reps = found[(found["slice_kind"] == "rep") & (found["period"] == "FY2026")]
    assert of_reps["slice"].tolist() == ["ann"]


# --- whom to ask -----------------------------------------------------------------------------------


def asked(as_of: dt.date = TODAY, settings: Policy | None = None, **rows: Any) -> list[Row]:
    rows.setdefault("Customers", [customer("C")])
    found: list[Row] = tiered(settings, as_of, **rows).tables["FeedbackDue"].to_dict("records")
    return found


def test_who_got_a_delivery_is_asked_14_days_later() -> None:
    orders = [order("O1", "C", "2026-06-01", delivered_on=day("2026-06-15"))]
    assert asked(dt.date(2026, 6, 26), Orders=orders) == []
    (row,) = asked(dt.date(2026, 6, 29), Orders=orders)
    assert (row["occasion"], row["order_id"]) == ("delivered", "O1")
    assert row["due_on"] == day_of("2026-06-29")
    assert words(row) == "Order O1 was delivered on 2026-06-15. Never asked so far."
    assert words(row, language="zh-CN").startswith("订单 O1 已于 2026-06-15 交付。")


def test_who_gets_a_delivery_every_ten_days_is_asked_about_the_latest_that_is_due() -> None:
    delivered = pd.date_range("2026-05-06", "2026-06-30", freq="10D")
    orders = [order(f"O{on:%m%d}", "C", "2026-05-01", delivered_on=on.date()) for on in delivered]
    (row,) = asked(Orders=orders)
    assert (row["occasion"], row["order_id"]) == ("delivered", "O0615")
    survey = said("F", "C", "2026-06-15 10:00", score=9)
    assert asked(Orders=orders, Feedback=[survey]) == []


def test_a_complaint_settled_yesterday_does_not_hide_the_one_that_is_due() -> None:
    feedback = [
        said(f"F{n}", "C", "2026-06-01 10:00", "complaint", answered_at=on, resolved_at=on)
        for n, on in enumerate(["2026-06-10 10:00", "2026-06-22 10:00", "2026-06-29 10:00"])
    ]
    (row,) = asked(Feedback=feedback)
    assert (row["occasion"], row["feedback_id"]) == ("after-complaint", "F1")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"amount": -100},
        {"refund_of": "O0"},
        {"delivered_on": day("2026-07-15")},
        {"delivered_on": day("2026-02-01")},
    ],
)
def test_what_was_cancelled_taken_back_not_yet_or_long_ago_delivered_is_no_occasion(
    change: Row,
) -> None:
    sold = order("O1", "C", "2026-01-01", delivered_on=day("2026-06-10"))
    settings = policy()
    settings = replace(settings, tier_rules=(TIERS[1].model_copy(),))
    assert len(asked(settings=settings, Orders=[sold])) == 1
    first = order("O0", "C", "2025-12-01")
    assert asked(settings=settings, Orders=[first, sold | change]) == []


def test_a_settled_complaint_is_asked_about_before_a_delivery() -> None:
    orders = [order("O1", "C", "2026-06-01", delivered_on=day("2026-06-10"))]
    times = {"answered_at": "2026-06-02 10:00", "resolved_at": "2026-06-03 10:00"}
    feedback = [said("F", "C", "2026-06-01 10:00", "complaint", **times)]
    (row,) = asked(Orders=orders, Feedback=feedback)
    assert (row["occasion"], row["feedback_id"]) == ("after-complaint", "F")
    assert row["due_on"] == day_of("2026-06-10")


def test_nobody_is_asked_while_he_waits_for_us() -> None:
    orders = [order("O1", "C", "2026-06-01", delivered_on=day("2026-06-10"))]
    assert asked(Orders=orders, Feedback=[said("F", "C", "2026-06-20", "complaint")]) == []


def test_by_rhythm_only_who_buys_is_asked_and_not_again_for_90_days() -> None:
    bought = [order("O1", "C", "2026-01-05", 900), order("O2", "C", "2026-05-05", 900)]
    (row,) = asked(Orders=bought)
    assert (row["occasion"], row["tier"]) == ("rhythm", "A")
    assert asked(Customers=[customer("D")]) == []
    survey = said("F", "C", "2026-04-01 10:00", score=9)
    assert asked(dt.date(2026, 6, 29), Orders=bought, Feedback=[survey]) == []
    (row,) = asked(dt.date(2026, 6, 30), Orders=bought, Feedback=[survey])
    assert row["due_on"] == day_of("2026-06-30")
    assert words(row) == "Tier A is asked every 90 days. Last asked on 2026-04-01."


def test_the_rest_comes_before_any_occasion() -> None:
    orders = [order("O1", "C", "2026-06-01", delivered_on=day("2026-06-10"))]
    survey = said("F", "C", "2026-05-01 10:00", score=9)
    assert asked(Orders=orders, Feedback=[survey]) == []
    (row,) = asked(dt.date(2026, 7, 30), Orders=orders, Feedback=[survey])
    assert row["due_on"] == day_of("2026-07-30")


# --- the call list ---------------------------------------------------------------------------------


def test_an_unanswered_complaint_pulls_its_call_before_all_others() -> None:
    rows = {
        "Customers": [customer("big"), customer("small")],
        "Orders": [order("O1", "big", "2026-06-01", 9000), order("O2", "small", "2026-06-01", 1)],
        "Activities": [
            {
                "activity_id": "a",
                "customer_id": "small",
                "rep_id": "ann",
                "kind": "phone",
                "done_on": day("2026-06-22"),
            },
        ],
        "Feedback": [said("F", "small", "2026-06-25 10:00", "complaint")],
    }
    calls = tiered(**rows).tables["CallList"]
    assert calls["customer_id"].tolist()[0] == "small"
    row = only(calls, customer_id="small")
    assert (row["complaint_id"], row["due_on"]) == ("F", day_of("2026-06-25"))
    assert "A complaint of 2026-06-25 waits for an answer" in words(row)

    rows["Feedback"][0]["answered_at"] = pd.Timestamp("2026-06-26 10:00").to_pydatetime()
    calls = tiered(**rows).tables["CallList"]
    assert "small" not in calls["customer_id"].tolist()


def test_a_call_after_the_complaint_is_followed_by_another_one() -> None:
    """What was typed of the first call must not count for the second."""
    contact = {"customer_id": "C", "rep_id": "ann", "kind": "phone", "done_on": day("2026-06-26")}
    rows = {
        "Customers": [customer("C")],
        "Activities": [{"activity_id": "a", **contact}],
        "Feedback": [said("F", "C", "2026-06-25 10:00", "complaint")],
    }
    row = only(tiered(**rows).tables["CallList"], customer_id="C")
    # June 27 and 28 are a weekend.
    assert row["due_on"] == day_of("2026-06-29")


def test_who_is_to_be_asked_is_asked_in_the_call_that_is_due() -> None:
    rows = {
        "Customers": [customer("C")],
        "Orders": [order("O1", "C", "2026-05-01", delivered_on=day("2026-06-10"))],
    }
    row = only(tiered(**rows).tables["CallList"], customer_id="C")
    assert words(row).endswith(
        "Ask in the same call how content the customer is. Order O1 was delivered on 2026-06-10."
    )


# --- whom we could lose ----------------------------------------------------------------------------


def weekly(of: str, first: str, last: str) -> list[Row]:
    days = pd.date_range(first, last, freq="7D")
    return [order(f"{of}{on:%y%m%d}", of, str(on.date())) for on in days]


def market(*leavers: str) -> dict[str, list[Row]]:
    """Nine customers who buy every week; the leavers stopped in February."""
    keys = [f"C{n}" for n in range(9)]
    orders = [
        row
        for key in keys
        for row in weekly(key, "2025-01-06", "2026-02-20" if key in leavers else "2026-06-28")
    ]
    return {"Customers": [customer(key) for key in keys], "Orders": orders}


def test_two_signs_come_before_one_and_are_said_apart() -> None:
    rows = market("C1", "C2")
    rows["Feedback"] = [
        said("F1", "C1", "2026-05-01 10:00", score=3),
        said("F2", "C3", "2026-05-01 10:00", score=2),
        said("F3", "C4", "2026-05-01 10:00", score=9),
    ]
    found = tiered(**rows).tables["CustomersAtRisk"]
    assert list(zip(found["customer_id"], found["signs"], strict=True)) == [
        ("C1", "both"),
        ("C3", "feedback"),
        ("C2", "orders"),
    ]
    both = only(found, customer_id="C1")
    assert words(both).startswith("Scored us 3 of 10 on 2026-05-01. Bought 0 times in the last 3")
    assert "what has to change" in words(both, "do")
    values = tiered(**rows).tables["CustomerTiers"].set_index("customer_id")["value"]
    assert both["value"] == values["C1"] > 0


@pytest.mark.parametrize("gap", [14, 28, 40, 60])
def test_a_bad_score_takes_no_sign_away(gap: int) -> None:
    """Of those who buy less of late, however clearly, each still does once he has a bad score too."""
    rows = market("C0", "C2")
    slower = pd.date_range("2026-03-01", "2026-06-28", freq=f"{gap}D")
    rows["Orders"] = [
        row
        for row in rows["Orders"]
        if row["customer_id"] != "C1" or row["ordered_on"] < dt.date(2026, 3, 1)
    ] + [order(f"slow{on:%y%m%d}", "C1", str(on.date())) for on in slower]
    unhappy = ["C3", "C4", "C5", "C6", "C7", "C8"]
    rows["Feedback"] = [said(f"F{key}", key, "2026-05-01 10:00", score=2) for key in unhappy]
    before = tiered(**rows).tables["CustomersAtRisk"].set_index("customer_id")["signs"]
    rows["Feedback"].append(said("FC1", "C1", "2026-05-01 10:00", score=2))
    after = tiered(**rows).tables["CustomersAtRisk"].set_index("customer_id")["signs"]
    assert after["C1"] == ("both" if before.get("C1") == "orders" else "feedback")
    assert after.drop("C1").to_dict() == before.drop("C1", errors="ignore").to_dict()


def test_who_buys_as_ever_is_said_to() -> None:
    rows = market()
    rows["Feedback"] = [said("F2", "C3", "2026-05-01 10:00", score=2)]
    row = only(tiered(**rows).tables["CustomersAtRisk"], customer_id="C3")
    assert row["signs"] == "feedback"
    assert "not clearly less" in words(row)


@pytest.mark.parametrize(
    ("on", "en", "zh"),
    [
        ("2026-04-02", "Call within the week", "本周内打电话"),
        ("2026-04-01", "Ask again how content the customer is now.", "请再询问客户现在是否满意。"),
    ],
)
def test_only_a_score_of_the_last_90_days_is_talked_about(on: str, en: str, zh: str) -> None:
    rows = market()
    rows["Feedback"] = [said("F2", "C3", f"{on} 10:00", score=2)]
    row = only(tiered(**rows).tables["CustomersAtRisk"], customer_id="C3")
    assert words(row, "do").startswith(en)
    assert words(row, "do", "zh-CN").startswith(zh)


def test_when_all_buy_less_nobody_falls() -> None:
    rows = market(*[f"C{n}" for n in range(9)])
    assert tiered(**rows).tables["CustomersAtRisk"].empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_few_orders_nothing_is_claimed(language: str) -> None:
    rows = {
        "Customers": [customer("C")],
        "Orders": [order("O1", "C", "2025-09-01"), order("O2", "C", "2025-11-01")],
        "Feedback": [said("F", "C", "2026-05-01 10:00", score=0)],
    }
    (row,) = tiered(**rows).tables["CustomersAtRisk"].to_dict("records")
    assert row["signs"] == "feedback"
    assert pd.isna(row["orders_recent"])
    assert {"en": "cannot be told", "zh-CN": "无法判断"}[language] in words(row, language=language)


def test_an_answer_of_long_ago_and_a_settled_complaint_are_no_signs() -> None:
    times = {"answered_at": "2026-05-04 11:00", "resolved_at": "2026-05-04 12:00"}
    feedback = [
        said("F1", "C", "2025-05-01 10:00", score=0),
        said("F2", "C", "2026-05-04 10:00", "complaint", **times),
    ]
    rows = {"Customers": [customer("C")], "Feedback": feedback}
    assert tiered(**rows).tables["CustomersAtRisk"].empty
    feedback[1]["resolved_at"] = None
    (row,) = tiered(**rows).tables["CustomersAtRisk"].to_dict("records")
    assert (row["complaints_open"], row["complaints_late"]) == (1, 1)
    assert words(row, "do").startswith("Settle the complaint of 2026-05-04")


# --- laws ------------------------------------------------------------------------------------------


def drawn(seed: int) -> dict[str, list[Row]]:
    """A company whose customers buy, praise and complain; some days lie ahead."""
    luck = Random(seed)
    owners = [f"r{n}" for n in range(luck.randint(1, 4))]
    reps = [{"rep_id": key, "name": key, "team": luck.choice(["N", "S", None])} for key in owners]
    rows: dict[str, list[Row]] = {"Reps": reps}
    for name in ("Customers", "Orders", "Feedback", "Activities"):
        rows[name] = []
    for n in range(luck.randint(1, 25)):
        key = f"c{n:02}"
        since = drawn_day(luck) if luck.random() < 0.3 else None
        facts = {"owner_since": since, "phone": luck.choice([None, "1"])}
        rows["Customers"].append(customer(key, luck.choice([*owners, None]), **facts))
        for m in range(luck.choice([0, 1, 3, 20])):
            on = drawn_day(luck)
            sent = on + dt.timedelta(days=luck.randint(0, 30)) if luck.random() < 0.7 else None
            facts = {"delivered_on": sent, "rep_id": "r0"}
            amount = luck.choice([100, 5000, -50])
            rows["Orders"].append(order(f"o{n}.{m}", key, on.isoformat(), amount, **facts))
        for m in range(luck.choice([0, 1, 2, 8])):
            row = {"feedback_id": f"f{n}.{m}", "customer_id": key, **drawn_feedback(luck)}
            rows["Feedback"].append(row | {"owner_id": luck.choice([*owners, None])})
        if luck.random() < 0.3:
            facts = {"rep_id": "r0", "kind": "phone", "done_on": drawn_day(luck)}
            rows["Activities"].append({"activity_id": key, "customer_id": key, **facts})
    return rows


def drawn_day(luck: Random) -> dt.date:
    return TODAY - dt.timedelta(days=luck.randint(-40, 500))


def drawn_feedback(luck: Random) -> Row:
    """A survey, often answered; a complaint whose days are sometimes wrong; or a visit."""
    time_of_day = dt.time(luck.randint(0, 23), luck.randint(0, 59))
    row: Row = {"received_at": dt.datetime.combine(drawn_day(luck), time_of_day)}
    row["kind"] = luck.choice(["survey", "survey", "complaint", "visit"])
    if row["kind"] == "survey" and luck.random() < 0.8:
        row["score"] = luck.randint(0, 10)
    if row["kind"] == "complaint":
        row["action_taken"] = luck.choice([None, "mended"])
        for name in ("answered_at", "resolved_at"):
            if luck.random() < 0.6:
                row[name] = row["received_at"] + dt.timedelta(hours=luck.randint(-5, 300))
    return row


@FEW
@given(seed=SEEDS)
def test_looking_back_sees_what_was_seen_then(seed: int) -> None:
    task = Task(frames_of(drawn(seed), TIER.reads), policy(), TODAY)
    then = replace(task, tables=at(task.tables, task.policy, TODAY).tables)
    first, second = TIER.run(task), TIER.run(then)
    for name in OURS:
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])


@FEW
@given(seed=SEEDS)
def test_the_order_of_rows_says_nothing(seed: int) -> None:
    rows = drawn(seed)
    turned = {name: list(reversed(body)) for name, body in rows.items()}
    first, second = tiered(**rows), tiered(**turned)
    for name in OURS:
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])


@FEW
@given(seed=SEEDS)
def test_reps_and_tiers_add_up_to_all_and_ranges_hold_what_they_are_of(seed: int) -> None:
    found = tiered(**drawn(seed)).tables["FeedbackStats"]
    counts = ["answers", "unanswered", "complaints", "late_answers", "repeated", "unwritten"]
    for kind in ("rep", "tier"):
        parts = found[found["slice_kind"] == kind]
        sums = parts.groupby("period")[counts].sum()
        of_all = found[found["slice_kind"] == "all"].set_index("period")[counts]
        pd.testing.assert_frame_equal(sums, of_all.loc[sums.index], check_like=True)
    for name in ("csat", "nps"):
        known = found[found[name].notna()]
        assert (known["answers"] >= 5).all()
        assert (known[f"{name}_low"] <= known[name] + 1e-9).all()
        assert (known[name] <= known[f"{name}_high"] + 1e-9).all()
    for name in ("answered_in_time", "resolved_in_time"):
        known = found[found[f"{name}_rate"].notna()]
        assert (known[f"{name}_low"] <= known[f"{name}_rate"] + 1e-9).all()
        assert (known[f"{name}_rate"] <= known[f"{name}_high"] + 1e-9).all()


@FEW
@given(seed=SEEDS)
def test_a_year_is_what_counting_one_by_one_gives(seed: int) -> None:
    rows = drawn(seed)
    found = tiered(**rows).tables["FeedbackStats"]
    this_year = [
        row for row in rows["Feedback"] if dt.date(2026, 1, 1) <= row["received_at"].date() <= TODAY
    ]
    scores = [row["score"] for row in this_year if row.get("score") is not None]
    complaints = [row for row in this_year if row["kind"] == "complaint"]
    of_year = found[(found["slice_kind"] == "all") & (found["period"] == "FY2026")]
    if not scores and not complaints:
        assert len(of_year) <= 1
        return
    (row,) = of_year.to_dict("records")
    assert (row["answers"], row["complaints"]) == (len(scores), len(complaints))
    if len(scores) >= 5:
        assert row["nps"] == pytest.approx(nps(scores))
        assert row["csat"] == pytest.approx(sum(score > 6 for score in scores) / len(scores))

    end = dt.datetime.combine(TODAY, dt.time.max)
    late = 0
    for complaint in complaints:
        came = complaint["received_at"]
        typed = [complaint.get(name) for name in ("answered_at", "resolved_at")]
        ends = [when for when in typed if when is not None and when <= end]
        answered = typed[0] if typed[0] is not None and typed[0] <= end else None
        if (answered is not None and answered < came) or (ends and max(ends) < came):
            continue
        until = min([when for when in ends if when >= came] or [end])
        hours = working_hours_between(came, until, WorkCalendar(), (dt.time(9), dt.time(18)))
        late += hours > 24
    assert row["late_answers"] == late


@FEW
@given(seed=SEEDS)
def test_nobody_is_asked_twice_nor_while_a_complaint_is_open(seed: int) -> None:
    rows = drawn(seed)
    due = tiered(**rows).tables["FeedbackDue"]
    assert due["customer_id"].is_unique
    assert (due["due_on"] <= pd.Timestamp(TODAY)).all()
    was_open = {
        row["customer_id"]
        for row in rows["Feedback"]
        if row["kind"] == "complaint"
        and row["received_at"].date() <= TODAY
        and (row.get("resolved_at") is None or row["resolved_at"].date() > TODAY)
    }
    assert was_open.isdisjoint(due["customer_id"])

    asked_now = [
        said(f"asked {key}", key, f"{TODAY.isoformat()} 09:00") for key in due["customer_id"]
    ]
    rows["Feedback"] = [*rows["Feedback"], *asked_now]
    for later in (0, 89):
        then = TODAY + dt.timedelta(days=later)
        again = tiered(None, then, **rows).tables["FeedbackDue"]
        assert set(due["customer_id"]).isdisjoint(again["customer_id"])


@FEW
@given(seed=SEEDS)
def test_every_sentence_is_read_back_in_both_languages(seed: int) -> None:
    """A run of another verb reads them from their cells: the same codes, in the same order."""
    found = tiered(**drawn(seed)).tables
    for name in OURS:
        for field in {"because", "do"} & set(found[name].columns):
            for message, language in itertools.product(found[name][field], LANGUAGES):
                back = message_of(sentence(message, language))
                assert back is not None
                assert codes(back) == codes(message), sentence(message, language)


def codes(message: Message) -> list[str]:
    return [message.code, *(more.code for more in message.more)]


@FEW
@given(seed=SEEDS)
def test_the_customer_board_says_what_feedback_stats_says(seed: int) -> None:
    rows = drawn(seed)
    outcome = tiered(**rows)
    found = outcome.tables["FeedbackStats"].set_index(["period", "slice_kind", "slice"])
    people = [row["rep_id"] for row in rows["Reps"]]
    kept = {name: at_today(rows, name) for name in ("Reps", "Customers", "Orders", "Feedback")}
    context = context_of(
        **kept,
        CustomerTiers=outcome.tables["CustomerTiers"],
        Attainment=[attained(key, "FY2026", 1) for key in people],
    )
    context = replace(context, policy=policy())
    lists = lists_of(customer_board.lists, context)
    compared = 0
    for period in feedback_periods(TODAY, 1):
        for scope, kind, key in [
            (COMPANY, "all", "all"),
            *[(rep(person), "rep", person) for person in people],
            (team("N"), "team", "N"),
        ]:
            for line in lists.get(("feedback-total", scope, period), ()):
                row = found.loc[(period, kind, key)] if (period, kind, key) in found.index else None
                if row is None:
                    assert (line.get("count") or 0) == 0
                    continue
                compared += 1
                assert (line.get("count") or 0) == row["answers"]
                assert (line.get("count_down") or 0) - (line.get("count_up") or 0) == row[
                    "late_answers"
                ]
                number = line.get("number")
                assert (number is None) == bool(pd.isna(row["nps"]))
                if number is not None:
                    assert number == pytest.approx(row["nps"])
                    assert line["share"] == pytest.approx(row["csat"])
    if any(row["received_at"].date() <= TODAY for row in rows["Feedback"]):
        assert compared or np.all(found["answers"] < 5)


def at_today(rows: dict[str, list[Row]], name: str) -> pd.DataFrame:
    frames = frames_of(rows, TIER.reads)
    return at(frames, policy(), TODAY).tables[name]
