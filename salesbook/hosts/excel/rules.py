"""Which conditional formats are meant for single rows, and how do they follow them?

A rule over most rows of a table, such as data bars over a column, stays as it is. One that somebody
put on some rows goes where they go. Its range is changed, and Excel keeps its formulas relative to
the cells it applies to. A Mac hands out no such ranges: there these rules stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from salesbook.hosts.area import Area
from salesbook.hosts.excel.calls import native

if TYPE_CHECKING:
    from salesbook.hosts.excel.table import Layout, LiveTable

_LONGEST_ADDRESS: Final = 255
"""So long a text Excel takes for a range; longer ones are put together from several."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A conditional format, and where it applies."""

    condition: Any
    areas: tuple[Area, ...]


def read_rules(live: LiveTable, layout: Layout) -> list[Rule]:
    """Ask which conditional formats of the body are meant for some of its rows only."""
    body = _body(layout)
    cells = live.span(body.top, body.left, body.bottom, body.right)
    conditions = live.calls(lambda: native(cells.api, "FormatConditions", ""))
    count = live.calls(lambda: native(conditions, "Count", "")) if conditions is not None else 0
    rules = []
    for number in range(1, (count or 0) + 1):
        condition = live.calls(lambda number=number: conditions.Item(number))  # type: ignore[misc]
        areas = live.calls(lambda it=condition: tuple(_areas(it.AppliesTo)))  # type: ignore[misc]
        if any(_is_of_rows(area, body) for area in areas):
            rules.append(Rule(condition, areas))
    return rules


def _body(layout: Layout) -> Area:
    return Area(layout.top, layout.left, layout.top + max(1, layout.rows) - 1, layout.right)


def _areas(cells: Any) -> Iterator[Area]:
    for number in range(1, cells.Areas.Count + 1):
        area = cells.Areas.Item(number)
        bottom = area.Row + area.Rows.Count - 1
        yield Area(area.Row, area.Column, bottom, area.Column + area.Columns.Count - 1)


def _is_of_rows(area: Area, body: Area) -> bool:
    """Whether an area lies in the body and takes in so few of its rows that it is meant for them."""
    return body.contains(area) and area.row_count * 2 <= body.row_count


@dataclass
class RuleMover:
    """Lets the rules of one table's rows follow them, and takes them back if need be."""

    live: LiveTable
    layout: Layout
    rules: Sequence[Rule]
    _ownerless: list[Rule] = field(default_factory=list)
    """Rules all of whose rows go; they are deleted last, since Excel gives none back."""

    def move(self, new_row_of: Mapping[int, int]) -> None:
        """Let rules apply to where their rows lie now."""
        for rule in self.rules:
            areas = self._moved(rule.areas, new_row_of)
            if not areas:
                self._ownerless.append(rule)
            elif areas != rule.areas:
                self._apply(rule, areas)

    def take_back(self) -> None:
        """Let all rules apply to what they applied to before."""
        self._ownerless.clear()
        for rule in self.rules:
            self._apply(rule, rule.areas)

    def forget(self) -> None:
        """Delete the rules whose rows are gone."""
        while self._ownerless:
            rule = self._ownerless.pop()
            self.live.calls(lambda rule=rule: rule.condition.Delete())  # type: ignore[misc]

    def _moved(self, areas: Sequence[Area], new_row_of: Mapping[int, int]) -> tuple[Area, ...]:
        body = _body(self.layout)
        top = self.layout.top
        moved: list[Area] = []
        for area in areas:
            if not _is_of_rows(area, body):
                moved.append(area)
                continue
            rows = sorted(
                new_row_of[row - top] + top
                for row in range(area.top, area.bottom + 1)
                if row - top in new_row_of
            )
            for row in rows:
                goes_on = moved and moved[-1] == Area(moved[-1].top, area.left, row - 1, area.right)
                moved.append(
                    moved.pop().ending_at(row) if goes_on else Area(row, area.left, row, area.right)
                )
        return tuple(moved)

    def _apply(self, rule: Rule, areas: Sequence[Area]) -> None:
        calls = self.live.calls
        cells = calls(lambda: self._range(areas))
        calls(lambda: rule.condition.ModifyAppliesToRange(cells))

    def _range(self, areas: Sequence[Area]) -> Any:
        """One range of several areas."""
        sheet = self.live.sheet.api
        texts = [str(area) for area in areas]
        union: Any = None
        while texts:
            address = texts.pop(0)
            while texts and len(address) + len(texts[0]) < _LONGEST_ADDRESS:
                address += "," + texts.pop(0)
            cells = sheet.Range(address)
            union = cells if union is None else sheet.Application.Union(union, cells)
        return union
