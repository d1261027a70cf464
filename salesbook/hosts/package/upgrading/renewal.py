"""How is a whole package brought to the template, step by step?"""

from __future__ import annotations

import hashlib
from typing import Final

from salesbook.errors import CannotWrite, ProtectedSheet
from salesbook.hosts.formulas.naming import renamed
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.parts import BookParts, SheetPart, TablePart, read_table
from salesbook.hosts.package.surroundings import recalculating
from salesbook.hosts.package.upgrading import macros
from salesbook.hosts.package.upgrading.blocks import add_block
from salesbook.hosts.package.upgrading.both import Both
from salesbook.hosts.package.upgrading.column_formulas import restore_formulas
from salesbook.hosts.package.upgrading.displays import Displays
from salesbook.hosts.package.upgrading.sheets import SheetXml, tag
from salesbook.hosts.package.upgrading.table_sheets import TableSheets
from salesbook.hosts.package.upgrading.wanted import Renewal, Wanted
from salesbook.hosts.package.xmlscan import attribute

_THEME_TYPE: Final = "application/vnd.openxmlformats-officedocument.theme+xml"
_THEME: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme"


def renewed(parts: Staged, book: BookParts, wanted: Wanted, path: str) -> Renewal:
    """Work out all that a package needs to be as the template is; nothing is kept on a refusal.

    Raises: CannotWrite, ProtectedSheet, NotAWorkbook.
    """
    if book.is_signed:
        raise CannotWrite("signed-package", where=path)
    if not book.styles:
        raise CannotWrite("no-cell-formats", where=path)
    return _Renewing(Both(parts, book, wanted, path)).run()


class _Renewing:
    """One renewal as it goes on."""

    def __init__(self, both: Both) -> None:
        self.both = both
        self.protected: dict[str, str] = {}
        """Names of the sheets that somebody protected, by part in lower case."""

    def run(self) -> Renewal:
        self._refuse_protected_structure()
        displays = Displays(self.both)
        macros.renew_macros(
            self.both.edit,
            self.both.template,
            (self.both.book.workbook, self.both.template_book.workbook),
            self.both.wanted,
            self.both.renewal,
        )
        macros.renew_ribbon(
            self.both.edit,
            self.both.template,
            self.both.wanted,
            self._ribbon_mark(),
            self.both.renewal,
        )
        macros.allow_macros(self.both.edit, self.both.book.workbook)

        self._restore_theme()
        self._renew_tables()
        displays.renew()
        self._set_code_names()
        self._renew_names()
        self._finish()
        return self.both.renewal

    def _ribbon_mark(self) -> str:
        part = macros.ribbon_part(self.both.edit)
        return content_mark(self.both.edit.content(part)) if part else ""

    def _refuse_protected_structure(self) -> None:
        """Refuse a workbook whose sheets may not be added, moved or renamed."""
        match = tag("workbookProtection").search(self.both.workbook.data)
        if match and attribute(match[0], b"lockStructure") in ("1", "true"):
            raise ProtectedSheet("protected-structure", where=self.both.path)

    # Tables

    def _renew_tables(self) -> None:
        work = TableSheets(
            self.both.edit,
            self.both.template,
            self.both.workbook,
            self.both.copying,
            self.both.wanted,
            self.both.renewal,
        )
        self._note_protected()
        pairs: dict[str, list[tuple[TablePart, TablePart]]] = {}
        for key, other in self.both.template_book.tables.items():
            if key not in self.both.book.tables:
                continue
            # A column that comes into a sheet of several tables moves those beside it, so that each
            # has to be looked up where it stands by now.
            work.rename(self._table(key))
            table = work.add_columns(self._table(key), other)
            work.restore_style(table, other)
            pairs.setdefault(table.sheet.part, []).append((table, other))

        for key, other in self.both.template_book.tables.items():
            if key in self.both.book.tables:
                continue
            self.both.renewal.tables.append(other.code)
            sheet = self.both.present.get(other.sheet.part)
            if sheet is None:
                self.both.add_sheet(other.sheet)
            elif sheet.part in pairs:
                pairs[sheet.part].append((self._add_block(other, sheet), other))

        for sheet_pairs in pairs.values():
            fresh = [
                (read_table(self.both.edit.content(table.part), table.part, table.sheet), other)
                for table, other in sheet_pairs
            ]
            work.renew_rules(fresh)
            work.renew_formats(fresh)
            work.renew_notes(fresh)
            work.restore_view(fresh[0][0].sheet.part, fresh[0][1].sheet.part)
        self._restore_formulas()

    def _restore_formulas(self) -> None:
        """Restore the formulas of columns, also in own tables, where a program drops them.

        That is one that dropped the names in macros of our sheets as well.
        """
        both = self.both
        ours = [mine.part for part, mine in both.present.items() if both.code_names[part]]
        if all(SheetXml(both.edit, part).code_name for part in ours):
            return
        for key in both.book.tables:
            both.renewal.formulas += restore_formulas(both.edit, self._table(key))

    def _add_block(self, other: TablePart, sheet: SheetPart) -> TablePart:
        with_rows = other.code in self.both.wanted.filled_tables
        return add_block(self.both, sheet, other, with_rows=with_rows)

    def _table(self, key: str) -> TablePart:
        """A table as it stands now."""
        table = self.both.book.tables[key]
        return read_table(self.both.edit.content(table.part), table.part, table.sheet)

    def _note_protected(self) -> None:
        """Note which sheets somebody protected: one that needs nothing may be."""
        for sheet in self.both.book.sheets:
            xml = SheetXml(self.both.edit, sheet.part)
            match = tag("sheetProtection").search(xml.shell)
            if match and attribute(match[0], b"sheet") in ("1", "true"):
                self.protected[sheet.part.lower()] = sheet.name

    # The workbook as a whole

    def _set_code_names(self) -> None:
        """Give our sheets the names that the macros know, and take them from all others."""
        wanted = {mine.part: self.both.code_names[part] for part, mine in self.both.present.items()}
        book_name = attribute_of(self.both.template_workbook.data, "workbookPr", b"codeName")
        if book_name:
            self.both.renewal.code_names += self.both.workbook.set_code_name(book_name)
        for tab in self.both.workbook.sheets():
            if tab.part not in self.both.edit:
                continue
            sheet = SheetXml(self.both.edit, tab.part)
            name = wanted.get(tab.part)
            if sheet.code_name == (name or "") or not tag("worksheet").search(sheet.shell):
                continue
            is_of_another = sheet.code_name in wanted.values()
            if name is None and not self.both.renewal.macros and not is_of_another:
                # The project that is there may have a module for it.
                continue
            sheet.set_code_name(name)
            self.both.edit.set(tab.part, sheet.render())
            self.both.renewal.code_names += name is not None

    def _renew_names(self) -> None:
        """Let our names mean what the template's mean; those of one sheet only where it is new."""
        new: dict[tuple[str, int | None], str] = {}
        tabs = self.both.template_workbook.sheets()
        added = {part for part in self.both.present if part not in self._present_before()}
        for name in self.both.template_workbook.names():
            text = renamed(name.text, self.both.copying.names)
            if name.sheet is None:
                new[name.name, None] = text
                continue
            part = tabs[name.sheet].part
            mine = self.both.present.get(part)
            replaced = mine is not None and mine.name in self.both.renewal.sheets
            if mine and (part in added or replaced):
                new[name.name, self.both.workbook.place_of(mine.part)] = text
        self.both.renewal.names = len(self.both.workbook.set_names(new))

    def _present_before(self) -> set[str]:
        parts = {sheet.part for sheet in self.both.book.sheets}
        return {part for part, mine in self.both.present.items() if mine.part in parts}

    def _restore_theme(self) -> None:
        """Add the template's theme to a workbook that lost its own."""
        if any(
            relation.kind == "theme"
            for relation in self.both.edit.relations(self.both.book.workbook)
        ):
            return
        for relation in self.both.template.relations(self.both.template_book.workbook):
            if relation.kind == "theme":
                data = self.both.template.content(relation.target)
                part = self.both.edit.add("xl/theme/theme1.xml", data, _THEME_TYPE)
                self.both.edit.link(self.both.book.workbook, _THEME, part)

    def _finish(self) -> None:
        """Append the formats; have all calculated anew; refuse what would touch a protected sheet."""
        edit = self.both.edit
        styles = self.both.book.styles or ""
        edit.set(styles, self.both.formats.render())
        tables = {table.sheet.part.lower() for table in self.both.book.tables.values()}
        for part, name in self.protected.items():
            if part in tables and part in edit.changes:
                raise ProtectedSheet("protected-sheet", where=name, sheet=name)
        if not edit.changes:
            return
        workbook = self.both.book.workbook
        edit.set(workbook, recalculating(edit.content(workbook), workbook))
        chain = self.both.book.calc_chain
        if chain and chain in edit:
            links = [link for link in edit.links(workbook) if link.target != chain]
            edit.set_links(workbook, links)
            edit.remove(chain)
        self.both.renewal.parts = dict(edit.changes)


def attribute_of(data: bytes, element: str, name: bytes) -> str:
    """Read an attribute of a part's first element of that name."""
    match = tag(element).search(data)
    return (attribute(match[0], name) or "") if match else ""


def content_mark(data: bytes) -> str:
    """Make a short mark of a part's bytes, whatever its line ends."""
    plain = b"".join(data.split())
    return hashlib.blake2b(plain, digest_size=8).hexdigest()
