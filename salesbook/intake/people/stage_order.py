"""In which order do a file's stages stand, and which of them are won or lost? What the file shows.

Where `--add-missing` is to add stages of which nobody has said the order, the file's own evidence
decides: ranks, probabilities, how old deals were when they came into a stage. Without any, the
names do, alphabetically. It is a guess: every stage so added is marked in Stages, until somebody
confirms the order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median
from typing import Any, Final

from salesbook import labels
from salesbook.cells.base import CellOptions
from salesbook.cells.column import read_column
from salesbook.intake.columns.header_folding import bare_header, fold_header
from salesbook.intake.columns.header_meanings import aliases, choice_aliases
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.people.stages import GuessedFrom, LearnedOrder, StageKind
from salesbook.intake.rows import FileRow
from salesbook.labels.words import fold
from salesbook.names.folding import fold_name
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.tables import Kind
from salesbook.tables.settings import Stage

_Place = tuple[object, ...]
"""Where a stage stands: a rank, a share, days, or its name in a form that sorts."""
_FEWEST_AGES: Final = 3
"""Deals that must have come into each stage before their ages say which stage comes first."""
_PERCENT: Final = 100
_WON_BEGINS: Final = ("closedwon", "赢单")
_LOST_BEGINS: Final = ("closedlost", "输单", "丢单")
"""`Closed Lost to Competition` is a lost stage too."""
_DIGITS: Final = re.compile(r"(\d+)")


@dataclass
class _Seen:
    """What a file shows of one stage."""

    name: str
    """As first written."""
    ranks: set[float] = field(default_factory=set)
    probabilities: list[float] = field(default_factory=list)
    """Per cent."""
    ages: list[int] = field(default_factory=list)
    """Days from a deal's creation until it came into the stage."""
    won: set[bool] = field(default_factory=set)
    closed: set[bool] = field(default_factory=set)
    ends_deals: bool = False
    """Whether some deal in it has a reason for its loss, or a day on which it was closed."""
    has_status: bool = False
    """Whether deals say beside their stage whether they are won or lost."""


def learned_orders(
    rows: Iterable[FileRow], source: ForeignTable, policy: Policy, unused: frozenset[str]
) -> dict[str, LearnedOrder]:
    """Learn the order of every pipeline that lacks a stage of the file.

    Args:
        rows: of deals, typed; those with faults take no part.
        unused: pipelines in which no deal is: what the file does not name makes way there.

    Returns: orders by pipeline; none for a pipeline that has all stages of its deals.
    """
    sound_rows = [row for row in rows if not row.faults and "stage" in row.values]
    seen = _seen_by_pipeline(sound_rows, source, policy)
    orders: dict[str, LearnedOrder] = {}
    for pipeline, stages in seen.items():
        known = policy.stages_of(pipeline)
        names = {fold_name(stage.stage) for stage in known}
        names |= {fold_name(name) for stage in known for name in stage.was}
        lacking = [folded for folded in stages if folded not in names]
        if lacking:
            makes_way = pipeline in unused or not known
            orders[pipeline] = _order(stages, known, policy, makes_way=makes_way)
    return orders


def _seen_by_pipeline(
    rows: Sequence[FileRow], source: ForeignTable, policy: Policy
) -> dict[str, dict[str, _Seen]]:
    """What the rows show of every stage, by pipeline as Stages calls it and by folded name."""
    pipelines = {fold_name(name): name for name in policy.pipelines()}
    evidence = {name: _evidence(rows, source, name) for name in _headers()}
    seen: dict[str, dict[str, _Seen]] = {}
    for index, row in enumerate(rows):
        typed = str(row.values.get("pipeline", MAIN_PIPELINE))
        pipeline = pipelines.get(fold_name(typed), typed)
        name = str(row.values["stage"])
        stage = seen.setdefault(pipeline, {}).setdefault(fold_name(name), _Seen(name))
        _note(stage, row, {kind: values[index] for kind, values in evidence.items()})
    return seen


@cache
def _headers() -> Mapping[str, frozenset[str]]:
    """Folded headers of each kind of evidence."""
    said: Mapping[str, Sequence[str]] = aliases()["stage_order"]
    return {kind: frozenset(map(fold_header, headers)) for kind, headers in said.items()}


_KINDS: Final = {
    "rank": Kind.NUMBER,
    "probability": Kind.TEXT,
    "won": Kind.FLAG,
    "closed": Kind.FLAG,
}


def _evidence(rows: Sequence[FileRow], source: ForeignTable, kind: str) -> list[Any]:
    """A column of evidence for the rows; None where the file has none or a cell is unreadable."""
    wanted = _headers()[kind]
    for column, header in enumerate(source.headers):
        if {fold_header(header), fold_header(bare_header(header))} & wanted:
            cells = [row.cells[column] for row in rows]
            if kind == "probability":
                return _percents(cells)
            readings = read_column(cells, _KINDS[kind], CellOptions())
            return [value if isinstance(value, float | bool) else None for value in readings]
    return [None] * len(rows)


def _percents(cells: Sequence[object]) -> list[float | None]:
    """Shares as per cent: `90`, `90%`, and `0.9` in a column that goes no higher than 1."""
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    numbers: list[float | None] = []
    for text in texts:
        try:
            numbers.append(float(text.rstrip("%％ ")))
        except ValueError:
            numbers.append(None)

    known = [number for number in numbers if number is not None]
    says_percent = any(text.endswith(("%", "％")) for text in texts)
    if says_percent or not known or max(known) > 1:
        return numbers
    return [None if number is None else number * _PERCENT for number in numbers]


def _note(stage: _Seen, row: FileRow, evidence: Mapping[str, Any]) -> None:
    """Add what one deal shows of its stage."""
    if evidence["rank"] is not None:
        stage.ranks.add(evidence["rank"])
    if evidence["probability"] is not None:
        stage.probabilities.append(evidence["probability"])
    if evidence["won"] is not None:
        stage.won.add(evidence["won"])
    if evidence["closed"] is not None:
        stage.closed.add(evidence["closed"])

    created, since = row.values.get("created_on"), row.values.get("stage_since")
    if isinstance(created, dt.date) and isinstance(since, dt.date):
        stage.ages.append((since - created).days)
    stage.has_status |= "_status" in row.values
    stage.ends_deals |= "lost_reason" in row.values or "closed_on" in row.values


def _order(
    seen: Mapping[str, _Seen], known: Sequence[Stage], policy: Policy, *, makes_way: bool
) -> LearnedOrder:
    """One pipeline's whole order: the stages it has, and the file's in their places."""
    kinds = _kinds(seen, known)
    open_stages = [stage for folded, stage in seen.items() if kinds[folded] == "open"]
    place, guessed_from = _place(open_stages)

    kept = [] if makes_way else list(known)
    kept_open = [stage for stage in kept if stage.kind == "open"]
    opened = _merged(sorted(open_stages, key=place), kept_open, place)
    order: list[tuple[str, StageKind]] = [(name, "open") for name in opened]

    ends: tuple[StageKind, ...] = ("won", "lost")
    for end in ends:
        names = [stage.stage for stage in kept if stage.kind == end]
        of_file = [stage.name for folded, stage in seen.items() if kinds[folded] == end]
        names = _with_new(names, of_file) or _usual_ends(end, known, policy)
        order += [(name, end) for name in names]
    return LearnedOrder(tuple(order), guessed_from)


def _with_new(names: Sequence[str], more: Sequence[str]) -> list[str]:
    """The names, and those of the others that are not among them."""
    known = set(map(fold_name, names))
    return [*names, *(name for name in more if fold_name(name) not in known)]


def _usual_ends(end: StageKind, known: Sequence[Stage], policy: Policy) -> list[str]:
    """How deals end where a file shows no such stage: as the pipeline's own did before.

    A pipeline that never had one gets one by the word for it, since deals must be able to end.
    """
    old = [stage.stage for stage in known if stage.kind == end]
    return old or [labels.choice("Stages.kind", end, policy.rules.language)]


def _kinds(seen: Mapping[str, _Seen], known: Sequence[Stage]) -> dict[str, StageKind]:
    """Whether each stage is open, won or lost.

    What the pipeline says goes first, then the other system's own flags, then the word; last a
    probability of 100 or 0, where nothing else is won or lost. A first stage may have 0 as well, so
    that 0 alone says lost only where deals ended there. Where a status stands beside the stage, a
    won deal stays in its last open one, with 100: then probabilities say nothing.
    """
    kinds: dict[str, StageKind] = {}
    in_pipeline = {fold_name(stage.stage): stage.kind for stage in known}
    for folded, stage in seen.items():
        kind = in_pipeline.get(folded) or _by_flags(stage) or _by_word(stage)
        if kind is not None:
            kinds[folded] = kind

    has_status = any(stage.has_status for stage in seen.values())
    by_probability: tuple[tuple[StageKind, int], ...] = (("won", _PERCENT), ("lost", 0))
    for end, share in by_probability:
        if has_status or end in kinds.values():
            continue
        for folded, stage in seen.items():
            is_at_share = bool(stage.probabilities) and set(stage.probabilities) == {share}
            is_end = end == "won" or stage.ends_deals
            if folded not in kinds and is_at_share and is_end:
                kinds[folded] = end
    return {folded: kinds.get(folded, "open") for folded in seen}


def _by_flags(stage: _Seen) -> StageKind | None:
    if stage.won == {True}:
        return "won"
    if stage.closed == {True} and stage.won == {False}:
        return "lost"
    return "open" if stage.closed == {False} else None


def _by_word(stage: _Seen) -> StageKind | None:
    """Won or lost by the name, unless the other system gives its deals a chance between."""
    is_open_by_share = any(0 < share < _PERCENT for share in stage.probabilities)
    if is_open_by_share:
        return "open"
    word = fold(stage.name).replace("/", "")
    kind = choice_aliases("Deals._status").get(fold(stage.name))
    if kind in ("won", "lost"):
        return kind  # type: ignore[return-value]
    if word.startswith(_WON_BEGINS):
        return "won"
    return "lost" if word.startswith(_LOST_BEGINS) else None


def _place(stages: Sequence[_Seen]) -> tuple[Callable[[_Seen], _Place], GuessedFrom]:
    """The best evidence that there is of every one of these stages, and what it is called."""
    if stages and all(len(stage.ranks) == 1 for stage in stages):
        return lambda stage: (next(iter(stage.ranks)), _by_name(stage.name)), "rank"
    if stages and all(stage.probabilities for stage in stages):
        return lambda stage: (median(stage.probabilities), _by_name(stage.name)), "probability"
    if stages and all(len(stage.ages) >= _FEWEST_AGES for stage in stages):
        return lambda stage: (median(stage.ages), _by_name(stage.name)), "dates"
    return lambda stage: _by_name(stage.name), "name"


def _by_name(name: str) -> tuple[object, ...]:
    """Alphabetical, numbers by their value: `2-Develop` before `10-Close`."""
    parts = _DIGITS.split(fold_name(name))
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part)


def _merged(
    in_order: Sequence[_Seen], kept: Sequence[Stage], place: Callable[[_Seen], _Place]
) -> list[str]:
    """Open stages of a pipeline in use in their order, those of the file put between them.

    A stage goes before the first one of the pipeline that stands later by the file's evidence.
    """
    names = [stage.stage for stage in kept]
    seen = {fold_name(stage.name): stage for stage in in_order}
    for stage in in_order:
        if fold_name(stage.name) in map(fold_name, names):
            continue
        later = [
            index
            for index, name in enumerate(names)
            if fold_name(name) in seen and place(seen[fold_name(name)]) > place(stage)
        ]
        names.insert(later[0] if later else len(names), stage.name)
    return names
