"""A list of targets with a row per month becomes years in Targets and months in TargetMonths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile
from tests.spec.wide_files import book, codes_of, draft, months_of, targets_of


def long_text(amounts: list[int], month: str = "{}") -> str:
    """A file with a row for each month of North in 2026, amounts in cents."""
    rows = [
        f"2026,{month.format(number)},North,{amount // 100}.{amount % 100:02}"
        for number, amount in enumerate(amounts, start=1)
    ]
    return "\n".join(["year,month,region,target_revenue", *rows]) + "\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(amounts=st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_the_year_is_the_sum_of_its_months_to_the_cent(tmp_path: Path, amounts: list[int]) -> None:
    """Never is a month's amount taken for the target of the year."""
    drafted = draft(tmp_path, long_text(amounts))
    assert targets_of(drafted) == [(2026, "team", "North", sum(amounts))]
    expected = {("North", 2026, month): amount for month, amount in enumerate(amounts, start=1)}
    assert months_of(drafted) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(amounts=st.lists(st.integers(0, 10**6), min_size=12, max_size=12), data=st.data())
def test_a_row_per_month_is_taken_as_a_column_per_month_is(
    tmp_path: Path, amounts: list[int], data: st.DataObject
) -> None:
    """In whatever order the rows stand."""
    head, *rows = long_text(amounts).splitlines()
    shuffled = data.draw(st.permutations(rows))
    as_rows = draft(tmp_path, "\n".join([head, *shuffled]) + "\n")

    names = ",".join(f"2026-{month:02}" for month in range(1, 13))
    cells = ",".join(f"{amount // 100}.{amount % 100:02}" for amount in amounts)
    as_columns = draft(tmp_path, f"region,{names}\nNorth,{cells}\n")
    assert targets_of(as_rows) == targets_of(as_columns)
    assert months_of(as_rows) == months_of(as_columns)


@pytest.mark.parametrize("written", ["1", "01", "Jan", "January", "1月", "2026-01", "2026-01-01"])
def test_a_month_may_be_written_in_many_ways(tmp_path: Path, written: str) -> None:
    drafted = draft(tmp_path, f"Year,Month,Region,Target\n2026,{written},North,100\n")
    assert months_of(drafted) == {("North", 2026, 1): 100_00}
    assert targets_of(drafted) == [(2026, "team", "North", 100_00)]


def test_years_and_teams_are_kept_apart(tmp_path: Path) -> None:
    text = "Year,Month,Region,Target\n"
    text += "".join(
        f"{year},{month},{region},{month}\n"
        for year in (2025, 2026)
        for month in range(1, 13)
        for region in ("North", "华东")
    )
    drafted = draft(tmp_path, text)
    assert sorted(targets_of(drafted)) == [
        (year, "team", region, 78_00) for year in (2025, 2026) for region in ("North", "华东")
    ]
    assert (drafted.read, drafted.new) == (4, 4)
    assert "wide.from-rows" in codes_of(drafted)


def test_a_month_without_a_year_column_brings_its_year(tmp_path: Path) -> None:
    text = "Month,Region,Target\n2025-12,North,10\n2026-01,North,20\n"
    assert targets_of(draft(tmp_path, text)) == [
        (2025, "team", "North", 10_00),
        (2026, "team", "North", 20_00),
    ]


def test_fixed_months_are_hard_sums(tmp_path: Path) -> None:
    drafted = draft(tmp_path, long_text([100, 200]), fixed=True)
    months = next(change for change in drafted.changes if change.table == "TargetMonths")
    assert months.new_rows["fixed"].all()


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    """Against the years and months that it made itself."""
    drafted = draft(tmp_path, long_text([100, 200, 300]))
    tables = {
        change.table: change.new_rows.to_dict("records")
        for change in drafted.changes
        if change.table in ("Targets", "TargetMonths")
    }
    again = draft(tmp_path, long_text([100, 200, 300]), now=book(tables))
    assert (again.new, again.updated, again.unchanged) == (0, 0, 1)


def test_two_rows_of_one_month_are_refused(tmp_path: Path) -> None:
    """Targets by category with nobody named: which of them is the month's nobody can tell."""
    text = "Year,Month,Category,TargetSales\n2026,1,A,100\n2026,1,B,200\n"
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text)
    assert refused.value.code == "month-twice"
    assert refused.value.exit_code == 21


def test_a_row_without_a_month_is_refused(tmp_path: Path) -> None:
    """Its amount would be missing in the year."""
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, "Year,Month,Region,Target\n2026,1,North,100\n2026,soon,North,200\n")
    assert refused.value.code == "month-unclear"


def test_an_unreadable_amount_costs_the_year(tmp_path: Path) -> None:
    """The year would be wrong without it."""
    drafted = draft(tmp_path, "Year,Month,Region,Target\n2026,1,North,100\n2026,2,North,abc\n")
    assert (drafted.new, len(drafted.rejected)) == (0, 1)
    assert targets_of(drafted) == []


def test_a_month_s_floor_is_not_the_year_s(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Year,Month,Region,Target,Floor\n2026,1,North,100,80\n")
    change = next(change for change in drafted.changes if change.table == "Targets")
    assert change.new_rows["floor"].isna().all()
    assert "Floor" in drafted.not_taken
