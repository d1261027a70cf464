"""Beside every key that a person reads stands a name, looked up at each write."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook import labels
from salesbook.actions import ACTIONS
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.cli.documents import rows_of
from salesbook.frames import frame_from_rows, row_keys
from salesbook.labels import LANGUAGES
from salesbook.store import TableWrite
from salesbook.tables import TABLES, Kind, Role
from salesbook.tables.base import KIND_OF_SCOPE, SCOPES
from salesbook.writing.row_names import BETWEEN
from salesbook.writing.values import cells_of
from tests.book.drawn import book, table
from tests.book.test_undo import Book

TODAY = dt.date(2026, 6, 30)
RUNS_AND_HISTORIES = {"TierHistory", "StageHistory", "ForecastHistory", "ParkedNotes", "RunLog"}
WITHOUT_NAMES = {*RUNS_AND_HISTORIES, "CustomerHistory", "DealHistory", "PageLines"}
"""Lines of pages hold words alone: their subject is the name."""
NAMED_TABLES = {"Reps", "Customers", "Deals", "Courses"}
REPS = {"rep_id": ["R1", "R2", "R3"], "name": ["Wang Wei", "Ann Lee", "WANG  WEI"]}


def reps(*names):
    ids = [f"R{number}" for number, _ in enumerate(names, start=1)]
    return table("Reps", {"rep_id": ids, "name": list(names)})


def named(host, name, field, rows):
    """What stands in a name field once these rows are written."""
    session = Session(host)
    session.host.write([session.prepared_write(name, frame_from_rows(name, rows)).write])
    return Session(host).frame(name)[field].tolist()


def scored(*ids):
    return [{"period": "2026-06", "rep_id": rep, "because": "so"} for rep in ids]


# Where names stand.


def test_every_reference_of_a_result_has_its_name_at_its_right():
    """Histories and logs store none: what a key meant then, nobody can tell from today's names."""
    for name, spec in TABLES.items():
        if spec.role is not Role.OUTPUT:
            continue
        if name in WITHOUT_NAMES:
            assert spec.name_fields == (), name
            continue
        names = spec.field_names
        for place, field in enumerate(spec.fields):
            is_scope = f"{field.name}_kind" in names
            is_key_of_a_table = field.name in ("row_key", "left_id", "right_id")
            if field.ref in NAMED_TABLES or is_scope or is_key_of_a_table:
                beside = spec.fields[place + 1]
                assert beside.name_of == field.name, (name, field.name)
                assert (beside.kind, beside.required) == (Kind.TEXT, False)


# What is named, and how.


def test_who_shares_a_name_is_told_apart_by_the_id():
    """ "Wang Wei (R1)": names that differ in case or spaces only are the same to a reader."""
    host = book(table("Reps", REPS))
    assert named(host, "Scorecard", "rep_name", scored("R1", "R2", "R3")) == [
        "Wang Wei (R1)",
        "Ann Lee",
        "WANG  WEI (R3)",
    ]


def test_who_is_not_there_has_no_name():
    assert named(book(reps("Ann")), "Scorecard", "rep_name", scored("R1", "R9"))[0] == "Ann"
    gone = named(book(reps("Ann")), "Scorecard", "rep_name", scored("R9"))[0]
    assert gone in ("R9", None)


def test_a_deal_without_a_name_is_called_by_customer_and_amount():
    """Decimals that say nothing are left out; a customer who is not there is called as typed."""
    deals = {
        "deal_id": ["a", "b", "d", "e", "f"],
        "name": ["Fleet", None, None, None, None],
        "customer_id": ["c", "c", "Acme", "gone", None],
        "rep_id": ["R1"] * 5,
        "amount": [10.0, 1234.5, 7000.0, None, None],
        "stage": ["Lead"] * 5,
    }
    customers = table("Customers", {"customer_id": ["c"], "name": ["Acme"]})
    host = book(table("Deals", deals), customers, reps("Ann"))
    rows = [{"deal_id": deal, "ordered": 0, "orders": 1} for deal in "abdef"]
    assert named(host, "DealOrders", "deal_name", rows) == [
        "Fleet",
        "Acme, 1,234.50",
        "Acme, 7,000",
        "gone",
        "f",
    ]


def alert(about, key):
    return {
        "kind": "deal-stuck",
        "table": about,
        "row_key": key,
        "severity": "low",
        "because": "so",
        "do": "that",
    }


@pytest.mark.parametrize(
    ("about", "key", "language", "name"),
    [
        ("Orders", "o|1", "en", "Acme, o"),
        ("Orders", "gone|1", "en", "gone · 1"),
        ("Funnel", "all|all|main|Lead", "en", "All · Main · Lead"),
        ("Funnel", "all|all|main|Lead", "zh-CN", "全部 · 默认流程 · Lead"),
        ("Funnel", "team|all|main|Lead", "en", "all · Main · Lead"),
        ("Funnel", "rep|R1|main|Lead", "en", "Ann · Main · Lead"),
        ("Forecast", "FY2026-Q2|rep|R1", "en", "Q2 2026 · Ann"),
        ("Attainment", "2026-06|company|company|revenue", "en", "June 2026 · Company · Revenue"),
        ("Attainment", "2026-06|team|no-team|orders", "zh-CN", "2026年6月 · 无团队 · 订单数"),
        ("Stages", "main|Offer", "zh-CN", "默认流程 · Offer"),
        ("Policy", "weekend", "en", "Weekend"),
        ("Locks", "2026|R1|3|revenue|min", "en", "2026 · Ann · 3 · Revenue · At least"),
        ("Commission", "2026-06|R1|2", "en", "June 2026 · Ann · 2"),
        ("Payments", "p", "en", "Acme, o, p"),
        ("Activities", "v", "en", "Acme"),
        ("Openings", "V1", "en", "hunter, North"),
        ("Reps", "R1", "en", "Ann"),
        ("Deals", "a|b|c", "en", "a|b|c"),
    ],
)
def test_a_row_is_called_in_words_of_the_workbook(about, key, language, name):
    """By its own name, whom it is about, or its key part by part; the kind of a scope says nothing."""
    order = {"order_id": ["o"], "line_no": [1.0], "customer_id": ["c"], "rep_id": ["R1"]}
    order |= {"ordered_on": [TODAY], "amount": [5.0]}
    filled = {
        "Reps": {"rep_id": ["R1"], "name": ["Ann"]},
        "Customers": {"customer_id": ["c"], "name": ["Acme"]},
        "Orders": order,
        "Payments": {"payment_id": ["p"], "order_id": ["o"], "paid_on": [TODAY], "amount": [5.0]},
        "Activities": {
            "activity_id": ["v"],
            "done_on": [TODAY],
            "rep_id": ["R1"],
            "customer_id": ["c"],
            "kind": [labels.choice("Activities.kind", "visit", language)],
        },
        "Openings": {
            "opening_id": ["V1"],
            "team": ["North"],
            "role": ["hunter"],
            "opened_on": [TODAY],
        },
    }
    tables = [table(code, columns, language=language) for code, columns in filled.items()]
    host = book(*tables, language=language)
    assert named(host, "Alerts", "row_name", [alert(about, key)]) == [name]


def test_names_are_in_json_too_and_codes_stay_codes():
    host = book(reps("Ann"))
    rows = [
        {"period": "2026-06", "scope_kind": kind, "scope": scope, "metric": "revenue", "actual": 1}
        for kind, scope in (("company", "company"), ("team", "no-team"), ("rep", "R1"))
    ]
    named(host, "Attainment", "scope_name", rows)
    read = Session(host).table("Attainment")
    shown = rows_of(read, "USD", read.spec.fields)
    assert [(row["scope"], row["scope_name"]) for row in shown] == [
        ("company", "Company"),
        ("no-team", "No team"),
        ("R1", "Ann"),
    ]


# What names must never do.


def test_a_new_name_is_no_new_content():
    """Who was renamed after a run makes no undo refuse, and what a run left reads the same."""
    drawn = Book(reps("Ann", "Bob"))
    drawn.written(Scorecard=scored("R1", "R2"))
    left = Session(drawn.host).frame("RunLog")["written"].iloc[-1]
    drawn.typed("Reps", "Name", "Anna")
    drawn.typed("Scorecard", "Rep name", "somebody")
    drawn.written(Scorecard=scored("R1", "R2"))
    after = Session(drawn.host).frame("RunLog")["written"].iloc[-1]
    assert Session(drawn.host).frame("Scorecard")["rep_name"].tolist() == ["Anna", "Bob"]
    assert after == left
    drawn.typed("Scorecard", "Rep name", "nobody")
    drawn.undo()


def test_verbs_see_no_names():
    """They would calculate with what only repeats a key."""
    host = book(reps("Ann"))
    named(host, "TargetPlan", "rep_name", [plan("R1")])
    task, _ = Session(host).task(("TargetPlan", "Reps"), Options(TODAY))
    assert task.tables["TargetPlan"]["rep_name"].isna().all()
    assert task.tables["TargetPlan"]["rep_id"].tolist() == ["R1"]


def plan(rep):
    base = {"period": "2026-07", "metric": "revenue", "amount": 100, "locked": False}
    return {**base, "rep_id": rep, "status": "published", "version": 1}


def test_every_run_looks_names_up_anew():
    """Also where nothing else changes."""
    host = book(reps("Ann"))
    run_action(host, "score", Options(TODAY))
    before = Session(host).frame("Statements")["rep_name"].unique().tolist()
    cells = host.read("Reps")
    host.write([TableWrite("Reps", {"Name": ["Anna"]}, list(range(cells.row_count)))])
    run_action(host, "score", Options(TODAY))
    assert before in ([], ["Ann"])
    assert Session(host).frame("Statements")["rep_name"].unique().tolist() in ([], ["Anna"])


# Codes that people see.


@given(
    st.sampled_from(sorted(KIND_OF_SCOPE)), st.sampled_from(["team", "source", "company", "all"])
)
def test_what_somebody_calls_like_one_of_our_scopes_stays_his(code, kind):
    """A team that is called "All" is not all: what is written is read back as it was."""
    if kind == "company" and code != "company":
        return
    label = labels.choice("Attainment.scope", code, "en")
    for typed in {code, label}:
        host = book()
        kinds = {"Attainment": "scope_kind", "Funnel": "slice_kind"}
        name = "Funnel" if kind in ("source", "all") else "Attainment"
        scope = kinds[name].removesuffix("_kind")
        row = {kinds[name]: kind, scope: typed, "period": "2026-06", "metric": "revenue"}
        row |= {"actual": 0, "pipeline": "main", "stage": "Lead", "worst": False, "amount": 0}
        row |= dict.fromkeys(("entered", "advanced", "lost", "open"), 0)
        row = {field: value for field, value in row.items() if field in TABLES[name].field_names}
        is_ours = KIND_OF_SCOPE[code] == kind
        assert named(host, name, scope, [row]) == [code if is_ours else typed]


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_codes_are_written_as_words_and_read_as_codes(language):
    """In either language, and as the code itself."""
    for spec in TABLES.values():
        for field in spec.fields:
            if field.kind is not Kind.ID or not field.choices or field.choices == SCOPES:
                continue
            owner = f"{spec.name}.{field.name}"
            codes = [*field.choices, *(f"{code}:X" for code in field.choices if field.detailed)]
            frame = frame_from_rows(spec.name, [{field.name: code} for code in codes])
            cells = cells_of(spec.name, field, frame, language=language, currency="USD")
            assert set(cells) & set(codes) == set(), owner
            assert len(set(cells)) == len(codes), owner


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pay_rule_keeps_its_detail(language):
    host = book(language=language)
    line = {
        "period": "2026-06",
        "rep_id": "R1",
        "base": 0,
        "amount": 0,
        "plan": "P",
        "because": "x",
    }
    rules = ["marginal", "spiff:Launch: May", "adjustment:2026-05", "own"]
    rows = [{**line, "line": place, "rule": rule} for place, rule in enumerate(rules, start=1)]
    assert named(host, "Commission", "rule", rows) == rules
    cells = host.read("Commission")
    header = labels.header("Commission", "rule", language)
    shown = cells.columns[cells.headers.index(header)]
    assert shown[1] == {"en": "Extra pay: Launch: May", "zh-CN": "专项奖励：Launch: May"}[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_names_sheets_and_is_read_as_tables(language):
    """Also as books of before have it, by codes and with blanks between."""
    left = "Deals=0a1b TargetMonths=2c3d Deals/Deal%20size=4e5f"
    shown = labels.left_in_sheets(left, language)
    assert labels.sheet_name("TargetMonths", language) in shown
    assert labels.left_in_tables(shown, TABLES) == left
    assert labels.left_in_tables(left, TABLES) == left
    assert labels.left_in_tables("Target months=2c3d", TABLES) == "TargetMonths=2c3d"


def test_every_finding_in_a_cell_has_a_word():
    """A cell of Checks never holds `closed-without-date`."""
    findings = set(TABLES["Checks"].field("code").choices)
    templates = {
        code.removesuffix(".expected")
        for subject in ("findings", "findings_cells", "findings_settings", "findings_targets")
        for code in labels.words(subject, "en")
    }
    assert templates - findings == set()
    assert set(TABLES["Waivers"].field("code").choices) == findings


def test_every_run_in_the_log_has_a_word():
    logged = {*ACTIONS, "import", "undo", "upgrade", "forget"}
    assert set(TABLES["RunLog"].field("action").choices) == logged


def test_a_waiver_may_repeat_the_word_or_the_code():
    host = book(
        table(
            "Waivers",
            {
                "table": ["Deals", "商机"],
                "row_key": ["a", "b"],
                "field": ["Amount", "amount"],
                "code": ["Unusual amount", "magnitude"],
                "value_hash": ["1", "2"],
                "reason": ["x", "y"],
                "by": ["Ann", "Ann"],
                "on": [TODAY, TODAY],
            },
        )
    )
    waivers = Session(host).frame("Waivers")
    assert waivers["code"].tolist() == ["magnitude", "magnitude"]


def test_keys_of_rows_are_the_codes_whatever_the_language():
    """What people put beside a row follows its key, so the key must not depend on words."""
    host = book(language="zh-CN")
    row = {"slice_kind": "all", "slice": "all", "pipeline": "main", "stage": "Lead", "amount": 0}
    row |= {
        "period": "all",
        "worst": False,
        **dict.fromkeys(("entered", "advanced", "lost", "open"), 0),
    }
    named(host, "Funnel", "slice_name", [row])
    frame = Session(host).frame("Funnel")
    assert row_keys("Funnel", frame).tolist() == ["all|all|main|Lead|all"]
    assert frame["slice_name"].tolist() == ["全部"]
    assert BETWEEN not in frame["slice_name"].iloc[0]


# Words of before.


@pytest.mark.parametrize("language", LANGUAGES)
def test_former_words_are_read_and_never_written(language):
    """A column of an older book keeps its header; where two fields claim a word, today's has it."""
    former = labels.words("former", language)
    for name, words in former.get("fields", {}).items():
        for field, olds in (words if isinstance(words, dict) else {name: words}).items():
            owners = [name] if isinstance(words, dict) else list(TABLES)
            for owner in owners:
                spec = TABLES[owner]
                if field not in spec.field_names:
                    continue
                for old in olds:
                    assert labels.header(owner, field, language) != old
                    found = labels.field_of_header(owner, old, spec.field_names)
                    todays = {labels.header(owner, f, language): f for f in spec.field_names}
                    assert found == todays.get(old, field), (owner, field, old)
    for name, olds in former.get("sheets", {}).items():
        for old in olds:
            assert labels.table_of_name(old, TABLES) == name
    for code, olds in former.get("sentences", {}).items():
        for old in olds:
            counted = re.sub(r"\{\w+:[^/}]*/([^}]*)\}", r"2 \1", old)
            back = labels.message_of(counted)
            assert back is not None
            assert back.code == code
