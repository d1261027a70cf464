"""Wide files: a row per rep or team and a column per month becomes Targets and TargetMonths."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.period_headers import period_of_header
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.options import ImportOptions
from salesbook.policy import read_policy
from tests.spec.wide_files import MONTHS, book, codes_of, draft, months_of, rows_of, targets_of

TWELVE = ",".join(["100"] * 12)


def test_a_row_of_months_is_a_year_and_its_months(tmp_path: Path) -> None:
    drafted = draft(tmp_path, f"Rep,Year,{MONTHS}\nAnn Lee,2026,{TWELVE}\n")
    assert targets_of(drafted) == [(2026, "rep", "R1", 1_200_00)]
    assert months_of(drafted) == {("R1", 2026, month): 100_00 for month in range(1, 13)}
    assert (drafted.read, drafted.new, drafted.added) == (1, 1, {"TargetMonths": 12})
    assert all("fixed" not in row for row in rows_of(drafted, "TargetMonths"))


@pytest.mark.parametrize(
    "header",
    [
        *("Jan", "January", "jan.", "1月", "一月", "01月份", "M01", "M1", "P1", "Month 1"),
        *("2026-01", "2026/1", "01/2026", "202601", "Jan-26", "Jan 2026", "2026 January"),
        *("2026年1月", "2026-01-01 00:00:00", "2026-01-31", "FY26 M01", "Januar", "enero"),
        *("Jan Target", "1月目标", "目标 1月", "1月（元）", "Plan Jan 2026"),
    ],
)
def test_a_month_is_known_however_it_is_written(header: str) -> None:
    period = period_of_header(header)
    assert period is not None
    assert (period.span, period.months(1)) == ("month", (1,))
    assert period.fiscal_year(1) in (None, 2026)


@pytest.mark.parametrize(
    "header",
    ["Jan Actual", "Jan LY", "1月实际", "Growth", "Rep", "M13", "Q5", "May Lee", "Year", "3"],
)
def test_what_is_no_month_of_a_plan_is_none(header: str) -> None:
    """A column of last year's or of actual figures must never become a target."""
    assert period_of_header(header) is None


@pytest.mark.parametrize(
    "header", ["Q1", "1Q26", "Q1 2026", "2026Q1", "FY26 Q1", "第一季度", "Q1'26"]
)
def test_a_quarter_is_one_of_the_fiscal_year(header: str) -> None:
    period = period_of_header(header)
    assert period is not None
    assert period.months(1) == (1, 2, 3)
    assert period.months(4) == (4, 5, 6)


def test_the_year_of_a_calendar_month_is_its_fiscal_year(tmp_path: Path) -> None:
    """The fiscal year begins in April: March 2026 is the last month of FY2026, April the first of 2027."""
    text = "Rep,2026-03,2026-04\nAnn Lee,10,20\n"
    drafted = draft(tmp_path, text, now=book(fiscal_year_start=4))
    assert targets_of(drafted) == [(2026, "rep", "R1", 10_00), (2027, "rep", "R1", 20_00)]
    assert (drafted.read, drafted.new) == (1, 1)


def test_where_the_fiscal_year_begins_later_it_is_said_what_the_first_quarter_is(
    tmp_path: Path,
) -> None:
    text = "Rep,Year,Q1,Q2,Q3,Q4\nAnn Lee,2026,300,300,300,300.02\n"
    drafted = draft(tmp_path, text, now=book(fiscal_year_start=4))
    months = months_of(drafted)
    assert [months["R1", 2026, month] for month in (4, 12, 1, 2, 3)] == [
        100_00,
        100_00,
        100_01,
        100_01,
        100_00,
    ]
    [fiscal] = [note for note in drafted.notes if note.code == "wide.fiscal"]
    assert fiscal.params == {"header": "Q1", "month": 4}
    assert "wide.quarters" in codes_of(drafted)


def test_the_title_says_the_year_and_what_is_counted(tmp_path: Path) -> None:
    text = f"Orders plan 2027,,,\nRep,{MONTHS}\nAnn Lee,{TWELVE}\n"
    drafted = draft(tmp_path, text)
    assert targets_of(drafted) == [(2027, "rep", "R1", 1_200)]
    assert {"wide.year", "wide.metric"} <= set(codes_of(drafted))
    assert {row["metric"] for row in rows_of(drafted, "TargetMonths")} == {"orders"}


def test_a_year_that_nothing_says_is_asked_for(tmp_path: Path) -> None:
    text = f"Rep,{MONTHS}\nAnn Lee,{TWELVE}\n"
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text)
    assert (refused.value.code, refused.value.params["field"]) == ("year-unknown", "year")
    assert refused.value.params["choices"] == ("2026", "2027")
    drafted = draft(tmp_path, text, columns={"year": "2026"})
    assert targets_of(drafted) == [(2026, "rep", "R1", 1_200_00)]


def test_a_row_whose_year_is_not_its_columns_is_rejected(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Rep,Year,2026-01,2026-02\nAnn Lee,2025,1,2\nBob Ray,2026,1,2\n")
    assert [row.faults[0][1].code for row in drafted.rejected] == ["year-differs"]
    assert targets_of(drafted) == [(2026, "rep", "R2", 3_00)]


def test_a_cell_that_cannot_be_read_rejects_the_whole_row(tmp_path: Path) -> None:
    """The year would be wrong by what the month lacks."""
    drafted = draft(tmp_path, "Rep,Year,Jan,Feb\nAnn Lee,2026,1,tbd.\nBob Ray,2026,1,2\n")
    [row] = drafted.rejected
    assert (row.number, row.faults[0][0]) == (2, "Feb")
    assert targets_of(drafted) == [(2026, "rep", "R2", 3_00)]
    assert all(key[0] == "R2" for key in months_of(drafted))


def test_quarters_and_totals_beside_months_are_checked_and_not_taken_twice(tmp_path: Path) -> None:
    text = (
        "Rep,Year,Jan,Feb,Mar,Q1,Apr,Total\n"
        "Ann Lee,2026,1,2,3,6,4,10\n"
        "Bob Ray,2026,1,2,3,7,4,10\n"
        "陈静,2026,1,2,3,6,4,11\n"
    )
    drafted = draft(tmp_path, text)
    assert targets_of(drafted) == [
        (2026, "rep", "R1", 10_00),
        (2026, "rep", "R2", 10_00),
        (2026, "rep", "R3", 11_00),
    ]
    assert sum(months_of(drafted).values()) == 30_00
    [told] = [note for note in drafted.notes if note.code == "wide.sums-differ"]
    assert told.params == {"count": 1, "rows": ("4",)}
    [told] = [note for note in drafted.notes if note.code == "wide.parts-differ"]
    assert told.params == {"count": 1, "rows": ("3",)}
    assert drafted.not_taken == ()


def test_fixed_months_make_the_year_whatever_the_file_totals(tmp_path: Path) -> None:
    text = "Rep,Year,Jan,Feb,Total\nAnn Lee,2026,1,2,4\n"
    drafted = draft(tmp_path, text, fixed=True)
    assert targets_of(drafted) == [(2026, "rep", "R1", 3_00)]
    assert [row["fixed"] for row in rows_of(drafted, "TargetMonths")] == [True, True]
    assert "wide.sums-differ-fixed" in codes_of(drafted)


def test_quarters_cannot_be_fixed(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        draft(tmp_path, "Rep,Year,Q1,Q2\nAnn Lee,2026,1,2\n", fixed=True)
    assert refused.value.code == "fixed-quarters"


def test_two_columns_of_one_month_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, "Rep,Year,Jan,M01,Feb\nAnn Lee,2026,1,2,3\n")
    assert refused.value.code == "two-periods"


def test_actual_figures_beside_the_plan_are_not_taken(tmp_path: Path) -> None:
    text = "Rep,Year,Jan Plan,Jan Actual,Feb Plan,Feb Actual\nAnn Lee,2026,1,90,2,90\n"
    drafted = draft(tmp_path, text)
    assert targets_of(drafted) == [(2026, "rep", "R1", 3_00)]
    assert drafted.not_taken == ("Jan Actual", "Feb Actual")


def test_sums_of_teams_and_of_all_become_their_targets_and_are_told(tmp_path: Path) -> None:
    text = (
        "Team,Rep,Year,Jan,Feb\n"
        "North,Ann Lee,2026,1,2\nNorth,Bob Ray,2026,3,4\nNorth,Subtotal,2026,4,6\n"
        "华东,陈静,2026,5,5\n华东小计,,2026,5,5\nTotal,,2026,9,11\n"
    )
    drafted = draft(tmp_path, text)
    assert targets_of(drafted) == [
        (2026, "rep", "R1", 3_00),
        (2026, "rep", "R2", 7_00),
        (2026, "team", "North", 10_00),
        (2026, "rep", "R3", 10_00),
        (2026, "team", "华东", 10_00),
        (2026, "company", "company", 20_00),
    ]
    [told] = [note for note in drafted.notes if note.code == "wide.sums"]
    assert told.params == {"company": 1, "team": 2, "rep": 3}


def test_a_name_may_be_anybodys_and_nobody_is_made_up(tmp_path: Path) -> None:
    text = "Name,Year,Jan,Feb\nNorth,2026,1,1\nAnn Lee,2026,2,2\n公司,2026,3,3\nNobody,2026,4,4\n"
    drafted = draft(tmp_path, text)
    assert [target[1:3] for target in targets_of(drafted)] == [
        ("team", "North"),
        ("rep", "R1"),
        ("company", "company"),
    ]
    assert [row.faults[0][1].code for row in drafted.rejected] == ["unknown-scope"]


def test_an_unknown_rep_is_added_only_if_asked(tmp_path: Path) -> None:
    text = "Team,Rep,Year,Jan,Feb\nSouth,Di Fox,2026,1,1\n"
    assert [row.faults[0][1].code for row in draft(tmp_path, text).rejected] == ["unknown-rep"]
    drafted = draft(tmp_path, text, add_missing=True)
    assert rows_of(drafted, "Reps") == [{"rep_id": "R0004", "name": "Di Fox", "team": "South"}]
    assert targets_of(drafted) == [(2026, "rep", "R0004", 2_00)]


def test_a_unit_over_the_table_counts(tmp_path: Path) -> None:
    """Without it a target would be ten thousand times too small, and nobody would see."""
    text = "2026年销售目标,,\n单位：万元,,\n姓名,1月,2月\n陈静,1.5,2\n"
    drafted = draft(tmp_path, text, now=book(currency="CNY"))
    assert targets_of(drafted) == [(2026, "rep", "R3", 35_000_00)]
    assert "wide.unit" in codes_of(drafted)


def test_several_metrics_may_stand_side_by_side(tmp_path: Path) -> None:
    text = "Rep,Year,Revenue Jan,Orders Jan,Revenue Feb,Orders Feb\nAnn Lee,2026,10,1,20,2\n"
    rows = rows_of(draft(tmp_path, text), "Targets")
    assert {row["metric"]: row["target"] for row in rows} == {"revenue": 30_00, "orders": 3}


def test_months_of_locks_are_locks(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Rep,Year,Jan,Feb\nAnn Lee,2026,1,\nBob Ray,2026,,5\n", "Locks")
    assert months_of(drafted, "Locks") == {("R1", 2026, 1): 1_00, ("R2", 2026, 2): 5_00}
    assert (drafted.read, drafted.new, drafted.added) == (2, 2, {})


def test_dates_as_headers_of_a_workbook(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["Rep", dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1)])
    sheet.append(["Ann Lee", 10, 20.5])
    made.save(tmp_path / "plan.xlsx")
    drafted = draft_import(tmp_path / "plan.xlsx", ImportOptions(into="Targets"), book())
    assert targets_of(drafted) == [(2026, "rep", "R1", 30_50)]


def test_a_changed_month_is_an_update_of_its_row(tmp_path: Path) -> None:
    held = book(
        {
            "Targets": [
                {
                    "year": 2026,
                    "scope_kind": "rep",
                    "scope": "R1",
                    "metric": "revenue",
                    "target": 3_00,
                }
            ],
            "TargetMonths": [
                {
                    "year": 2026,
                    "scope_kind": "rep",
                    "scope": "R1",
                    "metric": "revenue",
                    "month": month,
                    "amount": amount,
                }
                for month, amount in ((1, 1_00), (2, 2_00))
            ],
        }
    )
    same = draft(tmp_path, "Rep,Year,Jan,Feb\nAnn Lee,2026,1,2\n", now=held)
    assert (same.unchanged, same.changes) == (1, ())
    moved = draft(tmp_path, "Rep,Year,Jan,Feb\nAnn Lee,2026,2,1\n", now=held)
    assert (moved.new, moved.updated, moved.unchanged) == (0, 1, 0)
    [change] = moved.changes
    assert (change.table, dict(change.changes)) == (
        "TargetMonths",
        {0: {"amount": 2_00}, 1: {"amount": 1_00}},
    )


def test_a_long_list_of_targets_knows_whom_it_is_about_too(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Rep,Team,Year,Quota\nAnn Lee,North,2026,5\n,North,2026,9\n")
    assert targets_of(drafted) == [(2026, "rep", "R1", 5_00), (2026, "team", "North", 9_00)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=12, max_size=12),
        min_size=1,
        max_size=3,
    ),
    start_month=st.integers(1, 12),
)
def test_no_cent_is_lost_between_file_months_and_years(
    tmp_path: Path, cells: list[list[int | None]], start_month: int
) -> None:
    """Whatever stands in the file: the months of each row are its cells, and the year is their sum."""
    names = ["Ann Lee", "Bob Ray", "陈静"]
    keys = ["R1", "R2", "R3"]
    lines = [f"Rep,Year,{MONTHS}"]
    for name, row in zip(names, cells, strict=False):
        shown = ["" if cent is None else f"{cent // 100}.{cent % 100:02d}" for cent in row]
        lines.append(f"{name},2026,{','.join(shown)}")
    drafted = draft(
        tmp_path, "\n".join(lines) + "\n", now=book(fiscal_year_start=start_month), decimal="point"
    )
    months = months_of(drafted)
    years = {scope: target for _, _, scope, target in targets_of(drafted)}
    for key, row in zip(keys, cells, strict=False):
        expected = {month: cent for month, cent in enumerate(row, start=1) if cent is not None}
        assert {m: a for (scope, _, m), a in months.items() if scope == key} == expected
        assert years.get(key) == (sum(expected.values()) if expected else None)
    assert drafted.read == drafted.accepted + len(drafted.rejected)


PRODUCTS = "Order number,Customer,Rep,Date,Widget,Gadget"
PRODUCT_LINES = f"{PRODUCTS}\nO1,Acme,Ann Lee,2026-03-05,2,\nO2,Acme,Ann Lee,2026-03-06,1,3\n"


def products_book() -> BookNow:
    """Widgets cost 10, gadgets 2.50."""
    rows = [{"product": "Widget", "list_price": 10_00}, {"product": "Gadget", "list_price": 2_50}]
    now = book({"Customers": []})
    return replace(now, policy=read_policy({"Products": tuple(enumerate(rows))}))


def lines_of(drafted: ImportDraft) -> list[tuple[object, ...]]:
    return [
        (row["order_id"], row["line_no"], row["product"], row.get("quantity"), row["amount"])
        for row in rows_of(drafted, "Orders")
    ]


def test_a_column_per_product_becomes_a_line_each(tmp_path: Path) -> None:
    said = {"columns": {"amount": "*"}, "add_missing": True}
    drafted = draft(tmp_path, PRODUCT_LINES, "Orders", products_book(), **said)
    assert lines_of(drafted) == [
        ("O1", 1, "Widget", None, 2_00),
        ("O2", 1, "Widget", None, 1_00),
        ("O2", 2, "Gadget", None, 3_00),
    ]


def test_pieces_per_product_cost_what_products_says(tmp_path: Path) -> None:
    said = {"columns": {"quantity": "*"}, "add_missing": True}
    drafted = draft(tmp_path, PRODUCT_LINES, "Orders", products_book(), **said)
    assert lines_of(drafted) == [
        ("O1", 1, "Widget", 2, 20_00),
        ("O2", 1, "Widget", 1, 10_00),
        ("O2", 2, "Gadget", 3, 7_50),
    ]


def test_whether_products_hold_money_or_pieces_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, PRODUCT_LINES, "Orders", products_book(), add_missing=True)
    assert refused.value.code == "products-unsaid"


def test_a_row_without_any_product_is_not_lost(tmp_path: Path) -> None:
    text = f"{PRODUCTS}\nO1,Acme,Ann Lee,2026-03-05,,0\n"
    said = {"columns": {"amount": "*"}, "add_missing": True}
    drafted = draft(tmp_path, text, "Orders", products_book(), **said)
    assert [row.faults[0][1].code for row in drafted.rejected] == ["missing-required"]
