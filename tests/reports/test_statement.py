"""The lines of a rep's pay in his report: every cent has its order, and they come to what he is paid."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given

from salesbook.book.report_words import LabelWords
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import lines_frame
from salesbook.reports.compose import Asked, report_of
from salesbook.reports.description import Table
from salesbook.reports.lines import Lines
from salesbook.reports.numbers import Numbers
from salesbook.reports.statement import PaidLines
from tests.drawn_tables import FEW, SEEDS
from tests.reports.drawn import MADE
from tests.spec.score_tables import FLAT, order, planned, policy_of, scored

ANN = Scope("rep", "ann")
REPS = [{"rep_id": "ann", "name": "Ann", "plan": "std"}, {"rep_id": "bo", "name": "Bo"}]


def paid(as_of: str, orders: list[dict[str, Any]]) -> Any:
    quotas = planned("ann", {f"2026-{month:02}": 1_000_00 for month in range(1, 13)})
    brackets = [{**FLAT, "draw": 50_00}]
    return scored(
        as_of, policy_of(Brackets=brackets), Reps=REPS, TargetPlan=quotas, Orders=orders
    ).tables


def table_of(paid_lines: PaidLines, months: list[str], period: str) -> Table | None:
    lines = Lines(lines_frame([])).beside(
        "RepPage", ANN, paid_lines.lists("ann", months, period), period
    )
    words = LabelWords("en", "en")
    report = report_of(lines, Asked(ANN, "Ann", period), MADE, words, Numbers("en", "USD"))
    return next((table for table in report.tables if table.name == "statement"), None)


def shown(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_each_line_names_its_order_and_says_how_it_came_about():
    """10 % of 1,000.00 and of 234.56, without a month's name where the report is of one."""
    orders = [
        order("A", "ann", "2026-01-10", 1_000_00),
        order("B", "ann", "2026-01-20", 234_56),
        order("C", "ann", "2026-02-03", 9_999_99),
        order("D", "bo", "2026-01-20", 5_000_00),
    ]
    tables = paid("2026-02-28", orders)
    table = table_of(PaidLines(tables["Commission"]), ["2026-01"], "2026-01")
    assert table is not None
    assert [column.heading for column in table.columns] == ["Order", "Base", "Why", "Amount"]
    first, second, total = shown(table)
    assert (first[0], first[1], first[3]) == ("A", "1,000.00", "100.00")
    assert first[2].startswith("1,000.00 × 10%: plan std, the bracket from 0% of quota 12,000.00")
    assert (second[0], second[1], second[3]) == ("B", "234.56", "23.46")
    assert total == ["", "", "Payable for January 2026", "123.46"]
    assert table.sums == 1


def test_a_draw_is_a_line_without_an_order():
    table = table_of(PaidLines(paid("2026-01-31", [])["Commission"]), ["2026-01"], "2026-01")
    assert table is not None
    line, _ = shown(table)
    assert line[-1] == "50.00"
    assert "in advance" in line[-2]


def test_a_quarter_names_the_month_of_each_line():
    orders = [
        order(name, "ann", f"2026-0{month}-10", 1_000_00) for month, name in enumerate("ABC", 1)
    ]
    paid_lines = PaidLines(paid("2026-03-31", orders)["Commission"])
    table = table_of(paid_lines, ["2026-01", "2026-02", "2026-03"], "FY2026-Q1")
    assert table is not None
    rows = shown(table)
    assert [row[0] for row in rows] == ["January 2026", "February 2026", "March 2026", ""]
    assert rows[-1][-1] == "300.00"


@pytest.mark.parametrize("rep", ["bo", "nobody"])
def test_who_is_paid_nothing_has_no_such_list(rep: str):
    tables = paid("2026-01-31", [order("A", "ann", "2026-01-10", 1_000_00)])
    assert PaidLines(tables["Commission"]).lists(rep, ["2026-01"], "2026-01") == {}


@given(SEEDS)
@FEW
def test_the_lines_come_to_what_the_statements_pay(seed: int):
    """To the cent, whatever was sold, taken back and advanced, in any span of months."""
    random = Random(seed)
    orders = [
        order(f"o{number}", "ann", f"2026-0{random.randint(1, 6)}-1{random.randint(0, 9)}", amount)
        for number, amount in enumerate(
            random.randint(-500_00, 2_000_00) for _ in range(random.randint(0, 15))
        )
    ]
    tables = paid("2026-06-30", orders)
    first = random.randint(1, 6)
    months = [f"2026-{month:02}" for month in range(first, random.randint(first, 6) + 1)]
    lists = PaidLines(tables["Commission"]).lists("ann", months, "FY2026")
    statements = tables["Statements"]
    is_asked = (statements["rep_id"] == "ann") & statements["period"].isin(months)
    due = int(statements.loc[is_asked, "paid"].sum())
    if not lists:
        assert due == 0
        return
    (total,) = lists["statement-total"]
    assert total["amount"] == due == sum(line["amount"] for line in lists["statement"])
