"""The verb `propose`: what may the targets be, and which of the proposals become targets?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of, months_of_year
from salesbook.domain.outcome import Outcome, Patch, Task
from salesbook.domain.proposals.basis import FIRST_METRIC, basis_of
from salesbook.domain.proposals.make import proposal_table, years_ahead
from salesbook.domain.proposals.taken import binding_targets, owner_of_target
from salesbook.domain.proposals.words import ProposalWords
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.targets.attainment import COMPANY, monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.target_months import TargetKey, target_key
from salesbook.domain.team.staff import staff_of_run
from salesbook.errors import UsageError
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known

_TABLE: Final = "Proposal"
_LEVELS: Final = ("floor", "target", "stretch")
_MOST_TOLD: Final = 10
"""A command says at most so many lines; the table has all of them."""


def run(task: Task) -> Outcome:
    """Write Proposal anew and, where that is asked for, some of its rows into Targets.

    A row that Targets has already gets the new target, floor and stretch, and keeps all else; a
    level that nobody can propose stays as it is typed.

    Args:
        task: `take` names whose proposal becomes a target, that of revenue in `year`; `take_marked`
            means the rows that somebody marked in Proposal. A mark is his, and stays: while it stands,
            the next time renews the target.

    Raises: UsageError where nobody is called so, several are, or nothing is proposed for them.
    """
    table = _proposals(task)
    marked = _marked(task) if task.take_marked else frozenset[int]()
    taken = (
        [_asked_row(task, table)] if task.take is not None else _rows_marked(task, table, marked)
    )
    if not taken:
        said = [Message("propose.mark-first", {"table": _TABLE})] if task.take_marked else []
        return Outcome({_TABLE: table}, answer=(*_told(task, table), *said))

    chosen = table.loc[taken]
    binding = binding_targets(task, chosen)
    patch = _patch(task, chosen, binding)
    told: list[Message] = []
    for row in list(chosen.itertuples())[:_MOST_TOLD]:
        told.append(_words("propose.taken", task, row))
        if not binding[target_key(row)]:
            told.append(_words("propose.as-weight", task, row))
    return Outcome(
        {_TABLE: table},
        patches={"Targets": patch},
        answer=(*told, Message("propose.then-split", {"table": "Targets"})),
    )


def _proposals(task: Task) -> pd.DataFrame:
    credits = credits_of_run(task)
    staff = staff_of_run(task)
    plan = plan_in_force(task.tables["TargetPlan"])
    facts = monthly(credits.lines, plan, staff)
    basis = basis_of(task, facts, credits.lines)
    return proposal_table(basis, years_ahead(basis))


def _marked(task: Task) -> frozenset[int]:
    """Rows of Proposal, as they stand in the workbook, that somebody marked to be taken."""
    standing = task.tables[_TABLE]
    rows = standing.index[standing["take"].fillna(False).astype("bool")]
    return frozenset(int(row) for row in rows)


def _rows_marked(task: Task, table: pd.DataFrame, marked: frozenset[int]) -> list[int]:
    """The new rows of what was marked, those that still propose something."""
    keys = {target_key(row) for row in task.tables[_TABLE].loc[sorted(marked)].itertuples()}
    return [
        int(row.Index)
        for row in table[table["target"].notna()].itertuples()
        if target_key(row) in keys
    ]


def _asked_row(task: Task, table: pd.DataFrame) -> int:
    """The row of the scope that is asked for. Raises: UsageError."""
    year = _asked_year(task, table)
    if table.empty:
        raise UsageError("nothing-proposed", where="--take", found=task.take, year=str(year))
    of_year = table[(table["year"] == year) & (table["metric"] == FIRST_METRIC)]
    if of_year.empty:
        years = tuple(str(year) for year in sorted(table["year"].unique()))
        raise UsageError("no-proposal-of-year", where="--year", found=str(year), years=years)

    rows = _rows_called(str(task.take), of_year, task)
    if len(rows) > 1:
        shown = [f"{row.scope_kind} {row.scope}" for row in of_year.loc[rows].itertuples()]
        raise UsageError("ambiguous-name", where="--take", found=task.take, candidates=tuple(shown))
    row = of_year.loc[rows[0]]
    if pd.isna(row["target"]):
        raise UsageError("nothing-proposed", where="--take", found=task.take, year=str(year))
    return rows[0]


def _asked_year(task: Task, table: pd.DataFrame) -> int:
    """The year that is named; else the first for which the company has typed no target of its own.

    One that was taken from the proposal is none, until the plan is published: the same command said
    twice means the same year.
    """
    if task.year is not None:
        return task.year
    start_month = task.policy.rules.fiscal_year_start
    targets = task.tables["Targets"]
    is_company = (targets["scope_kind"] == COMPANY) & (targets["metric"] == FIRST_METRIC)
    typed = targets[is_company].groupby("year")["target"].max()
    is_proposed = (table["scope_kind"] == COMPANY) & (table["metric"] == FIRST_METRIC)
    proposed = table[is_proposed].set_index("year")["target"]
    months = set(plan_in_force(task.tables["TargetPlan"])["period"])
    years = [int(year) for year in sorted(table["year"].unique())]
    for year in years:
        target, its_proposal = typed.get(year), proposed.get(year)
        is_taken = pd.notna(its_proposal) and target == its_proposal
        if (pd.isna(target) or is_taken) and months.isdisjoint(months_of_year(year, start_month)):
            return year
    return fiscal_year_of(task.as_of, start_month) + 1


def _rows_called(typed: str, of_year: pd.DataFrame, task: Task) -> list[int]:
    """Rows of the company, a team or a rep of that name or id. Raises: UsageError for none."""
    names = task.as_it_stands("Reps").set_index("rep_id")["name"]
    wanted = fold_name(typed)
    known: dict[str, str] = {}
    by_id: list[int] = []
    by_name: list[int] = []
    for row in of_year.itertuples():
        scope = str(row.scope)
        name = str(names.get(scope, scope)) if row.scope_kind == "rep" else scope
        known |= {scope: scope, name: name}
        if fold_name(scope) == wanted:
            by_id.append(int(row.Index))
        elif fold_name(name) == wanted:
            by_name.append(int(row.Index))
    # An id goes before names, as everywhere.
    found = by_id or by_name
    if not found:
        nearest = tuple(nearest_known(typed, known))
        raise UsageError("no-such-scope", where="--take", found=typed, nearest=nearest)
    return found


def _patch(task: Task, taken: pd.DataFrame, binding: Mapping[TargetKey, bool]) -> Patch:
    """New rows of Targets, and new levels of those that are there.

    A new row says where it comes from and who answers for it.

    Args: binding says of each row taken whether a split keeps to it.
    """
    row_of: dict[TargetKey, int] = {
        target_key(row): int(row.Index) for row in task.tables["Targets"].itertuples()
    }
    new_rows: list[dict[str, Any]] = []
    cells: dict[int, dict[str, object]] = {}
    for row in taken.itertuples():
        levels = {
            name: int(getattr(row, name)) for name in _LEVELS if not pd.isna(getattr(row, name))
        }
        known = row_of.get(target_key(row))
        if known is not None:
            cells[known] = dict(levels)
            continue
        key = ("year", "scope_kind", "scope", "metric")
        new_rows.append(
            {
                **{name: getattr(row, name) for name in key},
                **levels,
                "binding": binding[target_key(row)] or None,
                "owner_id": owner_of_target(task, str(row.scope_kind), str(row.scope)),
            }
        )
    basis = Message("propose.basis", {"day": task.as_of})
    return Patch(
        frame_from_rows("Targets", new_rows), cells, needs=("target",), words={"basis": basis}
    )


def _told(task: Task, table: pd.DataFrame) -> Iterator[Message]:
    """The proposals of the year that is asked for, or is next to be planned: company and teams."""
    year = _asked_year(task, table)
    if table.empty:
        yield Message("propose.nothing-yet")
    of_year = table[(table["year"] == year) & (table["scope_kind"] != "rep")]
    told: Sequence[Any] = list(of_year.itertuples())[:_MOST_TOLD]
    for row in told:
        if pd.isna(row.target):
            yield row.because
        else:
            yield _words("propose.proposed", task, row)


def _words(code: str, task: Task, row: Any) -> Message:
    """A row in one sentence; where chances are known, with them."""

    words = ProposalWords(str(row.metric), task.policy.decimals)
    is_company = row.scope_kind == COMPANY
    scope = f"Proposal.scope={COMPANY}" if is_company else str(row.scope)
    facts: dict[str, Fact] = {
        "scope": scope,
        "year": str(row.year),
        "metric": f"Targets.metric={row.metric}",
        "target": words.amount(int(row.target)),
    }
    if code == "propose.as-weight":
        return Message(code, facts)
    if pd.isna(row.floor):
        return Message(f"{code}-alone", facts)
    facts |= {"floor": words.amount(int(row.floor)), "stretch": words.amount(int(row.stretch))}
    if pd.isna(row.in_reach_rate):
        return Message(f"{code}-running", facts)
    return Message(code, {**facts, "rate": float(row.in_reach_rate)})
