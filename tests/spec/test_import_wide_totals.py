"""Wide files count each amount once: months, quarters, halves and totals that stand side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.draft import ImportDraft
from tests.spec.wide_files import book, codes_of, draft, months_of, rows_of, targets_of

_QUIET = [HealthCheck.function_scoped_fixture]


def apart_in(drafted: ImportDraft) -> str:
    """Headers of totals that an import says are in no target."""
    told = [
        ", ".join(note.params["headers"]) for note in drafted.notes if note.code == "wide.apart"
    ]
    return ", ".join(told)


def test_nothing_of_a_rejected_row_is_written(tmp_path: Path) -> None:
    """No month may be negative: with one month of the row its year and its other months go."""
    text = "Team,Jan 2026,Feb 2026,Mar 2026\nSouth,-5,105,50\nNorth,1,2,3\n"
    drafted = draft(tmp_path, text)
    assert [row.number for row in drafted.rejected] == [2]
    assert targets_of(drafted) == [(2026, "team", "North", 6_00)]
    assert {scope for scope, _, _ in months_of(drafted)} == {"North"}
    assert (drafted.new, drafted.added) == (1, {"TargetMonths": 3})


def test_a_rejected_year_takes_the_other_years_of_its_row_along(tmp_path: Path) -> None:
    text = "Team,Jan 2026,Jan 2027\nSouth,-5,105\nNorth,1,2\nNorth,3,4\n"
    drafted = draft(tmp_path, text)
    assert [row.number for row in drafted.rejected] == [2, 4]
    assert targets_of(drafted) == [(2026, "team", "North", 1_00), (2027, "team", "North", 2_00)]
    assert len(months_of(drafted)) == 2


@pytest.mark.parametrize("into", ["TargetMonths", "Locks"])
def test_a_rejected_row_leaves_no_month_in_a_table_of_months_either(
    tmp_path: Path, into: str
) -> None:
    text = "Rep,Jan 2026,Feb 2026\nAnn Lee,-5,105\nBob Ray,1,2\n"
    drafted = draft(tmp_path, text, into)
    assert [row.number for row in drafted.rejected] == [2]
    assert {who for who, _, _ in months_of(drafted, into)} == {"R2"}


@settings(max_examples=20, deadline=None, suppress_health_check=_QUIET)
@given(
    cells=st.lists(
        st.lists(st.sampled_from(("", "-1", "0", "2", "x")), min_size=4, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_each_row_goes_in_whole_or_not_at_all(tmp_path: Path, cells: list[list[str]]) -> None:
    teams = ["North", "South", "East", "West"]
    lines = ["Team,Jan 2026,Feb 2026,Jan 2027,Feb 2027"]
    lines += [f"{team},{','.join(row)}" for team, row in zip(teams, cells, strict=False)]
    drafted = draft(tmp_path, "\n".join(lines) + "\n")

    rejected = {teams[row.number - 2] for row in drafted.rejected}
    written = {scope for _, _, scope, _ in targets_of(drafted)}
    assert not rejected & (written | {scope for scope, _, _ in months_of(drafted)})
    for team, row in zip(teams, cells, strict=False):
        filled = [cell for cell in row if cell]
        of_team = [amount for (scope, _, _), amount in months_of(drafted).items() if scope == team]
        assert team in rejected or sorted(of_team) == sorted(int(cell) * 100 for cell in filled)


@pytest.mark.parametrize(
    "text",
    [
        "Team,2025,Jan 2026,Feb 2026,Mar 2026\nNorth,999,100,200,300\n",
        "Team,2025 Total,Jan,Feb,Mar\nNorth,999,100,200,300\n",
        "Team,FY2025,Q1,Q2,Q3\nNorth,999,100,200,300\n",
        "Team,Jan 2026,Feb 2026,Mar 2026,Total 2027\nNorth,100,200,300,999\n",
        "Team,Orders total,Jan,Feb,Mar\nNorth,999,100,200,300\n",
        "Team,Year,2025,Jan,Feb,Mar\nNorth,2026,999,100,200,300\n",
    ],
)
def test_a_total_of_another_year_or_metric_is_no_target(tmp_path: Path, text: str) -> None:
    says_year = "Year," in text or "Jan 2026" in text
    drafted = draft(tmp_path, text, columns={} if says_year else {"year": "2026"})
    assert targets_of(drafted) == [(2026, "team", "North", 600_00)]
    [told] = [header for header in text.splitlines()[0].split(",") if header == apart_in(drafted)]
    assert told in drafted.not_taken or "Year," in text


def test_each_year_and_metric_has_its_own_total(tmp_path: Path) -> None:
    text = "Team,Jan 2026,Jan 2027,Total 2027,FY2026\nNorth,1,2,20,10\n"
    assert targets_of(draft(tmp_path, text)) == [
        (2026, "team", "North", 10_00),
        (2027, "team", "North", 20_00),
    ]
    text = "Team,Year,Revenue Jan,Orders Jan,Orders total,Revenue total\nNorth,2026,1,2,20,10\n"
    rows = rows_of(draft(tmp_path, text), "Targets")
    assert {row["metric"]: row["target"] for row in rows} == {"revenue": 10_00, "orders": 20}


def test_a_total_of_two_years_is_the_target_of_neither(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Team,Jan 2026,Jan 2027,Total\nNorth,1,2,4\n")
    assert [target for *_, target in targets_of(drafted)] == [1_00, 2_00]
    assert "wide.parts-differ" in codes_of(drafted)


@pytest.mark.parametrize(
    "text",
    [
        "Orders plan 2026,,,\nRep,Jan,Feb,Target\nAnn Lee,1,2,3\n",
        "Rep,Year,Orders Jan,Orders Feb,Total\nAnn Lee,2026,1,2,3\n",
        "Rep,Year,Orders Jan,Orders Feb,Target\nAnn Lee,2026,1,2,3\n",
        "Rep,Year,Orders Jan,Orders Feb,Target\nAnn Lee,2026,,,3\n",
    ],
)
def test_a_total_counts_what_its_months_count(tmp_path: Path, text: str) -> None:
    """A target of 3 orders is 3; as money it would be 300 cents."""
    [row] = rows_of(draft(tmp_path, text), "Targets")
    assert (row["metric"], row["target"]) == ("orders", 3)


def test_a_target_beside_two_metrics_is_told_to_be_neither(tmp_path: Path) -> None:
    text = "Rep,Year,Revenue Jan,Orders Jan,Target\nAnn Lee,2026,1,2,9\n"
    drafted = draft(tmp_path, text)
    assert {row["target"] for row in rows_of(drafted, "Targets")} == {1_00, 2}
    assert apart_in(drafted) == "Target"


def test_a_quarter_with_some_of_its_months_is_refused(tmp_path: Path) -> None:
    """What is March of it, beside January and February, nobody can tell; the advice cures it."""
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, "Rep,Jan 2026,Feb 2026,Q1 2026,Q2 2026\nAnn Lee,100,200,900,300\n")
    assert refused.value.code == "part-of-period"
    assert refused.value.params["other"] == ("Jan 2026", "Feb 2026")

    for text, target in (
        ("Rep,Jan 2026,Feb 2026,Mar 2026,Q1 2026,Q2 2026\nAnn Lee,100,200,600,900,300\n", 1_200_00),
        ("Rep,Jan 2026,Feb 2026,Q2 2026\nAnn Lee,100,200,300\n", 600_00),
        ("Rep,Q1 2026,Q2 2026\nAnn Lee,900,300\n", 1_200_00),
    ):
        assert targets_of(draft(tmp_path, text)) == [(2026, "rep", "R1", target)]


def test_a_half_of_whose_months_none_is_there_counts(tmp_path: Path) -> None:
    drafted = draft(tmp_path, "Rep,Q1 2026,Q2 2026,H2 2026\nAnn Lee,100,200,300\n")
    assert targets_of(drafted) == [(2026, "rep", "R1", 600_00)]
    assert months_of(drafted)["R1", 2026, 12] == 50_00
    assert targets_of(draft(tmp_path, "Rep,H1 2026,H2 2026\nAnn Lee,100,200\n"))[0][3] == 300_00
    checked = draft(tmp_path, "Rep,Q1 2026,Q2 2026,H1 2026\nAnn Lee,100,200,300\n")
    assert targets_of(checked) == [(2026, "rep", "R1", 300_00)]
    with pytest.raises(UsageError) as refused:
        draft(tmp_path, "Rep,H1 2026,H2 2026\nAnn Lee,100,200\n", fixed=True)
    assert refused.value.code == "fixed-quarters"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Rep,Jan,Jan 2026,Feb 2026\nAnn Lee,999,100,200\n", {"year": "2026"}),
        ("Rep,Year,Jan,Jan 2026,Feb 2026\nAnn Lee,2026,999,100,200\n", {}),
        ("Rep,Jan,Revenue Jan,Feb\nAnn Lee,999,100,200\n", {"year": "2026"}),
        ("Rep,M12 2026,Dec 2026\nAnn Lee,1,2\n", {}),
        ("Rep,Jan,Feb,Total,FY2026\nAnn Lee,1,2,3,4\n", {"year": "2026"}),
    ],
)
def test_two_columns_of_one_stretch_are_refused(
    tmp_path: Path, text: str, columns: dict[str, str]
) -> None:
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text, columns=columns)
    assert refused.value.code == "two-periods"


_STRETCHES = {
    **{f"M{month:02d}": {month} for month in range(1, 13)},
    **{f"Q{q}": {3 * q - 2, 3 * q - 1, 3 * q} for q in range(1, 5)},
    "H1": set(range(1, 7)),
    "H2": set(range(7, 13)),
}


@settings(max_examples=40, deadline=None, suppress_health_check=_QUIET)
@given(
    headers=st.lists(st.sampled_from(sorted(_STRETCHES)), min_size=2, max_size=8, unique=True),
    cents=st.lists(st.integers(1, 10**6), min_size=12, max_size=12),
    start_month=st.integers(1, 12),
)
def test_the_target_is_the_money_of_the_file(
    tmp_path: Path, headers: list[str], cents: list[int], start_month: int
) -> None:
    """Whichever stretches of a true plan a file has: its months count once, or it is refused."""
    amounts = [sum(cents[month - 1] for month in _STRETCHES[header]) for header in headers]
    shown = ",".join(f"{amount // 100}.{amount % 100:02d}" for amount in amounts)
    text = f"Rep,Year,{','.join(headers)}\nAnn Lee,2026,{shown}\n"
    covered = set[int]().union(*(_STRETCHES[header] for header in headers))
    said: dict[str, Any] = {"now": book(fiscal_year_start=start_month), "decimal": "point"}
    try:
        drafted = draft(tmp_path, text, **said)
    except AmbiguousFile as refused:
        if refused.code == "part-of-period":
            return
        raise
    expected = sum(cents[month - 1] for month in covered)
    assert targets_of(drafted) == [(2026, "rep", "R1", expected)]
    assert sum(months_of(drafted).values()) == expected
    assert not {"wide.parts-differ", "wide.sums-differ"} & set(codes_of(drafted))
