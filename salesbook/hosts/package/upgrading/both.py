"""What is known of the workbook and of the template while the one is brought to the other?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from salesbook.hosts.formulas.naming import Names, first_sheet
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.parts import BookParts, SheetPart, read_parts
from salesbook.hosts.package.upgrading.copying import Copying, source_of
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.formats import Formats
from salesbook.hosts.package.upgrading.sheets import SheetXml
from salesbook.hosts.package.upgrading.wanted import Renewal, Wanted
from salesbook.hosts.package.upgrading.workbook import SHEET_TYPE, Workbook

_MOST_NAME: Final = 31


@dataclass(slots=True)
class Display:
    """A sheet of the template without a table, and the workbook's, if it has it."""

    code_name: str
    template: SheetPart
    present: SheetPart | None


class Both:
    """The workbook, the template, and which sheet of the one is which of the other."""

    def __init__(self, parts: Staged, book: BookParts, wanted: Wanted, path: str) -> None:
        self.book, self.wanted, self.path = book, wanted, path
        self.edit = PackageEdit(parts)
        template_parts = Staged(Archive(wanted.template, "template"))
        self.template_book = read_parts(template_parts, "template")
        self.template = PackageEdit(template_parts)
        self.workbook = Workbook(self.edit, book.workbook)
        self.template_workbook = Workbook(self.template, self.template_book.workbook)
        self.renewal = Renewal()

        styles = self.edit.content(book.styles or "")
        template_styles = self.template.content(self.template_book.styles or "")
        self.formats = Formats(styles, template_styles, book.styles or "")
        source = source_of(self.template, self.template_book.workbook, self.template_book.strings)
        self.texts = source_of(self.edit, book.workbook, book.strings).texts
        self.copying = Copying(source, self.edit, book.workbook, self.formats, Names())
        self.code_names = {
            sheet.part: SheetXml(self.template, sheet.part).code_name
            for sheet in self.template_book.sheets
        }
        self.displays = self._paired_displays()
        self.present = self._present_sheets()
        """The book's sheet by the part of the template's."""
        self.copying.names = self._names_for_copies()

    def _paired_displays(self) -> list[Display]:
        """Pair the sheets without tables: by their names in macros, else by what names say, else by
        their tabs.
        """
        with_tables = {table.sheet.part for table in self.template_book.tables.values()}
        named = {SheetXml(self.edit, sheet.part).code_name: sheet for sheet in self.book.sheets}
        ours = {table.sheet.part for table in self.book.tables.values()}
        found = []
        for sheet in self.template_book.sheets:
            if sheet.part in with_tables:
                continue
            code_name = self.code_names[sheet.part]
            present = named.get(code_name)
            if present is None:
                names = {sheet.name.lower(), *self.wanted.sheet_names.get(code_name, ())}
                present = next(
                    (
                        candidate
                        for candidate in self.book.sheets
                        if candidate.part not in ours
                        and (
                            candidate.name.lower() in names
                            or candidate.name.lower() in self._sheets_of_names(sheet.name)
                        )
                    ),
                    None,
                )
            found.append(Display(code_name, sheet, present))
        return found

    def _sheets_of_names(self, template_sheet: str) -> set[str]:
        """The book's sheets that our names lead to where the template's lead to this one."""
        theirs = {
            name.name.lower()
            for name in self.template_workbook.names()
            if name.sheet is None and first_sheet(name.text) == template_sheet.lower()
        }
        mine = {
            first_sheet(name.text)
            for name in self.workbook.names()
            if name.sheet is None and name.name.lower() in theirs
        }
        return mine - {""}

    def _present_sheets(self) -> dict[str, SheetPart]:
        """Pair all sheets, those with tables by their tables."""
        present = {
            display.template.part: display.present for display in self.displays if display.present
        }
        for key, other in self.template_book.tables.items():
            table = self.book.tables.get(key)
            if table:
                present.setdefault(other.sheet.part, table.sheet)
        return present

    def _names_for_copies(self) -> Names:
        sheets = {}
        for sheet in self.template_book.sheets:
            mine = self.present.get(sheet.part)
            if mine and mine.name != sheet.name:
                sheets[sheet.name.lower()] = mine.name
        columns: dict[str, dict[str, str]] = {}
        for table, headers in self.wanted.columns.items():
            other = {old.lower(): new for old, new in headers.items() if old != new}
            if other:
                columns[table.lower()] = other
        return Names(sheets, columns)

    def add_sheet(self, sheet: SheetPart, name: str = "", place: int | None = None) -> SheetPart:
        """Add a sheet of the template, behind the one that it follows there."""
        part = self.edit.free_name("xl/worksheets/sheet1.xml")
        self.edit.changes[part] = b""
        content = self.copying.sheet(sheet.part, part, self.code_names[sheet.part])
        del self.edit.changes[part]
        part = self.edit.add(part, content, SHEET_TYPE)

        wanted_name = self.free_sheet_name(name or sheet.name)
        theirs = self.template_workbook.sheets()
        state = next(tab.state for tab in theirs if tab.part == sheet.part)
        self.workbook.insert(
            self._place_for(sheet) if place is None else place, wanted_name, part, state
        )
        added = SheetPart(wanted_name, part)
        self.present[sheet.part] = added
        if wanted_name != sheet.name:
            sheets = {**self.copying.names.sheets, sheet.name.lower(): wanted_name}
            self.copying.names = Names(sheets, self.copying.names.columns)
        return added

    def _place_for(self, sheet: SheetPart) -> int:
        order = [tab.part for tab in self.template_workbook.sheets()]
        for earlier in reversed(order[: order.index(sheet.part)]):
            mine = self.present.get(earlier)
            if mine:
                return self.workbook.place_of(mine.part) + 1
        return 0

    def free_sheet_name(self, wanted: str) -> str:
        """Find a name that no tab has: `Locks` may become `Locks 2`."""
        taken = {tab.name.lower() for tab in self.workbook.sheets()}
        name = wanted[:_MOST_NAME]
        number = 1
        while name.lower() in taken:
            number += 1
            ending = f" {number}"
            name = wanted[: _MOST_NAME - len(ending)] + ending
        return name

    def names_in_template(self) -> dict[str, str]:
        """What the names that the whole template knows stand for."""
        return {n.name: n.text for n in self.template_workbook.names() if n.sheet is None}

    def names_in_book(self) -> dict[str, str]:
        """What the names that the whole workbook knows stand for."""
        return {n.name: n.text for n in self.workbook.names() if n.sheet is None}
