"""Which rows of a table did somebody make higher, lower or hide, and how do they take that along?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from salesbook.hosts.area import Area
from salesbook.hosts.excel.calls import native

if TYPE_CHECKING:
    from salesbook.hosts.excel.cells import Content
    from salesbook.hosts.excel.table import Layout, LiveTable

HIDDEN: Final = 0.0
"""The height of a row that is not shown."""
_FEW: Final = 9
"""So few rows do not say what is usual."""

Heights = Mapping[int, float]
"""Heights that somebody chose, by row of the body; all other rows are as high as their text."""


def read_heights(
    live: LiveTable, layout: Layout, contents: Sequence[Sequence[Content]], rows: int
) -> dict[int, float]:
    """Ask which of the first so many rows have a height of their own.

    Excel does not tell a height that somebody chose from one that it chose itself. So a row counts
    whose height is unusual, unless it holds text that wraps: that makes a row grow.
    """
    by_row = _asked(live, layout, rows)
    shown = [height for height in by_row if height != HIDDEN]
    usual = _usual_height(live, shown)
    odd = {row: height for row, height in enumerate(by_row) if height != usual}
    if not odd or _lies_beside(live, layout):
        return {}

    wrapping = _wrapping_columns(live, layout, rows)
    return {
        row: height
        for row, height in odd.items()
        if height == HIDDEN or not _is_filled(contents, wrapping, row)
    }


def _asked(live: LiveTable, layout: Layout, rows: int) -> list[float]:
    """The height of each row."""
    heights: list[float] = []
    for first, last, height in _runs(live, layout, 0, rows - 1):
        heights += [height] * (last - first + 1)
    return heights


def _runs(
    live: LiveTable, layout: Layout, first: int, last: int
) -> Iterator[tuple[int, int, float]]:
    """First row, last row and height of runs of one height, found by halving."""
    cells = live.span(layout.top + first, layout.left, layout.top + last, layout.left)
    height = live.calls(lambda: cells.row_height)
    if height is not None or first == last:
        yield first, last, float(height or HIDDEN)
        return
    middle = (first + last) // 2
    yield from _runs(live, layout, first, middle)
    yield from _runs(live, layout, middle + 1, last)


def _usual_height(live: LiveTable, shown: Sequence[float]) -> float:
    most_common = Counter(shown).most_common(1)
    if len(shown) > _FEW and most_common[0][1] == len(shown):
        return most_common[0][0]

    api = live.sheet.api
    standard = live.calls(lambda: native(api, "StandardHeight", "standard_height"))
    is_known = isinstance(standard, int | float)
    if is_known and (len(shown) <= _FEW or standard in shown):
        return float(standard)
    return most_common[0][0] if most_common else HIDDEN


def _lies_beside(live: LiveTable, layout: Layout) -> bool:
    """Whether another table has the same rows of the sheet: then a height is not this one's alone."""
    area = layout.area()
    return any(
        other.top <= area.bottom and area.top <= other.bottom for _, other in live.neighbours()
    )


def _wrapping_columns(live: LiveTable, layout: Layout, rows: int) -> list[int]:
    """Columns whose cells break long texts into lines, all or some of them."""
    body = Area(layout.top, layout.left, layout.top + rows - 1, layout.right)
    if _wraps(live, body) is False:
        return []
    return [
        place
        for place in range(len(layout.headers))
        if _wraps(live, Area(body.top, layout.left + place, body.bottom, layout.left + place))
        is not False
    ]


def _wraps(live: LiveTable, area: Area) -> bool | None:
    cells = live.span(area.top, area.left, area.bottom, area.right)
    return live.calls(lambda: cells.wrap_text)


def _is_filled(contents: Sequence[Sequence[Content]], places: Sequence[int], row: int) -> bool:
    return any(
        row < len(contents[place]) and contents[place][row] not in (None, "") for place in places
    )


def put_heights(live: LiveTable, layout: Layout, have: Heights, want: Heights) -> None:
    """Give rows their heights; a row that has none any more is as high as its text again."""
    for row in sorted(have.keys() | want.keys()):
        before, after = have.get(row), want.get(row)
        if before == after:
            continue
        cells = live.span(layout.top + row, layout.left, layout.top + row, layout.left)
        if after is not None:
            live.calls(lambda cells=cells, it=after: setattr(cells, "row_height", it))  # type: ignore[misc]
            continue
        if before == HIDDEN:
            # A hidden row stays hidden when its height is fitted.
            usual = _shown_height(live)
            live.calls(lambda cells=cells, it=usual: setattr(cells, "row_height", it))  # type: ignore[misc]
        live.calls(lambda cells=cells: cells.rows.autofit())  # type: ignore[misc]


def _shown_height(live: LiveTable) -> float:
    api = live.sheet.api
    standard = live.calls(lambda: native(api, "StandardHeight", "standard_height"))
    return float(standard) if isinstance(standard, int | float) else 15.0
