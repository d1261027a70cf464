"""A unit or a currency over the table counts for the amounts that say nothing themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.title_units import units_over
from tests.spec.wide_files import MONTHS, book, codes_of, draft, rows_of, targets_of

ORDERS = "Order no,Order date,Customer,Rep,Amount\nS1,2026-01-05,Acme,Ann Lee,12.3456\n"
EUROS = book(currency="EUR")


@pytest.mark.parametrize(
    ("line", "scale", "currency"),
    [
        ("单位：万元", 10_000, "元"),
        ("2027年度销售目标（万元）", 10_000, "元"),
        ("单位：千元", 1_000, "元"),
        ("金额单位：元", 1, "元"),
        ("单位：万元 币种：人民币", 10_000, "人民币"),
        ("All amounts in kEUR", 1_000, "EUR"),
        ("All amounts in USD", 1, "USD"),
        ("(in thousands)", 1_000, ""),
        ("Amounts in € '000", 1_000, "€"),
        ("Amounts in EUR (in thousands)", 1_000, "EUR"),
        ("Figures are shown in thousands of EUR", 1_000, "EUR"),
        ("Revenue in EUR millions.", 1_000_000, "EUR"),
        ("Alle Beträge in TEUR", 1_000, "EUR"),
        ("Currency: EUR Exported: 2026", 1, "EUR"),
        ("Unit: k", 1_000, ""),
    ],
)
def test_a_line_over_the_table_says_what_amounts_are(line: str, scale: int, currency: str) -> None:
    units = units_over([line], where="")
    assert (units.scale, units.currency) == (scale, currency)


@pytest.mark.parametrize(
    "line",
    [
        *("编制单位：甲公司", "单位：件", "Business unit: B", "Plan (M)", "Sales in ALL regions"),
        *("Sales Targets (Mar)", "Sales in Euro countries", "Orders in Germany", "2026 (North)"),
    ],
)
def test_what_says_no_unit_beyond_doubt_says_none(line: str) -> None:
    units = units_over([line], where="")
    assert (units.scale, units.currency) == (1, "")


def test_two_lines_that_contradict_each_other_are_refused() -> None:
    """Which of two units holds nobody can tell; a unit and a currency go together."""
    with pytest.raises(AmbiguousFile) as refused:
        units_over(["单位：万元", "金额单位：元"], where="f.csv")
    assert refused.value.code == "title-units-differ"
    with pytest.raises(AmbiguousFile):
        units_over(["All amounts in USD", "Currency: EUR"], where="f.csv")
    assert units_over(["All amounts in USD", "(in thousands)"], where="").scale == 1_000


def test_a_unit_over_orders_counts_and_is_told(tmp_path: Path) -> None:
    """Without it the amount would be a thousand times too small."""
    text = f"All amounts in kEUR,,,,\n{ORDERS}"
    drafted = draft(tmp_path, text, into="Orders", now=EUROS, add_missing=True)
    assert [row["amount"] for row in rows_of(drafted, "Orders")] == [12_345_60]
    assert {"wide.unit", "wide.title-currency"} <= set(codes_of(drafted))


def test_what_a_header_says_goes_before_the_title(tmp_path: Path) -> None:
    text = f"(in thousands),,,,\n{ORDERS.replace('Amount', 'Amount (EUR)')}"
    drafted = draft(tmp_path, text, into="Orders", now=EUROS, add_missing=True)
    assert [row["amount"] for row in rows_of(drafted, "Orders")] == [12_35]


def test_a_currency_over_the_table_is_not_taken_for_the_workbooks(tmp_path: Path) -> None:
    """A workbook in euros holds no dollars as euros."""
    text = f"All amounts in USD,,,,\n{ORDERS}"
    drafted = draft(tmp_path, text, into="Orders", now=EUROS, add_missing=True)
    [(_, reason)] = drafted.rejected[0].faults
    assert reason.code == "no-exchange-rate"


@pytest.mark.parametrize("scale", ["in thousands", "单位：万", "Amounts in millions"])
def test_a_count_is_never_scaled(tmp_path: Path, scale: str) -> None:
    """In thousands is the money; ten orders stay ten, in a long list and in a wide one."""
    text = f"{scale},,\nRep,Year,Metric,Target\nAnn Lee,2026,orders,10\nBob Ray,2026,revenue,2\n"
    counted = targets_of(draft(tmp_path, text))
    assert counted[0][-1] == 10
    assert counted[1][-1] >= 2_000_00

    wide = f"{scale},,\nRep,Year,Metric,{MONTHS}\nAnn Lee,2026,orders{',10' * 12}\n"
    assert targets_of(draft(tmp_path, wide)) == [(2026, "rep", "R1", 120)]


def test_a_foreign_unit_over_months_is_asked_for(tmp_path: Path) -> None:
    """元 in a workbook of euros is no euro."""
    text = "单位：万元,,\n姓名,年度,1月,2月\n陈静,2026,1.5,2\n"
    drafted = draft(tmp_path, text, now=EUROS)
    assert drafted.accepted == 0
    drafted = draft(tmp_path, text, now=book(currency="CNY"))
    assert targets_of(drafted) == [(2026, "rep", "R3", 35_000_00)]
