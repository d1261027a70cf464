"""What to act on."""

import datetime as dt
import re

import pytest

from salesbook.domain import funnel
from salesbook.domain.alerts.rules import RULES, alert
from salesbook.labels import LANGUAGES, known_names, message_of, sentence
from salesbook.labels.messages import templates
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, policy, records

QUIET = "big-deal-quiet"


def alerts(rows=(), settings=None, as_of=AS_OF, **tables):
    task = draw(Deals=list(rows), settings=settings, as_of=as_of, **tables)
    return funnel.run(task).tables["Alerts"]


def kinds(table):
    return records(table, "kind", "row_key", "severity")


def of_kind(table, kind):
    return kinds(table[table["kind"] == kind])


def next_steps(table):
    return of_kind(table, "next-step-overdue") + of_kind(table, "no-next-step")


def order(**fields):
    base = {"order_id": "o", "line_no": 1, "customer_id": "c", "rep_id": "ann", "amount": 100}
    return base | {"ordered_on": day("2026-05-01")} | fields


def visit(activity_id, rep_id, done_on, **fields):
    base = {"activity_id": activity_id, "rep_id": rep_id, "done_on": day(done_on), "kind": "visit"}
    return base | fields


def test_every_kind_of_alert_has_a_rule_and_its_words():
    """Nobody adds one without the other: a rule is named where it stands, the words list kinds."""
    assert sorted(RULES) == sorted(known_names("alerts"))
    for language in LANGUAGES:
        said = {
            code.removeprefix("alert.") for code in templates(language) if code.startswith("alert.")
        }
        assert {code.partition(".")[0] for code in said} == set(RULES)
        assert {f"{kind}.do" for kind in RULES} | {f"{kind}.because" for kind in RULES} <= said


def test_a_kind_of_alert_has_one_rule():
    with pytest.raises(ValueError, match="deal-stuck"):
        alert("deal-stuck")(RULES["deal-stuck"])


def test_close_date_passed():
    rows = [
        deal("a", "Lead", expected_on="2026-06-29"),
        deal("b", "Lead", expected_on="2026-06-30"),
        deal("c", "Lead", expected_on="2026-06-29", category="commit"),
        deal("d", "Won", expected_on="2026-06-01", closed_on="2026-06-02"),
    ]
    found = alerts(rows)
    assert of_kind(found, "close-date-passed") == [
        ("close-date-passed", "c", "high"),
        ("close-date-passed", "a", "medium"),
    ]
    assert sentence(found["because"].iloc[0], "en") == (
        "Expected to close on 2026-06-29, 1 day ago, and still in Lead"
    )


def test_next_steps_are_asked_for_only_in_a_book_that_keeps_them():
    assert next_steps(alerts([deal("a", "Lead")])) == []
    rows = [
        deal("a", "Lead", next_step="call", next_on="2026-06-20"),
        deal("b", "Lead"),
        deal("c", "Lead", next_step="call", next_on="2026-07-20"),
    ]
    assert next_steps(alerts(rows)) == [
        ("next-step-overdue", "a", "medium"),
        ("no-next-step", "b", "low"),
    ]


def test_the_next_step_of_the_newest_activity_counts():
    rows = [deal("a", "Lead"), deal("b", "Lead", next_on="2026-07-20")]
    activities = [
        visit("1", "ann", "2026-06-01", deal_id="a", next_on=day("2026-06-05")),
        visit("2", "ann", "2026-06-25", deal_id="a", next_on=day("2026-07-05")),
    ]
    assert next_steps(alerts(rows, Activities=activities)) == []
    assert of_kind(alerts(rows, Activities=activities[:1]), "next-step-overdue") == [
        ("next-step-overdue", "a", "medium")
    ]


def test_a_deal_names_the_fields_that_its_stage_needs():
    stages = (
        Stage(stage="Lead", rank=1, kind="open", needs="amount, expected_on, product"),
        *STAGES[1:],
    )
    rows = [
        deal("a", "Lead", amount=1),
        deal("b", "Lead", amount=1, expected_on="2026-07-01", product="p"),
        deal("c", "Lead", expected_on="2026-07-01", product="p"),
    ]
    found = alerts(rows, policy(stages))
    found = found[found["kind"] == "needs-missing"]
    assert kinds(found) == [("needs-missing", "a", "medium"), ("needs-missing", "c", "medium")]
    assert [sentence(message, "en") for message in found["because"]] == [
        "Lead needs 2 values that are empty here: Expected on, Product",
        "Lead needs Amount, which is empty",
    ]


def test_big_deals_without_contact():
    rows = [
        deal("a", "Lead", amount=1000, created_on="2026-01-01", customer_id="c"),
        deal("b", "Lead", amount=1000, created_on="2026-01-01"),
        deal("n", "Lead", amount=1000, created_on="2026-06-20"),
        deal("s", "Lead", amount=10, created_on="2026-01-01"),
    ]
    assert of_kind(alerts(rows), QUIET) == []
    seen = [
        visit("1", "ann", "2026-06-25", customer_id="c"),
        visit("2", "ann", "2026-05-01", deal_id="b"),
    ]
    found = alerts(rows, Activities=seen)
    assert of_kind(found, QUIET) == [(QUIET, "b", "high")]
    assert records(found[found["kind"] == QUIET], "since_on", "days") == [(day("2026-05-01"), 60.0)]


def test_nothing_is_quiet_before_contacts_are_logged_for_so_long():
    """The first contact of the book was logged yesterday: 200 days without one tell nothing."""
    rows = [
        deal("a", "Lead", amount=1000, created_on="2026-01-01"),
        deal("u", "Lead", amount=1000),
        deal("s", "Lead", amount=10, created_on="2026-01-01"),
    ]
    other = {"customer_id": "z"}
    assert of_kind(alerts(rows, Activities=[visit("1", "ann", "2026-06-29", **other)]), QUIET) == []

    found = alerts(rows, Activities=[visit("1", "ann", "2026-05-01", **other)])
    shown = records(found[found["kind"] == QUIET], "row_key", "since_on", "days")
    assert shown == [("a", day("2026-05-01"), 60.0), ("u", day("2026-05-01"), 60.0)]


def test_orders_not_delivered_in_time():
    orders = [
        order(due_on=day("2026-06-20")),
        order(order_id="late", due_on=day("2026-05-01"), status="placed"),
        order(order_id="done", due_on=day("2026-05-01"), delivered_on=day("2026-06-01")),
        order(order_id="off", due_on=day("2026-05-01"), status="cancelled"),
        order(order_id="soon", due_on=day("2026-07-01")),
    ]
    assert kinds(alerts(Orders=orders)) == [
        ("order-undelivered", "late|1", "high"),
        ("order-undelivered", "o|1", "medium"),
    ]


def test_orders_not_paid_in_time():
    orders = [
        order(due_on=day("2026-06-20"), status="delivered"),
        order(line_no=2, amount=50, due_on=day("2026-06-20"), status="delivered"),
        order(order_id="back", amount=-30, refund_of="o"),
        order(order_id="paid", due_on=day("2026-06-20"), status="paid"),
        order(order_id="full", due_on=day("2026-06-20"), status="invoiced"),
    ]
    paid = [
        {"payment_id": "1", "order_id": "o", "paid_on": day("2026-06-21"), "amount": 20},
        {"payment_id": "2", "order_id": "full", "paid_on": day("2026-06-21"), "amount": 100},
    ]
    found = alerts(Orders=orders, Payments=paid)
    assert records(found, "kind", "row_key", "amount", "days") == [
        ("order-unpaid", "o|1", 100, 10.0)
    ]


def test_leads_not_contacted():
    """From 9 on Friday to the evening of Tuesday are 27 working hours; the limit is 24."""

    def lead(lead_id, received, **fields):
        return {
            "lead_id": lead_id,
            "name": lead_id,
            "received_at": received,
            "status": "new",
        } | fields

    leads = [
        lead("old", dt.datetime(2026, 6, 26, 9)),
        lead("weekend", dt.datetime(2026, 6, 27, 9)),
        lead("today", dt.datetime(2026, 6, 30, 9)),
        lead("met", dt.datetime(2026, 6, 1, 9), first_contact_at=dt.datetime(2026, 6, 1, 10)),
        lead("out", dt.datetime(2026, 6, 1, 9), status="rejected"),
    ]
    assert kinds(alerts(Leads=leads)) == [("lead-waiting", "old", "high")]
    found = alerts(Leads=leads, settings=policy(working_hours="00:00-23:59"))
    assert [key for _, key, _ in kinds(found)] == ["old", "weekend"]


def complaint(feedback_id, received, **fields):
    base = {
        "feedback_id": feedback_id,
        "customer_id": "c",
        "received_at": received,
        "kind": "complaint",
    }
    return base | fields


def test_complaints_without_answer_or_way_out():
    """The owner of the feedback is asked, else the customer's."""
    early, friday = dt.datetime(2026, 6, 1, 9), dt.datetime(2026, 6, 26, 9)
    feedback = [
        complaint("mute", friday),
        complaint("fresh", dt.datetime(2026, 6, 29, 9)),
        complaint("stuck", early, answered_at=early, owner_id="bob"),
        complaint("talks", friday, answered_at=friday),
        complaint("done", early, resolved_at=friday),
        complaint("survey", early) | {"kind": "survey"},
    ]
    customers = [{"customer_id": "c", "name": "C", "owner_id": "ann"}]
    found = alerts(Feedback=feedback, Customers=customers)
    assert records(found, "kind", "row_key", "who", "days") == [
        ("complaint-unanswered", "mute", "ann", 4.0),
        ("complaint-unresolved", "stuck", "bob", 29.0),
    ]


def test_customers_that_may_be_reassigned():
    """After 90 days up to 2026-06-30, that is since 2026-04-01; only where contacts are logged at
    all. Who was entered again later was not contacted by that.
    """

    def customer(customer_id, **fields):
        return {"customer_id": customer_id, "name": customer_id, "owner_id": "ann"} | fields

    customers = [
        customer("late"),
        customer("seen"),
        customer("never", created_on=day("2026-01-01")),
        customer("new", created_on=day("2026-06-01")),
        customer("unknown"),
        customer("bound", contract_end_on=day("2026-06-30")),
        customer("nobody", owner_id=None),
        customer("again", created_on=day("2026-05-01")),
    ]
    assert of_kind(alerts(Customers=customers), "customer-untouched") == []
    touches = [
        visit(key, "ann", on, customer_id=key)
        for key, on in (
            ("late", "2026-04-01"),
            ("seen", "2026-04-02"),
            ("bound", "2026-01-01"),
            ("nobody", "2026-01-01"),
            ("again", "2026-01-01"),
        )
    ]
    found = alerts(Customers=customers, Activities=touches)
    found = found[found["kind"] == "customer-untouched"]
    assert records(found, "row_key", "days") == [
        ("again", 180.0),
        ("late", 90.0),
        ("never", 180.0),
    ]
    assert [message.code.split(".")[-1] for message in found["because"]] == [
        "because",
        "because",
        "because-never",
    ]
    found = alerts(Customers=customers, Activities=touches, settings=policy(pool_days=91))
    assert [key for _, key, _ in of_kind(found, "customer-untouched")] == ["again", "never"]


def test_reps_without_visits():
    """The last five work days up to Tuesday 2026-06-30 begin on 2026-06-24."""
    reps = [
        {"rep_id": "ann", "name": "Ann", "manager_id": "max"},
        {"rep_id": "bob", "name": "Bob"},
        {"rep_id": "cas", "name": "Cas"},
        {"rep_id": "max", "name": "Max"},
        {"rep_id": "new", "name": "New", "hired_on": day("2026-06-29")},
        {"rep_id": "off", "name": "Off", "left_on": day("2026-06-01")},
    ]
    assert kinds(alerts(Reps=reps)) == []
    visits = [visit("1", "ann", "2026-06-24"), visit("2", "bob", "2026-06-23")]
    found = alerts(Reps=reps, Activities=visits)
    assert kinds(found) == [("no-visits", "bob", "medium"), ("no-visits", "cas", "medium")]
    assert sentence(found["because"].iloc[1], "en").endswith("nor any before")
    # Who logs the first visit of the book makes nobody late who has not.
    assert kinds(alerts(Reps=reps, Activities=[visit("1", "ann", "2026-06-25")])) == []


def test_a_talk_that_is_overdue_is_the_managers():
    """Only the last talk says when the next is due; who has left is invited to none."""
    reps = [
        {"rep_id": "ann", "name": "Ann", "manager_id": "max"},
        {"rep_id": "bob", "name": "Bob"},
        {"rep_id": "max", "name": "Max"},
        {"rep_id": "off", "name": "Off", "manager_id": "max", "left_on": day("2026-06-01")},
    ]
    talks = [
        {"rep_id": "ann", "held_on": day("2026-05-01"), "next_on": day("2026-06-20")},
        {"rep_id": "bob", "held_on": day("2026-05-01"), "next_on": day("2026-06-29")},
        {"rep_id": "max", "held_on": day("2026-05-01"), "next_on": day("2026-06-30")},
        {"rep_id": "off", "held_on": day("2026-05-01"), "next_on": day("2026-05-20")},
    ]
    found = alerts(Reps=reps, OneToOnes=talks)
    assert records(found, "kind", "row_key", "who", "days") == [
        ("talk-overdue", "ann", "max", 10),
        ("talk-overdue", "bob", None, 1),
    ]
    assert sentence(found["because"].iloc[0], "en") == (
        "The next talk was due on 2026-06-20, 10 days ago; the last one was on 2026-05-01"
    )
    held = [*talks, {"rep_id": "ann", "held_on": day("2026-06-25")}]
    assert of_kind(alerts(Reps=reps, OneToOnes=held), "talk-overdue") == [
        ("talk-overdue", "bob", "medium")
    ]


THIN = (
    deal("w", "Won", amount=100, created_on="2026-01-01", closed_on="2026-05-01"),
    deal("l", "Lost", closed_on="2026-05-01", lost_stage="Lead"),
    deal("o", "Lead", amount=900, expected_on="2026-06-30"),
)
"""A deal won of two that are closed: twice what is missing has to be open."""
MID_MONTH = dt.date(2026, 6, 15)
FEW_WIN = policy((Stage(stage="Lead", rank=1, kind="open", win_rate=0.2), *STAGES[1:]))


def target(amount, month="2026-06", **fields):
    base = {"period": month, "rep_id": "ann", "metric": "revenue", "amount": amount}
    return base | {"locked": False, "status": "published", "version": 1} | fields


def thin_coverage(deals=THIN, plan=(), as_of=MID_MONTH, **tables):
    """Which slices are told that their pipeline is too small, and who is asked."""
    plan = list(plan) or [target(1000)]
    found = alerts(deals, FEW_WIN, as_of, TargetPlan=plan, **tables)
    return records(found[found["kind"] == "coverage-low"], "row_key", "who")


COMPANY, ANN = ("FY2026-Q2|all|all", None), ("FY2026-Q2|rep|ann", "ann")


def test_too_little_pipeline_for_the_target():
    found = alerts(THIN, FEW_WIN, MID_MONTH, TargetPlan=[target(1000)])
    found = found[found["kind"] == "coverage-low"]
    assert records(found, "row_key", "amount", "severity", "who") == [
        ("FY2026-Q2|all|all", 900, "medium", None),
        ("FY2026-Q2|rep|ann", 900, "medium", "ann"),
    ]
    assert thin_coverage(plan=[target(100)]) == []


def test_pipeline_is_asked_for_only_where_it_can_close_in_time():
    """The deal that was won took 120 days: 15 are too few for a new one, and enough where it took
    14. On the last work day, a Tuesday here, nothing is asked at all.
    """
    quick = [
        THIN[0] | {"created_on": day("2026-03-31"), "closed_on": day("2026-04-14")},
        *THIN[1:],
    ]
    # 900 to go and 800 open: to win all of it does not reach, so nobody is told to.
    short = [*THIN[:-1], THIN[-1] | {"amount": 800}]
    for deals, action in ((THIN, "do-late"), (quick, "do"), (short, "do-late-short")):
        found = alerts(deals, FEW_WIN, MID_MONTH, TargetPlan=[target(1000)])
        found = found[found["kind"] == "coverage-low"]
        assert {message.code for message in found["do"]} == {f"alert.coverage-low.{action}"}
    assert thin_coverage(as_of=dt.date(2026, 6, 29)) == [COMPANY, ANN]
    assert thin_coverage(as_of=dt.date(2026, 6, 30)) == []


@pytest.mark.parametrize("away", [{"left_on": "2026-05-31"}, {"hired_on": "2026-06-16"}])
def test_what_who_is_away_does_not_sell_is_asked_of_the_company(away):
    """Neither of the rep nor of the manager; a team in which somebody is at work is asked too."""
    gone = {name: day(on) for name, on in away.items()}
    ann = {"rep_id": "ann", "name": "Ann", "team": "N", "manager_id": "max", **gone}
    reps = [ann, {"rep_id": "max", "name": "Max"}]
    assert thin_coverage(Reps=reps) == [COMPANY]
    bob = {"rep_id": "bob", "name": "Bob", "team": "N"}
    assert thin_coverage(Reps=[*reps, bob]) == [COMPANY, ("FY2026-Q2|team|N", None)]


@pytest.mark.parametrize(
    ("months", "asked"),
    [
        ({"2026-06": 1000}, [COMPANY, ANN]),
        ({"2026-01": 900, "2026-02": 50, "2026-06": 1000}, [COMPANY, ANN]),
        # Of the quarter 100 of the 90 up to June are sold.
        ({"2026-05": 50, "2026-06": 40, "2026-09": 9000}, []),
    ],
)
def test_who_sold_what_was_due_until_now_is_asked_for_no_pipeline(months, asked):
    plan = [target(amount, month) for month, amount in months.items()]
    assert thin_coverage(plan=plan) == asked


def test_who_is_ahead_in_the_year_is_asked_for_no_pipeline():
    """1,600 are sold of the 1,400 up to June, and 100 of the 1,000 of the second quarter."""
    early = deal("e", "Won", amount=1500, created_on="2025-12-01", closed_on="2026-02-01")
    plan = [target(400, "2026-02"), target(1000)]
    assert thin_coverage([*THIN, early], plan) == []
    assert thin_coverage([*THIN, early | {"amount": 1200}], plan) == [COMPANY, ANN]


def test_who_has_left_is_asked_nothing_but_the_next_manager_up_who_is_here():
    """Nobody by name where all of them have left."""
    gone = {"left_on": day("2026-05-31")}
    reps = [
        {"rep_id": "ann", "name": "Ann", "manager_id": "bob", **gone},
        {"rep_id": "bob", "name": "Bob", "manager_id": "cat", **gone},
        {"rep_id": "cat", "name": "Cat"},
    ]
    late = [deal("a", "Lead", expected_on="2026-06-01", rep_id="ann")]
    passed = alerts(late, Reps=reps)
    assert records(passed[passed["kind"] == "close-date-passed"], "who") == [("cat",)]
    in_a_circle = [reps[0], {**reps[1], "manager_id": "ann"}]
    passed = alerts(late, Reps=in_a_circle)
    assert records(passed[passed["kind"] == "close-date-passed"], "who") == [(None,)]


def test_most_severe_first_then_most_money():
    rows = [
        deal("a", "Lead", expected_on="2026-06-29"),
        deal("b", "Lead", expected_on="2026-06-29", amount=10),
        deal("c", "Lead", expected_on="2026-06-29", amount=20),
        deal("d", "Lead", expected_on="2026-06-29", category="commit", amount=1),
    ]
    passed = of_kind(alerts(rows), "close-date-passed")
    assert [key for _, key, _ in passed] == ["d", "c", "b", "a"]


def test_every_alert_can_be_said_and_read_back_in_both_languages():
    stages = (
        Stage(stage="Lead", rank=1, kind="open", limit_days=5, needs="amount,product"),
        *STAGES[1:],
    )
    rows = [
        deal("a", "Lead", stage_since="2026-01-01", expected_on="2026-01-01", next_on="2026-01-01"),
        deal("b", "Lead", amount=10, created_on="2026-01-01"),
        deal("c", "Lead", amount=1000, created_on="2026-01-01"),
    ]
    table = alerts(
        rows,
        policy(stages),
        Activities=[visit("1", "ann", "2026-01-01", deal_id="b")],
        Reps=[{"rep_id": "ann", "name": "Ann"}],
        Orders=[
            order(due_on=day("2026-01-01")),
            order(order_id="p", due_on=day("2026-01-01"), status="delivered"),
        ],
        Payments=[{"payment_id": "1", "order_id": "x", "paid_on": AS_OF, "amount": 1}],
        Leads=[
            {"lead_id": "l", "name": "L", "received_at": dt.datetime(2026, 1, 1), "status": "new"}
        ],
    )
    assert len(set(table["kind"])) >= 10
    for message in [*table["because"], *table["do"]]:
        for language in LANGUAGES:
            again = message_of(sentence(message, language))
            assert again is not None
            assert (again.code, again.params.keys()) == (message.code, _shown(message, language))


def _shown(message, language):
    """The params that the sentence shows."""
    return set(re.findall(r"{(\w+)", templates(language)[message.code]))
