"""What is said of things that people put on rows: lost, parked, back, or not to come back?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from salesbook.cells.base import shown
from salesbook.messages import Fact, Finding
from salesbook.reading.table import ReadTable
from salesbook.store import MAX_TEXT_LENGTH, Annotation, Cell, CellError, Mark
from salesbook.writing.parking import ParkedLine, key_or_place
from salesbook.writing.row_names import is_known_name

_BETWEEN = " · "
"""Between several things that one finding is about."""
_MOST_NAMES: Final = 5
"""How many rows a finding names; Parked notes has them all."""

_Key = TypeVar("_Key", bound=Hashable)
_Thing = TypeVar("_Thing")


def lost_findings(read: ReadTable, things: Sequence[Annotation]) -> list[Finding]:
    """Name what nothing holds any more, one finding per cell."""
    keyed = (
        ((key_or_place(read, thing.row or 0), thing.header), _in_full(thing.content))
        for thing in things
    )
    return [
        _finding(
            "lost-typing",
            read.spec.name,
            key=key,
            header=header,
            found=_joined(contents),
        )
        for (key, header), contents in _grouped(keyed).items()
    ]


def parked_findings(read: ReadTable, lines: Sequence[ParkedLine]) -> list[Finding]:
    """Say how much was parked, one finding for the table."""
    if not lines:
        return []
    rows = _rows_of(lines)
    return [
        Finding(
            "typing-parked",
            "warning",
            read.spec.name,
            found=_named(rows),
            params={"count": len(lines), "rows": len(rows)},
        )
    ]


def waiting_findings(lines: Sequence[ParkedLine]) -> list[Finding]:
    """Say how much has been waiting since earlier runs, one finding for the whole workbook.

    Without it only the run that parked something would tell of it, and the next one clear that line
    of Checks. One for all tables, so that warnings do not grow in number with what waits.
    """
    if not lines:
        return []
    rows = _rows_of(lines)
    return [
        Finding(
            "typing-waits",
            "warning",
            "ParkedNotes",
            found=_named(rows),
            params={
                "count": len(lines),
                "rows": len(rows),
                "day": min(line.parked_on for line in lines),
            },
        )
    ]


def formula_findings(read: ReadTable, formulas: Sequence[Annotation]) -> list[Finding]:
    """Name each formula that could not go on naming its cells, with its cell as it was."""
    return [
        _finding(
            "formula-lost",
            read.spec.name,
            key=key_or_place(read, formula.row or 0),
            header=formula.header,
            found=str(formula.content),
            cell=read.address(formula.row, formula.header),
        )
        for formula in formulas
    ]


def filter_findings(read: ReadTable, lost: Sequence[Annotation]) -> list[Finding]:
    """Name each column whose filter had to be cleared."""
    return [
        Finding(
            "filter-cleared",
            "warning",
            read.spec.name,
            field=read.field_by_header.get(mark.header, mark.header),
            found=shown(mark.content),
            params={"header": mark.header},
        )
        for mark in lost
        if mark.mark is Mark.FILTER
    ]


def returned_findings(lines: Sequence[ParkedLine]) -> list[Finding]:
    """Say what stands on its row again, one finding per row."""
    keyed = (((line.table, line.row_key), line) for line in lines)
    return [
        Finding(
            "typing-returned",
            "warning",
            table,
            row_key=key,
            found=_joined(line.content for line in of_row),
            params={
                "key": key,
                "headers": tuple(dict.fromkeys(line.header for line in of_row)),
                "day": min(line.parked_on for line in of_row),
            },
        )
        for (table, key), of_row in _grouped(keyed).items()
    ]


def other_name_findings(lines: Sequence[tuple[ParkedLine, str]]) -> list[Finding]:
    """Say whose things stay parked because their key means somebody else, one finding per row.

    Where one of the two names is not known nobody can say whose they were, only that nothing shows
    the row to be the same.
    """
    keyed = (((line.table, line.row_key, line.name, name), line) for line, name in lines)
    findings = []
    for (table, key, name_then, name_now), of_row in _grouped(keyed).items():
        are_known = is_known_name(name_then) and is_known_name(name_now)
        names = {"name_then": name_then, "name_now": name_now} if are_known else {}
        findings.append(
            Finding(
                "typing-of-another" if are_known else "typing-of-unknown",
                "warning",
                table,
                row_key=key,
                found=_joined(line.content for line in of_row),
                params={"key": key, **names},
            )
        )
    return findings


def over_findings(lines: Sequence[ParkedLine]) -> list[Finding]:
    """Name what has waited for too long and goes for good, one finding per cell."""
    keyed = (((line.table, line.row_key, line.header), line) for line in lines)
    return [
        _finding(
            "typing-expired",
            table,
            key=key,
            header=header,
            found=_joined(line.content for line in of_cell),
            day=min(line.parked_on for line in of_cell),
        )
        for (table, key, header), of_cell in _grouped(keyed).items()
    ]


def _finding(
    code: str, table: str, *, key: str, header: str, found: str, **params: Fact
) -> Finding:
    """A warning about one cell of a row."""
    return Finding(
        code,
        "warning",
        table,
        row_key=key,
        field=header,
        found=found,
        params={"key": key, "header": header, **params},
    )


def _rows_of(lines: Sequence[ParkedLine]) -> dict[tuple[str, str], str]:
    """The rows that lines are about, by table and key, each as a person knows it.

    Such as `Ann Lee (C019)`, or the key alone where no name is known.
    """
    rows: dict[tuple[str, str], str] = {}
    for line in lines:
        key, name = line.row_key, line.name
        has_name = is_known_name(name) and name != key
        rows.setdefault((line.table, key), f"{name} ({key})" if has_name else key)
    return rows


def _named(rows: Mapping[tuple[str, str], str]) -> str:
    """The first few rows by name, and how many more there are: `Ann Lee (C019) · … +4`."""
    names = list(rows.values())
    more = len(names) - _MOST_NAMES
    return _joined([*names[:_MOST_NAMES], f"… +{more}"] if more > 0 else names)


def _in_full(content: Cell) -> str:
    """A content to copy from, unlike one that is only to be recognised."""
    return content.code if isinstance(content, CellError) else str(content)


def _joined(texts: Iterable[str]) -> str:
    """Several texts in one cell, cut to what a cell takes."""
    text = _BETWEEN.join(texts)
    # No character takes more than two of the units that a cell counts.
    return text if len(text) * 2 <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH // 2]


def _grouped(pairs: Iterable[tuple[_Key, _Thing]]) -> dict[_Key, list[_Thing]]:
    """Things by key, in the order given."""
    groups: dict[_Key, list[_Thing]] = {}
    for key, thing in pairs:
        groups.setdefault(key, []).append(thing)
    return groups
