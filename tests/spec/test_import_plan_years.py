"""Of which twelve months a plan is, where fiscal years are no calendar years."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.period_headers import period_of_header
from salesbook.intake.wide.plan_years import fiscal_year_of_cell, only_plan_year, typed_range
from tests.spec.wide_files import MONTHS, book, codes_of, draft, months_of, targets_of

NAMES = MONTHS.split(",")
FROM_APRIL = ",".join(NAMES[3:] + NAMES[:3])
TWELVE = ",".join(["100"] * 12)


def plan(title: str, months: str = FROM_APRIL) -> str:
    return f"{title}{',' * 12}\nRep,{months}\nAnn Lee,{TWELVE}\n"


@pytest.mark.parametrize(
    "title",
    [
        *("Targets 2026/27", "FY2026-27", "FY2026/2027", "Plan (Apr 2026 - Mar 2027)", "FY27"),
        *("2026年4月至2027年3月", "2026-04 to 2027-03", "FY2027 (Apr-26 to Mar-27)", "2026/27财年"),
    ],
)
def test_two_years_are_the_fiscal_year_that_ends_in_the_second(title: str, tmp_path: Path) -> None:
    drafted = draft(tmp_path, plan(title), now=book(fiscal_year_start=4))
    assert targets_of(drafted) == [(2027, "rep", "R1", 1_200_00)]
    [said] = [note for note in drafted.notes if note.code == "wide.range"]
    assert said.params == {"first": "2026-04", "last": "2027-03"}


def test_two_years_are_asked_for_where_fiscal_years_are_calendar_years(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, plan("Targets 2026/27"))
    assert refused.value.code == "two-years"
    assert refused.value.params["choices"] == ("2026-04 to 2027-03", "2027")
    for typed, years in (("2026-04 to 2027-03", {2026, 2027}), ("2027", {2027})):
        drafted = draft(tmp_path, plan("Targets 2026/27"), columns={"year": typed})
        assert {year for year, *_ in targets_of(drafted)} == years


def test_a_bare_year_over_months_in_calendar_order_is_asked_for(tmp_path: Path) -> None:
    """`Plan 2027` over Jan to Dec may be the calendar year; both answers cure it."""
    now = book(fiscal_year_start=4)
    text = plan("Plan 2027", MONTHS)
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text, now=now)
    assert refused.value.code == "year-unclear"
    fiscal, calendar = refused.value.params["choices"]
    drafted = draft(tmp_path, text, now=now, columns={"year": fiscal})
    assert targets_of(drafted) == [(2027, "rep", "R1", 1_200_00)]
    drafted = draft(tmp_path, text, now=now, columns={"year": calendar})
    assert targets_of(drafted) == [(2027, "rep", "R1", 300_00), (2028, "rep", "R1", 900_00)]
    drafted = draft(tmp_path, plan("Plan FY2027", MONTHS), now=now)
    assert targets_of(drafted) == [(2027, "rep", "R1", 1_200_00)]


@settings(max_examples=15, deadline=None)
@given(start=st.integers(2, 12), year=st.integers(2000, 2099))
def test_a_range_puts_each_month_where_the_calendar_has_it(
    tmp_path_factory: pytest.TempPathFactory, start: int, year: int
) -> None:
    """Whatever the order of the columns: a typed range alone says the year of each month."""
    path = tmp_path_factory.mktemp("plan")
    typed = typed_range((year, 1), (year, 12))
    drafted = draft(
        path, plan("Plan", MONTHS), now=book(fiscal_year_start=start), columns={"year": typed}
    )
    found = {(of_year, month) for _, of_year, month in months_of(drafted)}
    assert found == {(year + int(month >= start), month) for month in range(1, 13)}


def test_a_month_outside_the_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, "Jan 2026 - Mar 2026,,\nRep,Jan,May\nAnn Lee,1,2\n")
    assert refused.value.code == "period-outside"


def test_quarters_of_the_calendar_that_are_one_fiscal_year_are_known(tmp_path: Path) -> None:
    text = "Rep,2026-Q2,2026-Q3,2026-Q4,2027-Q1\nAnn Lee,3,3,3,3\n"
    drafted = draft(tmp_path, text, now=book(fiscal_year_start=4))
    assert targets_of(drafted) == [(2027, "rep", "R1", 12_00)]
    assert "wide.fiscal" not in codes_of(drafted)


def test_quarters_of_one_year_may_be_calendar_or_fiscal(tmp_path: Path) -> None:
    now = book(fiscal_year_start=4)
    text = "Rep,2026-Q1,2026-Q2,2026-Q3,2026-Q4\nAnn Lee,3,3,3,3\n"
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text, now=now)
    fiscal, calendar = refused.value.params["choices"]
    drafted = draft(tmp_path, text, now=now, columns={"year": fiscal})
    assert targets_of(drafted) == [(2026, "rep", "R1", 12_00)]
    drafted = draft(tmp_path, text, now=now, columns={"year": calendar})
    assert targets_of(drafted) == [(2026, "rep", "R1", 3_00), (2027, "rep", "R1", 9_00)]


@pytest.mark.parametrize(
    ("cell", "start", "year"),
    [
        *(("FY2027", 4, 2027), ("FY27", 1, 2027), ("2026/27", 4, 2027), ("FY2026/27", 4, 2027)),
        *(
            ("2026/27", 1, "2026/27"),
            ("2026-05", 4, "2026-05"),
            ("2027财年", 4, 2027),
            (2027, 4, 2027),
        ),
    ],
)
def test_a_cell_may_say_a_fiscal_year_in_words(
    cell: str | int, start: int, year: str | int
) -> None:
    assert fiscal_year_of_cell(cell, start) == year


def test_a_column_of_fiscal_years_is_read(tmp_path: Path) -> None:
    text = f"Fiscal year,Rep,{FROM_APRIL}\nFY2027,Ann Lee,{TWELVE}\n"
    drafted = draft(tmp_path, text, now=book(fiscal_year_start=4))
    assert targets_of(drafted) == [(2027, "rep", "R1", 1_200_00)]
    assert "wide.rows-fiscal" in codes_of(drafted)


def test_years_that_are_said_twice_are_one() -> None:
    said = only_plan_year(["Plan FY2027", "2027"])
    assert said is not None
    assert said.is_surely_fiscal
    assert only_plan_year(["Plan 2026", "2027"]) is None


def test_two_years_in_a_header_are_a_fiscal_year_too() -> None:
    period = period_of_header("FY2026/27 Q1")
    assert period is not None
    assert (period.year, period.months(4)) == (2027, (4, 5, 6))
