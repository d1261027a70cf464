"""What becomes of the sheets without tables: the first one, the Dashboard, lists, settings of macros?

One that a released version put there gives way to the template's. One that somebody worked on, or
whose cells are named by what stays, is kept under another name, and whoever named it goes on naming
it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.formulas.naming import Names, first_sheet
from salesbook.hosts.package.parts import SheetPart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.upgrading.both import Both, Display
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.marks import CELL, cell_text, sheet_mark
from salesbook.hosts.package.upgrading.renaming import rename_everywhere
from salesbook.hosts.package.upgrading.sheets import SheetXml, escaped, text_cell
from salesbook.hosts.package.upgrading.workbook import Workbook
from salesbook.hosts.package.xmlscan import attribute, start_tag

SWITCHES, CHOSEN_SET, SWITCHED = "sheet_switches", "sheet_set", "switched_sheets"
LIVE, TEXTS = "functions_live", "macro_texts"
"""Names by which macros find cells: the switches on the first sheet and the choice above them, which
sheet hangs on which switch, the switch of the functions, the texts beside the settings of macros."""
CHOSEN = (SWITCHES, CHOSEN_SET, LIVE)
"""Cells in which people choose: what stands there is no work on the sheet."""
_LINK: Final = re.compile(rb"<hyperlinks>.*?</hyperlinks>", re.DOTALL)
_MOST_NAME: Final = 31


@dataclass(slots=True)
class Displays:
    """Brings the sheets without tables to the template's.

    Made before anything else changes: headers that are called otherwise then change the formulas of
    a Dashboard, which is no work on it.
    """

    both: Both
    marks_before: dict[str, str] = field(init=False)
    """The marks of the book's sheets as they came, by their parts."""

    def __post_init__(self) -> None:
        present = [display.present for display in self.both.displays if display.present]
        self.marks_before = {sheet.part: self._mark(sheet) for sheet in present}

    def renew(self) -> None:
        """Replace what is outdated, add what lacks, keep what is somebody's own."""
        displays = self.both.displays
        to_replace = [display for display in displays if self._is_outdated(display)]
        kept = self._to_keep(to_replace)
        moved = {}
        for display in kept:
            if display.present:
                moved[display.present.name.lower()] = self._keep_aside(display.present)
        if moved:
            # Whoever named a sheet that was kept goes on naming it; the new ones are not yet there.
            rename_everywhere(self.both.edit, self.both.workbook, Names(sheets=moved))

        for display in to_replace:
            if display.present is None:
                self.both.add_sheet(display.template)
            elif display in kept:
                old_name = display.present.name
                place = self.both.workbook.place_of(display.present.part)
                self.both.add_sheet(display.template, old_name, place)
            else:
                self._replace(display, display.present)
            name = self.both.present[display.template.part].name
            self.both.renewal.sheets.append(name)
        self._write_switches()

    def _mark(self, sheet: SheetPart) -> str:
        both = self.both
        return self._mark_in(both.edit, both.workbook, sheet, both.texts, Names())

    def _template_mark(self, sheet: SheetPart) -> str:
        """The mark that a sheet of the template has in the book, whose columns it names there."""
        both = self.both
        copying = both.copying
        return self._mark_in(
            both.template, both.template_workbook, sheet, copying.source.texts, copying.names
        )

    def _mark_in(
        self,
        edit: PackageEdit,
        workbook: Workbook,
        sheet: SheetPart,
        texts: Sequence[bytes],
        calls: Names,
    ) -> str:
        names = {name.name: name.text for name in workbook.names() if name.sheet is None}
        typed = [
            area
            for name in CHOSEN
            if first_sheet(names.get(name, "")) == sheet.name.lower()
            for area in [Area.parse(names[name].rpartition("!")[2].replace("$", ""))]
            if area
        ]
        return sheet_mark(edit, sheet.part, texts, typed, calls)

    def _is_outdated(self, display: Display) -> bool:
        if display.present is None:
            return True
        if SheetXml(self.both.edit, display.present.part).code_name != display.code_name:
            # A program that loses names in macros also loses charts' looks and frozen panes.
            return True
        return self._mark(display.present) != self._template_mark(display.template)

    def _is_own(self, display: Display) -> bool:
        """Whether somebody worked on the sheet since a version was released."""
        if display.present is None:
            return False
        released = self.both.wanted.known.sheets.get(display.code_name, ())
        if self.marks_before[display.present.part] in released:
            return False
        return self._mark(display.present) != self._template_mark(display.template)

    def _to_keep(self, to_replace: list[Display]) -> list[Display]:
        """Sheets that must not go: worked on by somebody, or named by what stays.

        What is named by a cell that stays would say something else with the sheet's new content.
        """
        settings = self._settings_sheet()
        kept = [
            display
            for display in to_replace
            if self._is_own(display) and display.template.part != settings
        ]
        replaced = {display.present.part for display in to_replace if display.present}
        changed = [
            display
            for display in to_replace
            if display.present
            and display.template.part != settings
            and self._mark(display.present) != self._template_mark(display.template)
        ]
        while True:
            staying = {display.present.part for display in kept if display.present}
            sources = [
                sheet.part
                for sheet in self.both.book.sheets
                if sheet.part not in replaced or sheet.part in staying
            ]
            more = [
                display
                for display in changed
                if display not in kept
                and display.present
                and self._is_named(display.present, sources)
            ]
            if not more:
                return kept
            kept += more

    def _is_named(self, sheet: SheetPart, sources: list[str]) -> bool:
        """Whether formulas, rules or charts of these sheets, or own names, name a sheet."""
        spellings = [
            text + b"!"
            for name in (sheet.name, "'" + sheet.name.replace("'", "''") + "'")
            for text in (escaped(name), escaped(name).replace(b"'", b"&apos;"))
        ]
        texts = []
        for source in sources:
            if source == sheet.part:
                continue
            texts.append(_LINK.sub(b"", self.both.edit.content(source)))
            texts += self._drawn_on(source)
        ours = {name.name.lower() for name in self.both.template_workbook.names()}
        for name in self.both.workbook.names():
            if name.name.lower() not in ours and name.sheet is None:
                texts.append(name.xml)
        return any(spelling in text for text in texts for spelling in spellings)

    def _drawn_on(self, source: str) -> list[bytes]:
        found = []
        for relation in self.both.edit.relations(source):
            if relation.target not in self.both.edit:
                continue
            if relation.kind in ("drawing", "chart", "table", "pivotTable"):
                found.append(self.both.edit.content(relation.target))
            if relation.kind == "drawing":
                found += self._drawn_on(relation.target)
        return found

    def _keep_aside(self, sheet: SheetPart) -> str:
        """Give a sheet that stays another name, and no name in macros. Returns: its new name."""
        room = _MOST_NAME - len(self.both.wanted.own_suffix)
        name = self.both.free_sheet_name(sheet.name[:room] + self.both.wanted.own_suffix)
        self.both.workbook.rename(sheet.part, name)
        xml = SheetXml(self.both.edit, sheet.part)
        xml.set_code_name(None)
        self.both.edit.set(sheet.part, xml.render())
        self.both.renewal.kept_sheets.append((sheet.name, name))
        return name

    def _replace(self, display: Display, present: SheetPart) -> None:
        """Put the template's sheet in the place of the book's; what somebody typed there stays."""
        old_parts = [relation.target for relation in self.both.edit.relations(present.part)]
        old = SheetXml(self.both.edit, present.part)
        typed = self._typed_settings(old) if self._is_settings(display) else {}
        live = self._live_switch(old, present)

        content = self.both.copying.sheet(display.template.part, present.part, display.code_name)
        self.both.edit.set(present.part, content)
        self.both.edit.remove_orphans(old_parts)
        if typed:
            self._put_settings(present.part, typed)
        if live:
            self._put_live(present.part, live)

    def _settings_sheet(self) -> str:
        """The template's part of the hidden settings of macros."""
        names = self.both.names_in_template()
        wanted = first_sheet(names.get(TEXTS, ""))
        return next(s.part for s in self.both.template_book.sheets if s.name.lower() == wanted)

    def _is_settings(self, display: Display) -> bool:
        return display.template.part == self._settings_sheet()

    def _typed_settings(self, sheet: SheetXml) -> dict[str, str]:
        """The settings of macros that the book has, but those that only a version decides."""
        cells = {}
        for cell in CELL.findall(sheet.rows):
            cells[attribute(start_tag(cell), b"r") or ""] = cell_text(cell, self.both.texts)
        settings = {}
        for reference, key in cells.items():
            is_key = reference.startswith("A") and reference[1:].isdigit() and key
            if is_key and not key.startswith(self.both.wanted.kept_settings):
                settings[key] = cells.get("B" + reference[1:], "")
        return settings

    def _put_settings(self, part: str, typed: Mapping[str, str]) -> None:
        """Let settings of macros that somebody changed hold on."""
        fresh = self._typed_settings(SheetXml(self.both.edit, part))
        different = {key: value for key, value in typed.items() if fresh.get(key, None) != value}
        if not different:
            return
        rows = SheetRows(self.both.edit.content(part), part, part)
        places = {}
        for number in rows.numbers:
            cell = rows.row(number).cells.get(1)
            if cell:
                places[cell_text(cell, ())] = number
        last = max(places.values(), default=0)
        for key, value in different.items():
            if key not in places:
                last += 1
            number = places.get(key, last)
            cells = rows.edit(number).cells
            cells[1] = text_cell(f"A{number}", key)
            cells[2] = text_cell(f"B{number}", value)
        self.both.edit.set(part, rows.render(rows.head, rows.tail))

    def _live_switch(self, sheet: SheetXml, present: SheetPart) -> bytes:
        """The value of the functions' switch, as its cell holds it."""
        names = self.both.names_in_book()
        text = names.get(LIVE, "")
        if first_sheet(text) != present.name.lower():
            return b""
        reference = text.rpartition("!")[2].replace("$", "")
        for cell in CELL.findall(sheet.rows):
            if attribute(start_tag(cell), b"r") == reference:
                return b"1" if b"<v>1</v>" in cell else b"0"
        return b""

    def _put_live(self, part: str, value: bytes) -> None:
        names = self.both.names_in_template()
        reference = names[LIVE].rpartition("!")[2].replace("$", "").encode()
        data = self.both.edit.content(part)
        pattern = re.compile(rb'(<c r="' + reference + rb'"[^>]*>)(?:<v>[^<]*</v>)')
        self.both.edit.set(part, pattern.sub(rb"\g<1><v>" + value + b"</v>", data, count=1))

    def _write_switches(self) -> None:
        """Let a new first sheet's switches say which sheets are to be seen.

        A part is on where any of its sheets is: somebody shows it, or an older version did.
        """
        names = self.both.names_in_template()
        wanted = first_sheet(names.get(SWITCHES, ""))
        start = next((d for d in self.both.displays if d.template.name.lower() == wanted), None)
        area = Area.parse(names.get(SWITCHES, "").rpartition("!")[2].replace("$", ""))
        if start is None or area is None:
            return
        part = self.both.present[start.template.part].part
        if self.both.present[start.template.part].name not in self.both.renewal.sheets:
            return

        shown_switches = self._switches_with_a_visible_sheet()
        shown_word = self._word_for_shown()
        rows = SheetRows(self.both.edit.content(part), part, part)
        for number in range(area.top, area.bottom + 1):
            cells = rows.row(number).cells
            code_cell, old = cells.get(area.left + 1), cells.get(area.left)
            code = cell_text(code_cell, self.both.texts) if code_cell else ""
            if old is None or code not in shown_switches:
                continue
            changed = rows.edit(number).cells
            style = attribute(start_tag(old), b"s")
            changed[area.left] = text_cell(cell_name(number, area.left), shown_word, style)
            changed[area.right] = text_cell(cell_name(number, area.right), shown_word)
        if rows.is_edited:
            self.both.edit.set(part, rows.render(rows.head, rows.tail))

    def _switches_with_a_visible_sheet(self) -> set[str]:
        """The switches of which the workbook shows a sheet, by their names in macros."""
        visible = {
            tab.part
            for tab in self.both.workbook.sheets()
            if tab.part in self.both.edit and tab.state == "visible"
        }
        part_by_code = {
            self.both.code_names[template]: present.part
            for template, present in self.both.present.items()
        }
        shown = set()
        for switch, code_name, *_ in self._template_cells(SWITCHED):
            if part_by_code.get(code_name) in visible:
                shown.add(switch)
        return shown

    def _word_for_shown(self) -> str:
        """What a switch says that is on: the first word of its dropdown's list."""
        return self._template_cells("choices_switch")[0][0]

    def _template_cells(self, name: str) -> list[list[str]]:
        """The texts of the cells that the template means by a name, row by row."""
        meant = self.both.names_in_template()[name]
        area = Area.parse(meant.rpartition("!")[2].replace("$", ""))
        wanted = first_sheet(meant)
        sheet = next(s for s in self.both.template_book.sheets if s.name.lower() == wanted)
        if area is None:
            return []
        rows = SheetRows(self.both.template.content(sheet.part), sheet.part, sheet.name)
        texts = self.both.copying.source.texts
        return [
            [
                cell_text(rows.row(number).cells.get(column, b"<c/>"), texts)
                for column in area.columns
            ]
            for number in range(area.top, area.bottom + 1)
        ]
