"""How many findings of one kind does Checks hold? As many as somebody reads, and a count of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.messages import Finding, Message, Severity

_MOST_LISTED: Final = 200
_MOST_ERRORS_LISTED: Final = 2_000
"""Of errors, which leave rows out, somebody may want to see each."""

_Kind = tuple[Severity, str, str, str]


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """One row of Checks."""

    finding: Finding
    cell_count: int = 1
    """Cells that the row stands for; of the row that counts the rest of a kind, how many that is."""
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Limited:
    """Findings as Checks has room for them."""

    listed: Sequence[ListedFinding]
    """In the order given; the rest of a kind behind the last of it."""
    unlisted_errors: Sequence[Finding]
    """All errors of the kinds that are not listed in full: nobody may have to guess which rows."""


def all_listed(findings: Sequence[Finding]) -> Limited:
    """Every finding has its row."""
    return Limited([ListedFinding(finding) for finding in findings], ())


def limited(findings: Sequence[Finding]) -> Limited:
    """The first findings of each kind, and one row with the count of the others.

    A kind is one code in one column. The rows of Checks stand for as many cells as there are
    findings, so that what is counted there is what a run says.
    """
    counts = Counter(map(_kind, findings))
    seen: Counter[_Kind] = Counter()
    listed: list[ListedFinding] = []
    for finding in findings:
        kind = _kind(finding)
        seen[kind] += 1
        most = _most(kind)
        if seen[kind] <= most:
            listed.append(ListedFinding(finding))
        if seen[kind] == most and counts[kind] > most:
            listed.append(_rest(finding, counts[kind] - most))

    too_many = {kind for kind, count in counts.items() if count > _most(kind)}
    errors = [
        finding
        for finding in findings
        if finding.severity == "error" and _kind(finding) in too_many
    ]
    return Limited(listed, errors)


def _kind(finding: Finding) -> _Kind:
    return finding.severity, finding.code, finding.table, finding.field or ""


def _most(kind: _Kind) -> int:
    return _MOST_ERRORS_LISTED if kind[0] == "error" else _MOST_LISTED


def _rest(finding: Finding, count: int) -> ListedFinding:
    """The row that counts what is not listed, about the column as a whole."""
    rest = Finding(finding.code, finding.severity, finding.table, field=finding.field)
    return ListedFinding(rest, count, is_rest=True)


def sentences(one: ListedFinding) -> tuple[Message, Message]:
    """What was expected in the cell, and what to do."""
    if one.is_rest:
        facts = {"count": one.cell_count}
        return Message("more-of-a-kind.expected", dict(facts)), Message("more-of-a-kind.advice")
    finding = one.finding
    params = {**finding.params, "found": finding.found}
    expected = Message(f"{finding.code}.expected", params)
    return expected, Message(f"{finding.code}.advice", params)
