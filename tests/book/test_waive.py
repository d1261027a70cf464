"""A warning is accepted with a reason, until its cell says something else: by command and by button."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesbook import macros
from salesbook.book.files import new_file
from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.errors import UsageError
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.memory import MemoryHost
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, sentence
from salesbook.macros import boxes, press
from salesbook.tables import TABLES
from tests.book.drawn import Drawn, book, table
from tests.engines.fake_excel import open_fake

DAY = dt.date(2026, 6, 30)
REPS: Drawn = {"rep_id": ["R1"], "name": ["Ann Lee"]}
TIERS: Drawn = {"tier": ["A"], "up_to_share": [1.0], "touch_days": [30.0]}
BASICS = {"Reps": REPS, "TierRules": TIERS}
ODD = "nobody at acme"


def customers(*emails: str | None, **more: Any) -> Drawn:
    keys = [f"C{number:03}" for number in range(1, len(emails) + 1)]
    return {"customer_id": keys, "name": keys, "email": list(emails), **more}


def drawn(language: Language = "en", **tables: Drawn) -> MemoryHost:
    filled = [table(name, rows, language=language) for name, rows in tables.items()]
    basics = [table(name, rows, language=language) for name, rows in BASICS.items()]
    return book(*basics, *filled, language=language)


def checked(host: MemoryHost, verb: str = "validate") -> pd.DataFrame:
    run_action(host, verb, Options(DAY))
    return checks_of(host)


def checks_of(host: Any) -> pd.DataFrame:
    return Session(host).frame("Checks")


def about(checks: pd.DataFrame) -> list[tuple[str, ...]]:
    names = ("severity", "code", "table", "row_key", "field")
    return sorted(zip(*(checks[name] for name in names), strict=True))


def waived(host: MemoryHost, *, reason: str = "Looked at", **asked: Any) -> Report:
    return run_action(host, "waive", Options(DAY, reason=reason, **asked))


def sheet_rows(host: MemoryHost, checks: pd.DataFrame) -> tuple[int, ...]:
    first = host.read("Checks").first_row
    return tuple(int(row) + first for row in checks.index)


def said(report: Report) -> list[str]:
    return [message.code.removeprefix("waive.") for message in report.answer]


def typed(host: MemoryHost, name: str, field: str, row: int, value: object) -> None:
    """Type a value into a cell."""
    cells = host.read(name)
    header = Session(host).table(name).headers[field]
    place = cells.headers.index(header)
    columns = [list(column) for column in cells.columns]
    columns[place][row] = value
    host._tables[name.lower()] = type(cells)(
        name, cells.sheet, cells.headers, tuple(columns), cells.first_row, cells.first_column
    )


def test_an_accepted_warning_leaves_checks_and_stays_away() -> None:
    host = drawn(Customers=customers(ODD, "ann at acme", "kim@acme.test"))
    checks = checked(host)
    assert checks["code"].tolist() == ["email-odd", "email-odd"]

    report = waived(host, rows=sheet_rows(host, checks)[:1], reason="He has no e-mail")
    assert said(report) == ["accepted", "still"]
    assert checks_of(host)["row_key"].tolist() == ["C002"]
    assert checked(host)["row_key"].tolist() == ["C002"]

    (row,) = Session(host).frame("Waivers").to_dict("records")
    stands = {name: row[name] for name in ("table", "row_key", "field", "code", "value_hash")}
    assert stands == {
        "table": "Customers",
        "row_key": "C001",
        "field": "email",
        "code": "email-odd",
        "value_hash": ODD,
    }
    assert (row["reason"], row["on"]) == ("He has no e-mail", pd.Timestamp(DAY))
    assert row["by"]


def test_it_comes_back_once_the_cell_says_something_else() -> None:
    host = drawn(Customers=customers(ODD))
    waived(host, rows=sheet_rows(host, checked(host)))
    typed(host, "Customers", "email", 0, "somebody at acme")
    assert checked(host)["row_key"].tolist() == ["C001"]
    # Accepted anew it stands once in Waivers, with the new value.
    waived(host, rows=sheet_rows(host, checks_of(host)), reason="That one neither")
    (row,) = Session(host).frame("Waivers").to_dict("records")
    assert (row["value_hash"], row["reason"]) == ("somebody at acme", "That one neither")
    assert checked(host).empty
    # What was accepted before is not accepted any more.
    typed(host, "Customers", "email", 0, ODD)
    assert len(checked(host)) == 1


def test_a_blank_that_is_accepted_is_no_licence_for_any_value() -> None:
    """A lost deal without a reason: the cell was blank."""
    deals = {"deal_id": ["D1"], "rep_id": ["R1"], "stage": ["Lost"], "closed_on": [46190.0]}
    host = drawn(Deals=deals)
    checks = checked(host)
    lost = checks[checks["code"] == "lost-without-reason"]
    waived(host, rows=sheet_rows(host, lost))
    assert "lost-without-reason" not in set(checked(host)["code"])
    assert Session(host).frame("Waivers")["value_hash"].notna().all()


MESSY = st.sampled_from([None, "kim@acme.test", ODD, "１@2", "=1+1", " a b ", "12", "x" * 300])
AMOUNTS = st.sampled_from([None, 5.0, 100.0, 1_000_000.0, 30_000_000.25, "１２３", "1,234.50"])
DAYS = st.sampled_from([None, 46023.0, 46190.0, 20_000.0, 60_000.0, "2026-05-01"])


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(st.tuples(MESSY, AMOUNTS, DAYS, DAYS), min_size=1, max_size=12),
    st.sampled_from(LANGUAGES),
)
def test_whatever_checks_warns_of_can_be_accepted_and_no_error_can(
    rows: list[tuple[Any, ...]], language: Language
) -> None:
    """All rows of Checks at once: only the errors are left, and a second look finds just these."""
    emails, amounts, first, second = zip(*rows, strict=True)
    entered = customers(*emails, budget=list(amounts), created_on=list(first))
    keys = [f"D{number}" for number in range(len(rows))]
    deals = {
        "deal_id": keys,
        "rep_id": ["R1"] * len(rows),
        "stage": ["Lost"] * len(rows),
        "amount": list(amounts),
        "created_on": list(first),
        "closed_on": list(second),
    }
    host = drawn(language, Customers=entered, Deals=deals)
    checks = checked(host)
    errors = checks[checks["severity"] == "error"]
    if len(errors) == len(checks):
        return
    report = waived(host, rows=sheet_rows(host, checks))
    assert len(report.waived) == len(checks) - len(errors)
    assert about(checks_of(host)) == about(errors)
    assert about(checked(host)) == about(errors)
    assert all("{" not in sentence(message, language) for message in report.answer)


def test_all_of_a_kind_are_those_that_checks_has_no_room_for_too() -> None:
    host = drawn(Customers=customers(*[ODD] * 450, "kim@acme.test"))
    checks = checked(host)
    assert (len(checks), checks["cell_count"].sum()) == (201, 450)
    report = waived(host, code="email-odd")
    assert len(report.waived) == 450
    assert checks_of(host).empty
    assert checked(host).empty
    assert report.answer[0].params["count"] == 450
    assert report.answer[-1].params == {"errors": 0, "warnings": 0}


def test_accepted_ones_take_no_place_among_those_that_checks_lists() -> None:
    host = drawn(Customers=customers(*[ODD] * 210))
    checks = checked(host)
    waived(host, rows=sheet_rows(host, checks.iloc[:50]))
    assert checked(host)["cell_count"].tolist() == [1] * 160


ONE_ORDER: Drawn = {
    "order_id": ["O1"],
    "line_no": [1.0],
    "customer_id": ["C001"],
    "rep_id": ["R1"],
    "ordered_on": [46183.0],
    "amount": [100.0],
}


def test_what_other_verbs_found_stays_on_checks() -> None:
    """Accepting looks for nothing new: what a refresh left there is neither lost nor repeated."""
    host = drawn(Customers=customers(ODD), Orders=ONE_ORDER)
    before = about(checked(host, "refresh"))
    rest = [row for row in before if row[1] != "email-odd"]
    assert 0 < len(rest) < len(before)
    waived(host, code="email-odd")
    assert about(checks_of(host)) == rest
    assert about(checked(host, "refresh")) == rest


def test_a_warning_about_a_whole_table_can_be_accepted() -> None:
    deals = {
        "deal_id": ["D1"],
        "rep_id": ["R1"],
        "stage": ["Won"],
        "amount": [500.0],
        "closed_on": [46190.0],
    }
    host = drawn(Deals=deals, Orders=ONE_ORDER, Customers=customers("kim@acme.test"))
    checks = checked(host, "refresh")
    of_tables = checks[(checks["row_key"] == "") & (checks["severity"] == "warning")]
    assert len(of_tables)
    waived(host, rows=sheet_rows(host, of_tables))
    left = checked(host, "refresh")
    assert not set(about(of_tables)) & set(about(left))


BAD_AND_ODD = {
    "Customers": customers(ODD, created_on=["2026-13-45"]),
}


def test_errors_among_the_rows_are_left_and_told() -> None:
    host = drawn(**BAD_AND_ODD)
    report = waived(host, rows=sheet_rows(host, checked(host)))
    assert said(report) == ["accepted", "errors-left", "still"]
    assert set(checks_of(host)["severity"]) == {"error"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"rows": (4,)}, "waive-errors"),
        ({"rows": (4,), "code": "email-odd"}, "waive-which"),
        ({}, "waive-which"),
        ({"rows": (6,)}, "no-such-check"),
        ({"rows": (3,)}, "no-such-check"),
        ({"code": "email-od"}, "no-such-finding"),
        ({"rows": (5,), "reason": " "}, "waive-why"),
    ],
)
def test_what_means_nothing_is_refused_and_writes_nothing(asked: Any, code: str) -> None:
    host = drawn(**BAD_AND_ODD)
    checked(host)
    before = about(checks_of(host))
    with pytest.raises(UsageError) as refusal:
        waived(host, **asked)
    assert refusal.value.code == code
    assert about(checks_of(host)) == before
    assert Session(host).frame("Waivers").empty


def test_a_kind_may_be_called_by_its_words_in_either_language() -> None:
    for language, words in (("en", "e-mail address odd"), ("zh-CN", "邮箱地址有误")):
        host = drawn("en", Customers=customers(ODD))
        checked(host)
        if language == "zh-CN":
            from salesbook.labels import choice

            words = choice("Checks.code", "email-odd", "zh-CN")
        assert len(waived(host, code=words).waived) == 1


def test_an_accepted_error_of_before_is_still_an_error() -> None:
    """Somebody may type an error's row into Waivers: it does nothing."""
    waiver = {
        "table": ["Customers"],
        "row_key": ["C001"],
        "field": ["Created on"],
        "code": ["date-impossible"],
        "reason": ["because"],
        "by": ["Ann"],
        "on": [46190.0],
    }
    host = drawn(**BAD_AND_ODD, Waivers=waiver)
    assert "error" in set(checked(host)["severity"])


# --- the faces ------------------------------------------------------------------------------------

TODAY = dt.date(2026, 6, 12)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("waive") / "book.xlsm"
    new_file(path, "en", sample_as_of=TODAY)
    assert run(["validate", str(path), "--as-of", TODAY.isoformat(), "-q"]) == 1
    return path


def frames(path: Path) -> dict[str, pd.DataFrame]:
    with open_package(path, for_writing=False) as package:
        session = Session(package)
        return {name: session.frame(name) for name in ("Checks", "Waivers")}


def test_the_command_writes_once_says_what_and_undo_takes_it_back(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    before = frames(path)
    warnings = before["Checks"][before["Checks"]["severity"] == "warning"]
    rows = [str(int(row) + TABLES_START) for row in warnings.index[:2]]
    day = ("--as-of", TODAY.isoformat())
    asked = ["waive", str(path), *rows, "--reason", "Agreed with finance", *day]
    assert run([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["row_key"] for one in document["waived"]] == sorted(warnings["row_key"][:2])
    assert set(document["written"]) == {"Waivers", "Checks", "CheckMarks"}

    after = frames(path)
    assert len(after["Checks"]) == len(before["Checks"]) - 2
    assert after["Waivers"]["reason"].tolist() == ["Agreed with finance"] * 2
    assert run(["undo", str(path), "--yes", "-q"]) == 0
    for name, frame in frames(path).items():
        pd.testing.assert_frame_equal(frame, before[name])


TABLES_START = 5
"""The row in which a table of the workbook begins."""


def test_people_read_what_was_accepted_and_where_it_stands(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    checks = frames(path)["Checks"]
    code = checks[checks["severity"] == "warning"]["code"].iloc[0]
    command = ["waive", str(path), "--code", code, "--reason", "So it is", "--lang", "en"]
    assert run([*command, "--as-of", TODAY.isoformat()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Accepted: ")
    assert "Checks still has" in "".join(lines)
    # It looked for nothing, so it does not say what it found.
    assert not any(line.startswith("No findings") or "Errors:" in line for line in lines[:-1])


def test_a_word_is_no_row(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["waive", str(sample), "five", "--reason", "x", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "bad-row"


def pressed(
    path: Path, address: str, answer: object, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ExcelHost, list[str]]:
    """Select cells of Checks, press the button, type a reason."""
    asked: list[str] = []

    def answered(_: object, title: str, text: str, default: str = "") -> str:
        asked.append(f"{title}: {text}")
        if answer is False:
            raise boxes.Cancelled
        return str(answer)

    monkeypatch.setattr(press, "today", lambda: TODAY)
    monkeypatch.setattr("salesbook.macros.jobs.ask_for_text", answered)
    excel_book, model = open_fake(path)
    excel_book.set_mock_caller()
    model.program.selected = (model, "Checks", address)
    macros.waive()
    return model.program.alerts[-1], ExcelHost(excel_book), asked


def test_the_button_asks_why_and_accepts_the_selected_rows(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    checks = frames(path)["Checks"]
    warnings = checks[checks["severity"] == "warning"]
    row = int(warnings.index[0]) + TABLES_START
    told, host, asked = pressed(path, f"$C${row}", "Known to all", monkeypatch)
    assert "Why may the selected warnings stand" in asked[0]
    assert "Accepted: 1 warning" in told
    (waiver,) = Session(host).frame("Waivers").to_dict("records")
    assert (waiver["reason"], waiver["row_key"]) == ("Known to all", warnings["row_key"].iloc[0])
    assert len(Session(host).frame("Checks")) == len(checks) - 1


@pytest.mark.parametrize(("answer", "word"), [(False, "Cancelled"), ("", "reason")])
def test_without_a_reason_the_button_changes_nothing(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: object, word: str
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    told, host, _ = pressed(path, "$A$5:$A$90", answer, monkeypatch)
    assert word.lower() in told.lower()
    assert "--" not in told
    assert Session(host).frame("Waivers").empty


def test_the_box_is_excels_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text and title come as they are; a closed box is False."""
    monkeypatch.setattr("sys.platform", "win32")
    given: list[Any] = []

    def box(text: str, title: str, default: str, **more: int) -> object:
        given.append((text, title, default, more))
        return " why " if len(given) == 1 else False

    app = SimpleNamespace(api=SimpleNamespace(InputBox=box))
    host: Any = SimpleNamespace(book=SimpleNamespace(app=app))
    assert boxes.ask_for_text(host, "Accept", "Why?") == "why"
    assert given[0] == ("Why?", "Accept", "", {"Type": 2})
    with pytest.raises(boxes.Cancelled):
        boxes.ask_for_text(host, "Accept", "Why?")


def test_the_words_of_the_table_say_that_it_may_be_about_a_whole_sheet() -> None:
    assert TABLES["Waivers"].field("row_key").default == ""
