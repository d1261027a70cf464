"""A setting that cannot be read: no verb that rests on it calculates without it."""

from __future__ import annotations

import copy
import datetime as dt

import pytest

from salesbook import labels
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.errors import SettingsError
from salesbook.labels.errors import error_text
from tests.book.drawn import STAGES, book, table

TODAY = dt.date(2026, 7, 31)
BRACKETS = {
    "plan": ["std", "std"],
    "valid_from": [46023.0] * 2,
    "from_rate": [0.0, 1.0],
    "pay_rate": [0.1, 0.2],
}
TIERS = {"tier": ["A", "B"], "up_to_share": [0.8, 1.0], "touch_days": [30.0, 60.0]}
WRONG = {
    "Stages": {**STAGES, "rank": [1.0, "l2", 3.0, 4.0]},
    "TierRules": {**TIERS, "touch_days": ["3O", 60.0]},
    "Metrics": {"metric": ["revenue", "tasks_done"], "weight": [1.0, None]},
    "Grades": {"grade": ["A", "B"], "from_score": [80.0, "low"]},
    "Levels": {"level": ["Junior", "Senior"], "rank": [1.0, "#REF!"]},
    "Spiffs": {"spiff": ["S"], "amount": [None], "valid_from": [46023.0], "valid_to": [46053.0]},
    "AwardRules": {"award": ["best-seller"], "period_kind": ["month"], "valid_from": ["soon"]},
    "Rates": {"currency": ["EUR"], "valid_from": [46023.0], "rate": ["l.1"]},
    "Holidays": {"day": [46023.0, "Xmas"]},
    "Ramp": {"month": [1.0, 2.0], "share": [-0.5, 1.0]},
    "Season": {"month": [1.0, 2.0], "weight": ["?", 1.0]},
    "Products": {"product": [None], "family": ["Tools"]},
    "Brackets": {**BRACKETS, "pay_rate": [0.1, "2O%"]},
}
REFUSING = {
    "Stages": {"split", "score", "tier", "funnel"},
    "TierRules": {"tier", "funnel"},
    "Metrics": {"score"},
    "Grades": {"score"},
    "Levels": {"score"},
    "Spiffs": {"score"},
    "AwardRules": {"score"},
    "Rates": set(),
    "Holidays": {"split", "score", "tier", "funnel"},
    "Ramp": {"split", "score"},
    "Season": {"split", "score"},
    "Products": {"score", "tier"},
    "Brackets": {"score"},
}


def filled(**settings):
    reps = table(
        "Reps", {"rep_id": ["R1"], "name": ["Ann"], "plan": ["std"], "hired_on": [44000.0]}
    )
    basics = {"Brackets": BRACKETS, "TierRules": TIERS, **settings}
    return book(reps, *(table(name, columns) for name, columns in basics.items()))


VERBS = ("split", "score", "tier", "funnel")


@pytest.mark.parametrize(
    ("name", "verb"), [(name, verb) for name in WRONG for verb in VERBS if verb in REFUSING[name]]
)
def test_a_verb_refuses_an_unreadable_setting_that_it_rests_on(name, verb):
    """Nothing is written."""
    host = filled(**{name: WRONG[name]})
    before = copy.copy(host._tables)
    with pytest.raises(SettingsError) as refused:
        run_action(host, verb, Options(TODAY))
    assert refused.value.where.startswith(labels.sheet_name(name, "en"))
    assert host._tables == before


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_goes_on_where_it_rests_on_none_of_what_is_unreadable(verb):
    """All settings tables wrong that the verb does not need, at once."""
    wrong = {name: columns for name, columns in WRONG.items() if verb not in REFUSING[name]}
    host = filled(**wrong)
    before = copy.copy(host._tables)
    run_action(host, verb, Options(TODAY))
    assert host._tables != before


@pytest.mark.parametrize("name", sorted(WRONG))
def test_validate_goes_on_and_lists_it(name):
    """Checks names the cell."""
    report = run_action(filled(**{name: WRONG[name]}), "validate", Options(TODAY))
    assert {one.table for one in report.findings if one.severity == "error"} == {name}


@pytest.mark.parametrize("verb", ["score", "refresh"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"pay_rate": [0.1, -0.095]},
        {"pay_rate": [0.1, None]},
        {"valid_from": [46023.0, "soon"]},
        {"from_rate": [0.0, 0.0]},
        {"plan": ["std", None]},
        {"cap": [None, "2O00"]},
        {"kind": [None, "sometimes"]},
    ],
)
def test_a_bracket_that_is_not_whole_stops_pay(verb, wrong):
    """Neither a bracket nor its cap is left out where a rep is paid by the plan."""
    host = filled(Brackets={**BRACKETS, **wrong})
    with pytest.raises(SettingsError):
        run_action(host, verb, Options(TODAY))


def test_a_bracket_of_a_plan_that_nobody_has_stops_nothing():
    """It is a finding."""
    brackets = {name: [*cells, cells[1]] for name, cells in BRACKETS.items()}
    brackets |= {"plan": ["std", "std", "old"], "pay_rate": [0.1, 0.2, "2O%"]}
    report = run_action(filled(Brackets=brackets), "score", Options(TODAY))
    assert ("number-letters", "Brackets") in {(one.code, one.table) for one in report.findings}


def test_blank_rows_notes_beside_and_prices_stop_nothing():
    """A blank row at the end, a note in a column of one's own, and a list price are no settings."""
    blank = {name: [*cells, None] for name, cells in BRACKETS.items()}
    noted = table("Brackets", blank, own={"My note": ["ask Li", None, "see the contract"]})
    prices = table("Products", {"product": ["X"], "list_price": ["on demand"]})
    reps = table("Reps", {"rep_id": ["R1"], "name": ["Ann"], "plan": ["std"]})
    run_action(book(reps, noted, prices), "score", Options(TODAY))


@pytest.mark.parametrize("verb", ["split", "score", "tier", "funnel", "refresh"])
def test_a_policy_key_that_cannot_be_read_may_be_any(verb):
    """A misspelt key with a value refuses; a heading without one does not."""
    keys = {"key": ["language", "curency"], "value": ["en", "EUR"]}
    with pytest.raises(SettingsError):
        run_action(filled(Policy=keys), verb, Options(TODAY))
    run_action(filled(Policy={**keys, "value": ["en", None]}), verb, Options(TODAY))


@pytest.mark.parametrize(
    ("settings", "verb", "english", "chinese"),
    [
        (
            {"Policy": {"key": ["language", "Commission period"], "value": ["en", "weekly"]}},
            "score",
            'Error: Settings!B5, column "Commission period": found weekly; expected Month | Quarter | Year. '
            "Choose one of these, or clear the cell: blank means Year.",
            "错误：Settings!B5，“Commission period”列：填的是 weekly，应填 月 | 季度 | 年。",
        ),
        (
            {"Policy": {"key": ["language", "prior_deals"], "value": ["en", "many"]}},
            "funnel",
            'Error: Settings!B5, column "prior_deals": found many; expected a whole number, 1 or more. '
            "Choose one of these, or clear the cell: blank means 10.",
            "错误：Settings!B5，“prior_deals”列：填的是 many，应填 不小于 1 的整数。",
        ),
        (
            {"TierRules": {**TIERS, "up_to_share": [0.8, 0.8]}},
            "tier",
            'Error: Tier rules!B4, column "Up to share": found 80%; expected a share that no other tier has. '
            "Give each tier another share, the best one the smallest. "
            "Such settings: 3; salesbook validate lists them all.",
            "错误：Tier rules!B4，“Up to share”列：填的是 80%，应填：",
        ),
        (
            {"Brackets": {**BRACKETS, "pay_rate": [0.1, None]}},
            "score",
            'Error: Brackets!D5, column "Pays": found nothing; expected a value: '
            "the setting cannot be used without it. Fill the cell, or delete the row.",
            "错误：Brackets!D5，“Pays”列：没有填写；应有内容",
        ),
        (
            {"TierRules": {}},
            "tier",
            "Error: Tier rules: found nothing; expected at least one tier in Tier rules. "
            "Type the tiers with their shares, such as A 80%, B 95%, C 100%.",
            "错误：Tier rules：填的是 空白，应填：",
        ),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(settings, verb, english, chinese):
    """Sheet, cell and column; what was found; what was expected; what to do."""
    with pytest.raises(SettingsError) as refused:
        run_action(filled(**settings), verb, Options(TODAY))
    assert error_text(refused.value, "en") == english
    assert error_text(refused.value, "zh-CN").startswith(chinese)


def staged(field, *typed):
    """Open stages S0, S1 ... with what is typed in one of their fields, and the two closing ones."""
    count = len(typed)
    return {
        "stage": [*(f"S{place}" for place in range(count)), "Won", "Lost"],
        "rank": [float(place) for place in range(1, count + 3)],
        "kind": ["Open"] * count + ["Won", "Lost"],
        field: [*typed, None, None],
    }


def test_what_a_stage_needs_is_read_once_for_checks_and_alerts():
    """However it is typed, Checks and Alerts name the same deals."""
    stages = staged("needs", "amount, product", "Amount，Product", "金额、产品", "Amount;产品")
    # By stage one deal without a product, one without an amount and one without either.
    missing = [(5.0, None), (None, "X"), (None, None)]
    in_stages = [
        (f"S{place}", amount, product) for place in range(4) for amount, product in missing
    ]
    in_stages.append(("S0", 5.0, "X"))
    deal_ids = [f"D{number:02}" for number in range(len(in_stages))]
    deals = {
        "deal_id": deal_ids,
        "rep_id": ["R1"] * len(in_stages),
        "stage": [stage for stage, _, _ in in_stages],
        "created_on": [46200.0] * len(in_stages),
        "amount": [amount for _, amount, _ in in_stages],
        "product": [product for _, _, product in in_stages],
    }
    host = filled(Stages=stages, Deals=deals)
    run_action(host, "refresh", Options(TODAY))
    checks = session_frame(host, "Checks")
    alerts = session_frame(host, "Alerts")
    in_checks = checks.loc[checks["code"] == "stage-need-missing", "row_key"]
    in_alerts = alerts.loc[alerts["kind"] == "needs-missing", "row_key"]
    assert sorted(set(in_checks)) == sorted(in_alerts) == deal_ids[:-1]
    assert not (checks["code"] == "stage-needs-unknown").any()


def test_an_earlier_name_of_a_stage_is_known_whatever_stands_between_the_names():
    stages = staged("was", "Call, Talk", "Ring、Meet", "mail，CHAT")
    deals = {
        "deal_id": ["D1", "D2", "D3"],
        "rep_id": ["R1"] * 3,
        "stage": ["Talk", "Meet", "Chat"],
        "created_on": [46200.0] * 3,
    }
    host = filled(Stages=stages, Deals=deals)
    run_action(host, "refresh", Options(TODAY))
    history = session_frame(host, "StageHistory")
    assert history.groupby("deal_id")["stage"].last().tolist() == ["S0", "S1", "S2"]
    assert not (session_frame(host, "Checks")["code"] == "unknown-stage").any()


def session_frame(host, table_name):
    return Session(host).frame(table_name)
