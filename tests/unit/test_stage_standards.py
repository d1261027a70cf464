"""What a stage asks of the deals in it: fields, role, size; and who works on them."""

from __future__ import annotations

import datetime as dt

import numpy as np

from salesbook.domain import funnel
from salesbook.domain.checks.stage_checks import standards
from salesbook.labels import sentence
from salesbook.tables.settings import Stage
from tests.drawn_tables import day
from tests.pipeline_book import STAGES, deal, draw, policy, records


def alerts(rows, kind, settings=None, **tables):
    found = funnel.run(draw(Deals=list(rows), settings=settings, **tables)).tables["Alerts"]
    return found[found["kind"] == kind]


def needing(**needs):
    return policy(
        tuple(
            stage.model_copy(update={"needs": tuple(needs.get(stage.stage, ()))})
            for stage in STAGES
        )
    )


def test_what_a_stage_needs_the_later_ones_need_too():
    settings = needing(Lead=["product"], Talks=["expected_on", "product"], Lost=["lost_reason"])
    assert standards(settings) == {
        ("main", "Lead"): ["product"],
        ("main", "Offer"): ["product"],
        ("main", "Talks"): ["product", "expected_on"],
        ("main", "Won"): [],
        ("main", "Lost"): ["lost_reason"],
    }


def test_a_deal_is_named_with_all_that_is_missing():
    rows = [deal("a", "Talks", source="web"), deal("b", "Lead", source="web")]
    found = alerts(rows, "needs-missing", needing(Lead=["source"], Offer=["product", "amount"]))
    assert [sentence(message, "en") for message in found["because"]] == [
        "Talks needs 2 values that are empty here: Product, Amount"
    ]
    assert [sentence(message, "zh-CN") for message in found["because"]] == [
        "“Talks”阶段要求填写的内容有 2 项为空：产品、金额"
    ]


REPS = [
    {"rep_id": "ann", "name": "Ann Lee", "role": "Hunter", "manager_id": "max"},
    {"rep_id": "bob", "name": "Bob Ray", "role": "presales ", "manager_id": "max"},
    {"rep_id": "eve", "name": "Eve Orr", "role": "Presales", "left_on": day("2026-05-01")},
    {"rep_id": "max", "name": "Max Ode"},
]
WITH_ROLES = policy(
    tuple(
        stage.model_copy(update={"owner_role": "Presales"} if stage.stage == "Offer" else {})
        for stage in STAGES
    )
)


def test_a_deal_in_a_stage_for_another_role_is_named():
    rows = [deal("a", "Offer"), deal("b", "Offer", rep_id="bob"), deal("c", "Lead")]
    rows += [deal("d", "Offer", rep_id="max")]
    found = alerts(rows, "stage-role", WITH_ROLES, Reps=REPS)
    assert records(found, "row_key", "who") == [("a", "ann")]
    assert sentence(found["because"].iloc[0], "en") == (
        "Offer is for the role Presales; Ann Lee works on it as Hunter"
    )


def test_a_role_that_nobody_at_work_has_is_asked_of_nobody():
    without_bob = [row for row in REPS if row["rep_id"] != "bob"]
    assert alerts([deal("a", "Offer")], "stage-role", WITH_ROLES, Reps=without_bob).empty


def test_who_works_on_the_stage_is_asked_while_the_deal_is_in_it():
    team = [
        {"deal_id": "a", "stage": "Offer", "rep_id": "bob"},
        {"deal_id": "b", "stage": "Offer", "rep_id": "bob"},
        {"deal_id": "c", "stage": "Offer", "rep_id": "eve"},
    ]
    rows = [
        deal(deal_id, stage, expected_on="2026-06-01")
        for deal_id, stage in (("a", "Offer"), ("b", "Talks"), ("c", "Offer"))
    ]
    found = alerts(rows, "close-date-passed", Reps=REPS, DealTeam=team)
    assert sorted(records(found, "row_key", "who")) == [("a", "bob"), ("b", "ann"), ("c", "ann")]
    assert alerts(rows, "stage-role", WITH_ROLES, Reps=REPS, DealTeam=team[:1])[
        "row_key"
    ].tolist() == ["c"]


def test_where_rep_and_helper_have_left_the_manager_is_asked():
    rows = [deal("a", "Offer", rep_id="gone", expected_on="2026-06-01")]
    reps = [
        *REPS,
        {"rep_id": "gone", "name": "G", "left_on": day("2026-05-01"), "manager_id": "max"},
    ]
    team = [{"deal_id": "a", "stage": "Offer", "rep_id": "eve"}]
    found = alerts(rows, "close-date-passed", Reps=reps, DealTeam=team)
    assert records(found, "who") == [("max",)]


def sized(amounts, product="p"):
    return [deal(f"{product}{at:03}", "Won", amount=amount, product=product, closed_on="2026-05-01")
            for at, amount in enumerate(amounts)]  # fmt: skip


def lognormal(count):
    return np.random.default_rng(5).lognormal(9, 0.8, count).astype(int).tolist()


def test_a_deal_far_from_the_usual_size_of_its_product_is_named():
    rows = [*sized(lognormal(200)), *sized([1_000_000] * 30, "q")]
    rows += [
        deal("large", "Lead", amount=5_000_000, product="p"),
        deal("small", "Lead", amount=3, product="p"),
        deal("usual", "Lead", amount=20_000, product="p"),
        deal("as-q", "Lead", amount=1_400_000, product="q"),
    ]
    found = alerts(rows, "deal-size-unusual")
    assert sorted(found["row_key"]) == ["large", "small"]
    said = dict(records(found.assign(text=[sentence(m, "en") for m in found["because"]]),
                        "row_key", "text"))  # fmt: skip
    assert "far above the usual" in said["large"]
    assert "far below the usual" in said["small"]


def test_fewer_than_twenty_deals_say_nothing_of_what_is_usual():
    rows = [*sized(lognormal(15)), deal("large", "Lead", amount=5_000_000, product="p")]
    assert alerts(rows, "deal-size-unusual").empty


def test_a_product_with_few_deals_goes_by_its_pipeline():
    rows = [*sized(lognormal(40)), deal("large", "Lead", amount=9_000_000, product="new")]
    assert alerts(rows, "deal-size-unusual")["row_key"].tolist() == ["large"]


def test_hardly_any_usual_deal_is_called_unusual():
    amounts = lognormal(3000)
    rows = sized(amounts[:1000])
    rows += [deal(f"o{at}", "Lead", amount=amount) for at, amount in enumerate(amounts[1000:])]
    assert len(alerts(rows, "deal-size-unusual")) <= 6


def ordered(number, amount, closed_on):
    deal_id = f"w{number}"
    line = {"order_id": f"o{number}", "line_no": 1, "deal_id": deal_id, "customer_id": "c"}
    line |= {"rep_id": "ann", "ordered_on": day(closed_on), "amount": amount}
    return deal(deal_id, "Won", amount=1000, closed_on=closed_on), line


def discounts(recent, usual=(1000,) * 15 + (950,) * 10):
    pairs = [ordered(at, amount, "2026-03-02") for at, amount in enumerate(usual)]
    pairs += [ordered(100 + at, amount, "2026-06-20") for at, amount in enumerate(recent)]
    rows, lines = zip(*pairs, strict=True)
    return alerts(rows, "discount-unusual", Orders=list(lines))


def test_a_discount_beyond_that_of_nine_in_ten_is_asked_about():
    found = discounts([1000, 950, 800])
    assert records(found, "row_key", "who") == [("w102", "ann")]
    assert sentence(found["because"].iloc[0], "en") == (
        "20% less was ordered than the deal was worth; 9 of 10 deals give no more than 5%"
    )
    assert discounts([800], usual=(1000,) * 10).empty


PUSHED_DAYS = (dt.date(2026, 5, 4), dt.date(2026, 5, 18), dt.date(2026, 6, 1), dt.date(2026, 6, 15))


def pushed(*expected):
    memory = {}
    for as_of, on in zip(PUSHED_DAYS, expected, strict=False):
        row = deal("a", "Offer", amount=100, expected_on=on)
        outcome = funnel.run(draw(as_of=as_of, Deals=[row], **memory))
        memory = {
            name: outcome.tables[name]
            for name in ("StageHistory", "DealHistory", "ForecastHistory")
        }
    found = outcome.tables["Alerts"]
    return found[found["kind"] == "deal-pushed"]


def test_a_date_that_was_put_off_twice_is_named_with_where_it_began():
    found = pushed("2026-07-01", "2026-08-01", "2026-09-01")
    assert records(found, "row_key", "since_on") == [("a", dt.date(2026, 6, 1))]
    assert sentence(found["because"].iloc[0], "en") == (
        "The expected day was put off 2 times: first 2026-07-01, now 2026-09-01"
    )
    assert pushed("2026-07-01", "2026-08-01").empty
    assert pushed("2026-09-01", "2026-08-01", "2026-07-01").empty


def test_a_stage_name_of_the_settings_is_unknown_to_nobody():
    renamed = (Stage(stage="First", rank=1, kind="open", was=("Lead",)), *STAGES[1:])
    rows = [deal("a", "First", expected_on="2026-06-01")]
    found = alerts(rows, "close-date-passed", policy(renamed))
    assert sentence(found["because"].iloc[0], "en").endswith("still in First")
