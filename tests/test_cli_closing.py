"""What a verb says at its end: at most ten lines for a manager, one of counts, and nothing to a program."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.actions import ACTIONS
from salesbook.book.attention import Attention, FindingKind, UrgentAlert
from salesbook.book.files import new_file
from salesbook.book.page_lines import PAGE_LINES
from salesbook.book.report import Report
from salesbook.cli.app import run
from salesbook.cli.closing import MOST_LINES, Closing
from salesbook.domain.outcome import HandedOver
from salesbook.labels import LANGUAGES
from salesbook.messages import Finding, Message

DAY = dt.date(2026, 6, 30)
VERBS = ("refresh", "validate", "score", "tier", "funnel")
"""In this order Checks are in the end those of validate, and Alerts those of funnel."""
ENDINGS = [("zh-CN", "refresh"), *(("en", verb) for verb in VERBS)]
"""Language and verb: refresh ends with what each of its steps says, so one verb tells in Chinese."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory, sample_book) -> dict[str, Path]:
    """The sample of both languages, its plan published."""
    books = {}
    for language in ("en", "zh-CN"):
        book = sample_book(language, DAY, tmp_path_factory.mktemp("closing") / f"{language}.xlsm")
        assert run(["split", str(book), "--publish", "--as-of", str(DAY), "-q"]) == 0
        books[language] = book
    return books


@pytest.fixture(scope="module")
def endings(planned: dict[str, Path]) -> dict[tuple[str, str], str]:
    """What each verb printed on stdout, by language and verb."""
    printed = {}
    for language, verb in ENDINGS:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert run([verb, str(planned[language]), "--as-of", str(DAY)]) in (0, 1)
        printed[language, verb] = out.getvalue()
    return printed


@pytest.mark.parametrize(("language", "verb"), ENDINGS)
def test_a_verb_ends_with_ten_lines_at_most_and_its_counts(language, verb, endings):
    """In the workbook's language, on stdout."""
    ending = endings[language, verb]
    *lines, counts = ending.splitlines()
    assert 0 < len(lines) <= MOST_LINES
    assert counts.startswith(
        f"{verb} as of {DAY}: " if language == "en" else f"{verb}，截至 {DAY}："
    )
    assert "{" not in ending


def test_the_old_table_of_counts_comes_with_v(planned, endings, salesbook):
    """Over the closing lines, table by table."""
    full = salesbook("score", planned["en"], "--as-of", DAY, "-v").out
    assert "Skipped" in full
    assert "Skipped" not in endings["en", "score"]
    *_, last = full.splitlines()
    assert last.startswith("score as of")


def test_urgent_deals_come_with_their_names(planned, endings, salesbook):
    """The first steps of the Dashboard, with deal and rep as the page calls them."""
    asked = ("--json", "--where", "list=today", "--where", "scope=company", "--top", "1")
    (step,) = salesbook("show", planned["en"], "PageLines", *asked).document["rows"]
    line = next(line for line in endings["en", "funnel"].splitlines() if step["subject"] in line)
    assert line.startswith(step["sign"])
    assert line.endswith(f"({step['rep']})")


def rows_of(book: Path, table: str, salesbook) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = salesbook("show", book, table, "--json").document["rows"]
    return rows


def test_validate_tells_its_findings_by_kind(planned, endings, salesbook):
    """Count, the first cell, what to do; errors before warnings; no kind twice."""
    lines = endings["en", "validate"].splitlines()
    checks = rows_of(planned["en"], "Checks", salesbook)
    first_error = next(row for row in checks if row["severity"] == "error")
    told = [line for line in lines if line.startswith(("Error", "Warning"))]
    severities = ["Error" if line.startswith("Error") else "Warning" for line in told[1:]]
    assert severities == sorted(severities)
    error = next(line for line in told if line.startswith("Error: ") and "found" in line)
    assert f"{first_error['cell']} · {first_error['row_key']}" in error
    kinds = {(row["severity"], row["code"], row["field"]) for row in checks}
    assert 0 < len(told) - 1 <= len(kinds)


def test_a_split_says_what_publishing_it_would_change_and_what_it_published(tmp_path, salesbook):
    """Cells, reps, sum and version, and the command that would publish it."""
    book = tmp_path / "Plan.xlsm"
    reps, targets = tmp_path / "Reps.csv", tmp_path / "Targets.csv"
    reps.write_text("Rep ID,Name,Team\nR1,Ann Lee,North\nR2,Bo Chen,North\n", encoding="utf-8")
    head = "Year,Scope kind,Scope,Metric,Target\n"
    targets.write_text(f"{head}2026,company,,revenue,1200\n", encoding="utf-8")
    assert run(["new", str(book), "--lang", "en"]) == 0
    for file in (reps, targets):
        assert run(["import", str(book), str(file), "--into", file.stem]) == 0

    draft = salesbook("split", book, "--as-of", "2026-01-01").out
    assert "first plan, version 1, 24 targets of 2 reps, 1,200.00 in all" in draft
    assert f"salesbook split {book} --publish" in draft
    published = salesbook("split", book, "--as-of", "2026-01-01", "--publish").out
    assert "published for the first time, as version 1: 24 targets of 2 reps" in published
    assert "--publish" not in published

    # Nothing was sold until November: December carries the gap.
    again = salesbook("split", book, "--year", "2026", "--as-of", "2026-12-05").out
    assert (
        "changes 2 targets of 2 reps; the sum of the months from December 2026 on goes from 100.00 to"
        in again
    )
    assert "as version 2" in again
    done = salesbook("split", book, "--publish", "--as-of", "2026-12-05").out
    assert "published as version 2, which changes 2 targets of 2 reps" in done


def test_quiet_and_json_leave_people_nothing_to_read(planned, salesbook):
    """One document, or nothing at all."""
    book = planned["en"]
    # As of the day of all the other runs: after one as of today they would be refused.
    quiet = salesbook("tier", book, "--as-of", DAY, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    done = salesbook("tier", book, "--as-of", DAY, "--json", "-v")
    assert done.err == ""
    assert json.loads(done.out)["action"] == "tier"


NUMBERS = st.integers(0, 30)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["split", "validate", "refresh"]))
def test_whatever_a_run_finds_ten_lines_say_it(answers, kinds, alerts, action):
    """What is left out is counted."""
    finding = Finding("missing-required", "error", "Orders", row=3, field="amount")
    alert = UrgentAlert("deal-stuck", "Pumps", "Ann Lee", Decimal(5), Message("plan.locked"))
    report = Report(
        action=action,
        as_of=DAY,
        rows={"Orders": {"in": 5, "used": 5, "skipped": 0}},
        written={"Checks": kinds},
        findings=(finding,) * kinds,
        seconds=0.1,
        language="en",
        answer=(Message("plan.draft-same"),) * answers,
        attention=Attention(
            (FindingKind(finding, 1, "B4", finding.found, finding.row_key),) * kinds,
            (alert,) * min(alerts, 3),
            alerts,
        ),
    )
    lines = Closing(report, Path("Sales.xlsm"), "en").lines()
    assert len(lines) <= MOST_LINES
    assert lines[-1].endswith(" in Sales.xlsm.")
    everything = Closing(report, Path("Sales.xlsm"), "en", verbose=True).lines()
    assert len(everything) >= answers + bool(kinds) + 1
    if answers > MOST_LINES:
        assert any(line.startswith("...") for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_points_to_a_sheet_in_sight(language, tmp_path):
    """In a new book, which is one of a small team, too."""
    book = tmp_path / "New.xlsm"
    new_file(book, language)
    sheets = openpyxl.load_workbook(book, read_only=True, keep_vba=False).worksheets
    in_sight = {sheet.title for sheet in sheets if sheet.sheet_state == "visible"}
    for action in ACTIONS.values():
        report = Report(
            action=action.name,
            as_of=DAY,
            rows={},
            written={PAGE_LINES: 5} | dict.fromkeys(action.writes, 5) | {"Checks": 5},
            findings=(),
            seconds=0.1,
            language=language,
        )
        look = Closing(report, Path("Sales.xlsm"), language).lines()[-1]
        named = [sheet for sheet in in_sight if sheet in look]
        assert named, look


def test_a_handover_says_what_still_shows_the_owners_of_before():
    """Call list, pool and tiers are made by another verb; a handover of nothing leaves them right."""
    share = HandedOver("R8", "Bo", 1, 0, 0, Decimal(0), 1.0, 1.5, 20.0, ())
    report = Report("reassign", DAY, {}, {"Customers": 1}, (), 0.1, "en", handed_over=(share,))
    told = Closing(report, Path("Sales.xlsm"), "en").lines()
    assert any("salesbook refresh Sales.xlsm" in line for line in told)
    nothing = replace(report, handed_over=())
    assert not any("refresh" in line for line in Closing(nothing, Path("B.xlsm"), "en").lines())
