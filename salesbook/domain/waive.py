"""The verb `waive`: somebody looked at a warning, and says why it may stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain import validate
from salesbook.domain.checks.entry_checks import one_per_cell
from salesbook.domain.checks.waivers import accepted_value
from salesbook.domain.outcome import Outcome, Patch, Task, WaivedWarning
from salesbook.errors import UsageError
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message, some_of
from salesbook.names.nearest import nearest_known

_CHECKS: Final = "Checks"
_WAIVERS: Final = "Waivers"
_MOST_TOLD: Final = 6
"""Kinds of warning that the answer says one by one; Waivers has all of them."""
_MOST_NAMED: Final = 3


class _Kind(NamedTuple):
    """One code in one column: what Checks counts together."""

    code: str
    table: str
    field: str


class _About(NamedTuple):
    """What a warning is about: the key of Waivers."""

    table: str
    row_key: str
    field: str
    code: str

    @property
    def kind(self) -> _Kind:
        return _Kind(self.code, self.table, self.field)


@dataclass(frozen=True)
class _Asked:
    """The rows of Checks that somebody pointed at."""

    warnings: pd.DataFrame
    errors: pd.DataFrame

    @property
    def rests(self) -> Mapping[_Kind, int]:
        """By kind how many warnings its row counts that Checks has no room for."""
        rests = self.warnings[self.warnings["is_rest"]]
        return {_kind_of(row): int(row["cell_count"]) for row in _records(rests)}


def run(task: Task) -> Outcome:
    """Accept warnings of Checks, with a reason, for the values that were found there.

    A warning stays accepted until its cell holds another value: then it is a finding again. Errors
    are left, for a row or a cell that does not count is not put right by a reason. The row that
    counts what Checks has no room for stands for those warnings: they are looked for once more.

    Args:
        task: `rows` are numbers of rows of the sheet Checks, `code` is a kind of warning; one of the
            two is asked for. `reason` says why the warnings may stand.

    Returns: new and changed rows of Waivers; the rows of Checks that go.

    Raises: UsageError where nothing is asked for, a row or kind is not there, there is no reason, or
        only errors are meant.
    """
    reason = (task.reason or "").strip()
    if not reason:
        raise UsageError("waive-why")
    checks = _with_rests(task.tables[_CHECKS])
    asked = _asked(task, checks)
    if asked.warnings.empty:
        raise UsageError("waive-errors", where=_CHECKS, count=_cells(asked.errors))

    listed = asked.warnings[~asked.warnings["is_rest"]]
    values = {_about(row): accepted_value(_text(row["found"])) for row in _records(listed)}
    values |= _found_again(task, asked.rests)
    accepted = Counter(about.kind for about in values)

    left_over = _left_over(values, listed, asked.rests)
    stays = {kind for kind, count in left_over.items() if count}
    gone = [
        int(row)
        for row, about in zip(asked.warnings.index, _records(asked.warnings), strict=True)
        if not (about["is_rest"] and _kind_of(about) in stays)
    ]
    return Outcome(
        patches={
            _WAIVERS: _waivers(task, values, reason),
            _CHECKS: Patch(frame_from_rows(_CHECKS, []), leaving=dict.fromkeys(gone)),
        },
        answer=tuple(_told(accepted, values, asked, left_over, checks.drop(index=gone))),
        waived=tuple(WaivedWarning(*about) for about in sorted(values)),
    )


def _with_rests(checks: pd.DataFrame) -> pd.DataFrame:
    """Checks, with a mark on the rows that count the rest of a kind.

    Such a row is about a column as a whole, as no finding is whose kind also has cells of its own.
    """
    kind = ["code", "table", "field"]
    names_a_row = checks["row_key"].fillna("") != ""
    kinds_with_rows = pd.MultiIndex.from_frame(checks.loc[names_a_row, kind])
    has_rows = pd.MultiIndex.from_frame(checks[kind]).isin(kinds_with_rows)
    counts = checks["cell_count"].fillna(1)
    return checks.assign(cell_count=counts, is_rest=has_rows & ~names_a_row.to_numpy())


def _asked(task: Task, checks: pd.DataFrame) -> _Asked:
    """The rows that are asked for. Raises: UsageError."""
    if bool(task.rows) is bool(task.code):
        raise UsageError("waive-which", where="ROW, --code")
    meant = _of_code(task.code, checks) if task.code else _of_rows(task, checks)
    is_error = meant["severity"] == "error"
    return _Asked(meant[~is_error], meant[is_error])


def _of_rows(task: Task, checks: pd.DataFrame) -> pd.DataFrame:
    """Rows by their number in the sheet. Raises: UsageError."""
    row_by_number = {int(row) + task.first_row: row for row in checks.index}
    if not row_by_number:
        raise UsageError("checks-empty", where="ROW", found=str(task.rows[0]))
    first, last = min(row_by_number), max(row_by_number)
    for number in task.rows:
        if number not in row_by_number:
            raise UsageError(
                "no-such-check", where="ROW", found=str(number), first=first, last=last
            )
    wanted = dict.fromkeys(row_by_number[number] for number in task.rows)
    return checks.loc[list(wanted)]


def _of_code(code: str, checks: pd.DataFrame) -> pd.DataFrame:
    """All rows of a kind. Raises: UsageError."""
    of_code = checks[checks["code"] == code]
    if of_code.empty:
        known = {str(other): str(other) for other in checks["code"]}
        nearest = nearest_known(code, known)
        raise UsageError("no-such-finding", where="--code", found=code, nearest=nearest)
    return of_code


def _found_again(task: Task, rests: Mapping[_Kind, int]) -> dict[_About, str]:
    """The warnings that Checks counts and does not list, as far as the entries themselves show them."""
    if not rests:
        return {}
    findings = one_per_cell([*task.found, *validate.run(task).findings])
    return {
        _About(finding.table, finding.row_key, finding.field or "", finding.code): accepted_value(
            finding.found
        )
        for finding in findings
        if finding.severity == "warning"
        and finding.row_key
        and _Kind(finding.code, finding.table, finding.field or "") in rests
    }


def _left_over(
    values: Mapping[_About, str], listed: pd.DataFrame, rests: Mapping[_Kind, int]
) -> dict[_Kind, int]:
    """By kind how many warnings Checks counts that were not found again.

    They come of another verb than `validate`; its next run lists them.
    """
    in_sight = Counter(map(_kind_of, _records(listed)))
    accepted = Counter(about.kind for about in values)
    return {
        kind: max(0, count - (accepted[kind] - in_sight[kind])) for kind, count in rests.items()
    }


def _waivers(task: Task, values: Mapping[_About, str], reason: str) -> Patch:
    """What is accepted, as rows of Waivers; a row about the same cell takes the new value."""
    waivers = task.as_it_stands(_WAIVERS)
    row_of = {_about(row): int(place) for place, row in _placed(waivers)}
    cells: dict[int, dict[str, object]] = {}
    new_rows: list[dict[str, object]] = []
    for about, value in sorted(values.items()):
        says = {"value_hash": value, "reason": reason, "by": task.user, "on": task.as_of}
        if about in row_of:
            cells[row_of[about]] = says | {"on": pd.Timestamp(task.as_of)}
        else:
            new_rows.append({**about._asdict(), **says})
    return Patch(frame_from_rows(_WAIVERS, new_rows), cells, needs=("value_hash", "reason"))


def _told(
    accepted: Mapping[_Kind, int],
    values: Iterable[_About],
    asked: _Asked,
    left_over: Mapping[_Kind, int],
    staying: pd.DataFrame,
) -> Iterator[Message]:
    """What was accepted, what was not, and what Checks still says."""
    keys: dict[_Kind, list[str]] = {}
    for about in sorted(values):
        keys.setdefault(about.kind, []).append(about.row_key)

    in_order = sorted(accepted.items(), key=lambda item: (-item[1], item[0]))
    for kind, count in in_order[:_MOST_TOLD]:
        facts = _facts_of(kind) | {"count": count}
        named = [key for key in keys[kind] if key]
        if named:
            yield Message("waive.accepted", facts | {"rows": some_of(named, _MOST_NAMED)})
        else:
            yield Message("waive.accepted-of-table", facts)
    if len(in_order) > _MOST_TOLD:
        yield Message("waive.in-all", {"count": sum(accepted.values()), "kinds": len(in_order)})

    for kind, count in sorted(left_over.items()):
        if count:
            yield Message("waive.not-found-again", _facts_of(kind) | {"count": count})
    if not asked.errors.empty:
        yield Message("waive.errors-left", {"count": _cells(asked.errors)})
    is_error = staying["severity"] == "error"
    counts: dict[str, Fact] = {
        "errors": _cells(staying[is_error]),
        "warnings": _cells(staying[~is_error]),
    }
    yield Message("waive.still", counts)


def _facts_of(kind: _Kind) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"kind": f"Checks.code={kind.code}", "table": kind.table}
    return facts | {"field": f"{kind.table}.{kind.field}" if kind.field else None}


def _cells(checks: pd.DataFrame) -> int:
    """The findings that rows of Checks stand for."""
    return int(checks["cell_count"].sum())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _placed(frame: pd.DataFrame) -> Iterator[tuple[Any, dict[str, Any]]]:
    return zip(frame.index, _records(frame), strict=True)


def _about(row: Mapping[str, Any]) -> _About:
    return _About(*(_text(row[name]) for name in _About._fields))


def _kind_of(row: Mapping[str, Any]) -> _Kind:
    return _Kind(*(_text(row[name]) for name in _Kind._fields))


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)
