"""Which sheets does a write bring to light? What the switches on Start say, and first rows.

A part of the work that a team does not use has its sheets out of sight, behind one switch. Where the
switch is on, a sheet of results comes to light with its first rows. Macros carry a switch out at
once; where none run, as in LibreOffice, the next run does. What was carried out last stands beside
the switch, so that a sheet which somebody hid or showed by hand is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from salesbook.book.first_rows import has_rows
from salesbook.labels import LANGUAGES, word
from salesbook.store import TableCells
from salesbook.tables import TABLES, Role, Switch

SWITCHES: Final = "sheet_switches"
"""The name of the cells on Start: the switch, its name in macros, the word carried out last."""
_CELLS_OF_A_SWITCH: Final = 3


class HostWithTabs(Protocol):
    """What a host of a whole workbook knows beside its tables."""

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there."""
        ...

    def named_texts(self, name: str) -> Sequence[Sequence[str]]:
        """What the cells of a name show, row by row."""
        ...

    def put_named(self, name: str, texts: Mapping[tuple[int, int], str]) -> None:
        """Put texts into cells of a name, by row and column inside it."""
        ...

    def reveal(self, tables: Sequence[str]) -> None:
        """Show the sheets of these tables."""
        ...

    def hide(self, tables: Sequence[str]) -> None:
        """Hide the sheets of these tables."""
        ...


@dataclass(frozen=True, slots=True)
class SwitchCell:
    """A switch as it stands on Start."""

    switch: Switch
    place: int
    """Its row among the switches, from 0."""
    word: str
    done: str
    """The word that was carried out last."""

    @property
    def is_on(self) -> bool:
        """Whether it says that its sheets are to be seen."""
        return _is_shown(self.word)

    @property
    def is_flipped(self) -> bool:
        """Whether it says something that nobody carried out yet."""
        return self.is_on is not _is_shown(self.done)


def _is_shown(text: str) -> bool:
    return text.strip().casefold() in {
        word("book", "start.shown", language).casefold() for language in LANGUAGES
    }


def read_switches(host: HostWithTabs) -> Mapping[Switch, SwitchCell]:
    """The switches of a workbook; none in one of before, which has one for each sheet."""
    switches: dict[Switch, SwitchCell] = {}
    known = {switch.value: switch for switch in Switch}
    for place, cells in enumerate(host.named_texts(SWITCHES)):
        if len(cells) == _CELLS_OF_A_SWITCH and cells[1] in known:
            switch = known[cells[1]]
            switches[switch] = SwitchCell(switch, place, cells[0], cells[2])
    return switches


def settle_tabs(
    host: HostWithTabs, read: Callable[[str], TableCells], first_filled: Sequence[str]
) -> None:
    """Show and hide sheets after a write.

    Args:
        read: hands out a table as it is after the write.
        first_filled: the tables that got their first rows.
    """
    switches = read_switches(host)
    host.reveal([table for table in first_filled if _comes_to_light(table, switches)])

    flipped = [cell for cell in switches.values() if cell.is_flipped]
    for cell in flipped:
        tables = [code for code in host.table_codes() if _switch_of(code) is cell.switch]
        if cell.is_on:
            host.reveal([table for table in tables if not _awaits_rows(table, read)])
        else:
            host.hide(tables)
    host.put_named(SWITCHES, {(cell.place, 2): cell.word for cell in flipped})


def _comes_to_light(table: str, switches: Mapping[Switch, SwitchCell]) -> bool:
    """Whether first rows show a table's sheet."""
    if TABLES[table].is_technical:
        return False
    switch = _switch_of(table)
    cell = switches.get(switch) if switch else None
    if cell is None or cell.is_on:
        return True
    # What somebody brings in himself he sees; what a run keeps for itself waits for the switch.
    return TABLES[table].role is Role.INPUT and switch is not Switch.HISTORIES


def _switch_of(table: str) -> Switch | None:
    spec = TABLES.get(table)
    return spec.switch if spec else None


def _awaits_rows(table: str, read: Callable[[str], TableCells]) -> bool:
    return TABLES[table].role is Role.OUTPUT and not has_rows(read(table))
