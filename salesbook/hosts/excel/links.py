"""Which cells of a table lead somewhere, and how do hyperlinks follow their rows?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesbook.hosts.area import Area
from salesbook.hosts.excel.calls import is_busy, native
from salesbook.hosts.excel.looks import Spot

if TYPE_CHECKING:
    from salesbook.hosts.excel.table import Layout, LiveTable


@dataclass(frozen=True, slots=True)
class Link:
    """Where a cell leads: an address, a place inside it, and what a resting mouse is told."""

    address: str
    place: str = ""
    tip: str = ""

    @property
    def content(self) -> str:
        """The link as an annotation spells it: `https://x.example`, `#Sheet!A1`, or both in one."""
        return f"{self.address}#{self.place}" if self.place else self.address

    @classmethod
    def of(cls, content: str) -> Link:
        """Read a link as an annotation spells it."""
        address, _, place = content.partition("#")
        return cls(address, place)


Links = Mapping[Spot, Link]


def read_links(live: LiveTable, layout: Layout, rows: int) -> dict[Spot, Link]:
    """Ask which cells of the first so many rows have a hyperlink; one call where none has."""
    body = live.span(layout.top, layout.left, layout.top + rows - 1, layout.right)
    collection = live.calls(lambda: native(body.api, "Hyperlinks", "hyperlinks"))
    if collection is None:
        return {}

    links = {}
    whole = Area(layout.top, layout.left, layout.top + rows - 1, layout.right)
    for hyperlink in live.calls(lambda: _listed(collection)):
        area, link = live.calls(lambda hyperlink=hyperlink: _read(hyperlink))  # type: ignore[misc]
        # One link may lie over several cells; each of them leads there.
        for row in range(max(area.top, whole.top), min(area.bottom, whole.bottom) + 1):
            for column in range(max(area.left, whole.left), min(area.right, whole.right) + 1):
                links[row - layout.top, column - layout.left] = link
    return links


def _listed(collection: Any) -> list[Any]:
    """The links of a collection: Windows counts them, a Mac hands out a list."""
    count = native(collection, "Count", "count")
    if isinstance(count, int):
        return [collection.Item(number) for number in range(1, count + 1)]
    try:
        return list(collection.get())
    except Exception as error:
        if is_busy(error):
            raise
        return []


def _read(hyperlink: Any) -> tuple[Area, Link]:
    cells = native(hyperlink, "Range", "range_object")
    top = int(native(cells, "Row", "first_row_index"))
    left = int(native(cells, "Column", "first_column_index"))
    rows, columns = native(cells, "Rows", "rows"), native(cells, "Columns", "columns")
    height, width = (native(part, "Count", "count") for part in (rows, columns))
    area = Area(top, left, top + int(height or 1) - 1, left + int(width or 1) - 1)
    address = native(hyperlink, "Address", "address")
    place = native(hyperlink, "SubAddress", "sub_address")
    tip = native(hyperlink, "ScreenTip", "screen_tip")
    return area, Link(*(text if isinstance(text, str) else "" for text in (address, place, tip)))


def put_links(live: LiveTable, layout: Layout, have: Links, want: Links) -> set[Spot]:
    """Give cells the links they should have, and take away the others.

    Excel writes the address into a blank cell that gets a link, and formats it as a link.

    Returns: the cells that were given another link, or none.
    """
    changed = {spot for spot in have.keys() | want.keys() if have.get(spot) != want.get(spot)}
    for spot in sorted(changed & have.keys()):
        _clear(live, layout, spot)
    for spot in sorted(changed & want.keys()):
        _add(live, layout, spot, want[spot])
    return changed


def _clear(live: LiveTable, layout: Layout, spot: Spot) -> None:
    cell = live.cell(layout, spot)
    # Deleting a link would take the cell's formats along; clearing it leaves them.
    clear = native(cell.api, "ClearHyperlinks", "clear_hyperlinks")
    live.calls(lambda: clear())


def _add(live: LiveTable, layout: Layout, spot: Spot, link: Link) -> None:
    cell = live.cell(layout, spot)
    sheet = live.sheet.api
    links = live.calls(lambda: native(sheet, "Hyperlinks", ""))
    if links is None:
        text = live.calls(lambda: cell.value)
        shown = str(text) if isinstance(text, str) else link.content
        live.calls(lambda: cell.add_hyperlink(link.content, shown, link.tip or link.content))
        return

    details = {"SubAddress": link.place, "ScreenTip": link.tip}
    given = {name: text for name, text in details.items() if text}
    live.calls(lambda: links.Add(Anchor=cell.api, Address=link.address, **given))


def moved_links(links: Links, new_row_of: Mapping[int, int]) -> dict[Spot, Link]:
    """Where links lie once their rows lie elsewhere."""
    return dict(_moved(links, new_row_of))


def _moved(links: Links, new_row_of: Mapping[int, int]) -> Iterator[tuple[Spot, Link]]:
    for (row, place), link in links.items():
        if row in new_row_of:
            yield (new_row_of[row], place), link
