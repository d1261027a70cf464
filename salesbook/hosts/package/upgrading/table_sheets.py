"""What does a table's sheet lack: columns, rules of entry, notes, its style, its frozen panes?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area, cell_name, column_number
from salesbook.hosts.formulas.naming import Names, renamed
from salesbook.hosts.package.cols import col_of, with_col
from salesbook.hosts.package.parts import SheetPart, TablePart, read_table
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.upgrading import rules, tables
from salesbook.hosts.package.upgrading.buttons import restore_buttons
from salesbook.hosts.package.upgrading.columns import (
    Insertion,
    insert_columns,
)
from salesbook.hosts.package.upgrading.copying import Copying
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.elements import children
from salesbook.hosts.package.upgrading.notes import Notes, text_mark
from salesbook.hosts.package.upgrading.renaming import rename_everywhere
from salesbook.hosts.package.upgrading.rules import Validation
from salesbook.hosts.package.upgrading.sheets import (
    RULE_FORMULA,
    SheetXml,
    tag,
    text_cell,
    with_formulas,
    with_relation_prefix,
)
from salesbook.hosts.package.upgrading.wanted import Renewal, Wanted
from salesbook.hosts.package.upgrading.workbook import Workbook
from salesbook.hosts.package.xmlscan import attribute, attributes, start_tag, with_attribute
from salesbook.store import column_letters

_OWN_ROW: Final = re.compile(r"(?<![\w!$'])\$([A-Z]{1,3})\d+\b")
"""Matches a cell of the rule's own row, as `$J5`; a column may be another in the book."""
_CF: Final = "conditionalFormatting"
_CACHE_FIELD: Final = re.compile(rb'(<cacheField\s[^>]*?\bname=")([^"]*)(")')
_DRAWING_RELATION: Final = "legacyDrawing"
_DXF: Final = re.compile(rb'(<cfRule\s[^>]*?\bdxfId=")(\d+)(")')


@dataclass(slots=True)
class TableSheets:
    """Brings the sheets of tables that both have to what the template's have."""

    edit: PackageEdit
    template: PackageEdit
    workbook: Workbook
    copying: Copying
    wanted: Wanted
    renewal: Renewal

    def rename(self, table: TablePart) -> None:
        """Let own columns make room for new ones, and ours take their new names; formulas follow."""
        own = self.wanted.own_headers.get(table.code, {})
        ours = self.wanted.new_headers.get(table.code, {})
        self.renewal.renamed += [(table.code, old, new) for old, new in own.items()]
        self.renewal.new_headers += [(table.code, old, new) for old, new in ours.items()]
        # Own columns come first: one of ours may take the name that another gives up.
        self._rename_columns(table, {**own, **ours})

    def _rename_columns(self, table: TablePart, new_headers: Mapping[str, str]) -> None:
        for old, new in new_headers.items():
            data = self.edit.content(table.part)
            self.edit.set(table.part, tables.with_header(data, table.part, old, new))
            column = table.area.left + table.headers.index(old)
            self._set_text(table.sheet, table.area.top, column, new)
        if new_headers:
            columns = {table.code.lower(): {old.lower(): new for old, new in new_headers.items()}}
            rename_everywhere(self.edit, self.workbook, Names(columns=columns))

    def _set_text(self, sheet: SheetPart, row: int, column: int, text: str) -> None:
        rows = SheetRows(self.edit.content(sheet.part), sheet.part, sheet.name)
        cells = rows.edit(row).cells
        style = attribute(start_tag(cells[column]), b"s") if column in cells else None
        cells[column] = text_cell(cell_name(row, column), text, style)
        self.edit.set(sheet.part, rows.render(rows.head, rows.tail))

    def add_columns(self, table: TablePart, other: TablePart) -> TablePart:
        """Add the columns that the template's table has and the book's lacks, in their places.

        Args:
            other: the template's table.

        Returns: the table as it is then.
        """
        headers = dict(self.wanted.columns.get(table.code, {}))
        for place, header in enumerate(other.headers):
            if header in headers:
                continue
            before = [headers[earlier] for earlier in other.headers[:place] if earlier in headers]
            after = table.headers.index(before[-1]) + 1 if before else 0
            table = self._add_column(table, other, header, after)
            headers[header] = header
            self.renewal.columns.append((table.code, header))
        return table

    def _add_column(self, table: TablePart, other: TablePart, header: str, place: int) -> TablePart:
        before = dict(self.edit.changes)
        try:
            return self._add_column_at(table, other, header, place)
        except CannotWrite:
            if place == len(table.headers):
                raise
        # Something cannot be parted in the middle; at the table's end nothing has to be.
        self.edit.changes = before
        return self._add_column_at(table, other, header, len(table.headers))

    def _add_column_at(
        self, table: TablePart, other: TablePart, header: str, place: int
    ) -> TablePart:
        column = table.area.left + place
        is_at_end = place == len(table.headers)
        if not (is_at_end and self._is_free(table, column)):
            insertion = Insertion(table.sheet.name, table.sheet.part, column, 1)
            insert_columns(self.edit, self.workbook, insertion)

        area = table.area
        wider = Area(area.top, area.left, area.bottom, area.right + 1)
        data = tables.with_column(self.edit.content(table.part), table, place, header)
        self.edit.set(table.part, tables.with_area(data, wider, table.totals_rows))

        template_column = other.area.left + other.headers.index(header)
        self._copy_column(table, other, column, template_column)
        return read_table(self.edit.content(table.part), table.part, table.sheet)

    def _is_free(self, table: TablePart, column: int) -> bool:
        """Say whether nothing stands right of the table, in any row, nor applies there."""
        sheet = SheetXml(self.edit, table.sheet.part)
        letters = cell_name(1, column).rstrip("1").encode()
        used = re.search(rb'<c\s[^>]*?\br="%b\d+"[^>]*?>.*?<(?:v|f|is)[\s>]' % letters, sheet.rows)
        if used:
            return False
        for other in re.findall(rb'\s(?:ref|sqref)="([^"]*)"', sheet.shell):
            places = [Area.parse(text) for text in other.decode().split()]
            if any(area and area.left <= column <= area.right for area in places):
                is_extent = other == attribute(sheet.element("dimension"), b"ref")
                if not is_extent:
                    return False
        for relation in self.edit.relations(table.sheet.part):
            if relation.kind == "table" and relation.target != table.part:
                area = read_table(
                    self.edit.content(relation.target), relation.target, table.sheet
                ).area
                if area.left <= column <= area.right:
                    return False
        return True

    def _copy_column(
        self, table: TablePart, other: TablePart, column: int, template_column: int
    ) -> None:
        """Give a new column the template's header, width and format."""
        theirs = SheetRows(
            self.template.content(other.sheet.part), other.sheet.part, other.sheet.name
        )
        cell = self.copying.cell(theirs.row(other.area.top).cells[template_column])
        rows = SheetRows(self.edit.content(table.sheet.part), table.sheet.part, table.sheet.name)
        name = cell_name(table.area.top, column)
        rows.edit(table.area.top).cells[column] = placed(cell, name)
        self.edit.set(table.sheet.part, rows.render(rows.head, rows.tail))

        col = col_of(SheetXml(self.template, other.sheet.part).element("cols"), template_column)
        if col:
            sheet = SheetXml(self.edit, table.sheet.part)
            columns = with_col(sheet.element("cols"), self.copying.column(col), column)
            sheet.put("cols", columns)
            self.edit.set(table.sheet.part, sheet.render())

    def restore_style(self, table: TablePart, other: TablePart) -> None:
        """Give a table that lost its style the template's."""
        data = self.edit.content(table.part)
        new = tables.with_style(data, tables.style_of(self.template.content(other.part)))
        if new != data:
            self.edit.set(table.part, new)
            self.renewal.styles += 1

    def restore_view(self, sheet_part: str, template_part: str) -> None:
        """Give back what a program lost with the sheet's name in macros: buttons, frozen panes."""
        if SheetXml(self.edit, sheet_part).code_name:
            return
        self.renewal.buttons += restore_buttons(self.edit, self.template, sheet_part, template_part)
        sheet, theirs = SheetXml(self.edit, sheet_part), SheetXml(self.template, template_part)
        has_panes = tag("pane").search(sheet.element("sheetViews"))
        view = theirs.element("sheetViews")
        if has_panes or not tag("pane").search(view):
            return
        first = tag("sheetView").search(view)
        selected = tag("sheetView").search(sheet.element("sheetViews"))
        is_selected = selected and attribute(selected[0], b"tabSelected") in ("1", "true")
        if first:
            new_tag = with_attribute(first[0], b"tabSelected", "1" if is_selected else None)
            view = view.replace(first[0], new_tag, 1)
        sheet.put("sheetViews", view)
        self.edit.set(sheet_part, sheet.render())
        self.renewal.views += 1

    def renew_rules(self, pairs: list[tuple[TablePart, TablePart]]) -> None:
        """Bring a sheet's dropdowns and bounds to the template's; those of people's own stay.

        Args:
            pairs: the tables of one sheet, each with the template's.
        """
        sheet = SheetXml(self.edit, pairs[0][0].sheet.part)
        current = rules.validations(sheet.shell, sheet.part)
        part = pairs[0][1].sheet.part
        theirs = rules.validations(SheetXml(self.template, part).shell, part)
        known = {*self.wanted.known.validations, *(rule.mark for rule in theirs)}

        new = list(current)
        changed = 0
        for table, other in pairs:
            for place, header in enumerate(other.headers):
                mine = self._header_of(table, header)
                if mine not in table.headers:
                    continue
                column = table.area.left + table.headers.index(mine)
                wanted = self._rules_of(theirs, table, other, other.area.left + place, column)
                new, is_changed = _with_rules(new, wanted, known, table, column)
                changed += is_changed
        if not changed:
            return
        sheet.put("dataValidations", rules.container(new, sheet.element("dataValidations")))
        self.edit.set(sheet.part, sheet.render())
        self.renewal.rules += changed

    def _header_of(self, table: TablePart, header: str) -> str:
        return self.wanted.columns.get(table.code, {}).get(header, header)

    def _rules_of(
        self,
        theirs: list[Validation],
        table: TablePart,
        other: TablePart,
        template_column: int,
        column: int,
    ) -> list[Validation]:
        """Give the template's rules of one column as they would stand in the book."""
        row_by_row = self.wanted.rows.get(table.code, {})
        body = table.body
        found = []
        for rule in theirs:
            for area in rule.areas:
                if not area.left <= template_column <= area.right or area.bottom < other.body.top:
                    continue
                if area.row_count > 1:
                    bottom = max(area.bottom, body.bottom)
                    found.append(rule.placed([Area(body.top, column, bottom, column)]))
                elif area.top in row_by_row:
                    found.append(rule.placed([Area.one_cell(row_by_row[area.top], column)]))
        names = self.copying.names
        return [
            Validation(
                with_formulas(rule.xml, RULE_FORMULA, lambda text: renamed(text, names)),
                rule.areas,
                rule.mark,
            )
            for rule in found
        ]

    def renew_formats(self, pairs: list[tuple[TablePart, TablePart]]) -> None:
        """Add the template's conditional formats to columns that have none that says the same."""
        part = pairs[0][1].sheet.part
        template_sheet = SheetXml(self.template, part)
        sheet = SheetXml(self.edit, pairs[0][0].sheet.part)
        mine = [
            (places, _rule_says(rule)) for places, rule, _ in _conditional(sheet.shell, sheet.part)
        ]
        added = 0
        for places, rule, block_tag in _conditional(template_sheet.shell, part):
            for table, other in pairs:
                for area in places:
                    if not other.area.left <= area.left <= other.area.right:
                        continue
                    header = self._header_of(table, other.headers[area.left - other.area.left])
                    if header not in table.headers:
                        continue
                    column = table.area.left + table.headers.index(header)
                    placed_rule = self._placed_rule(rule, table, other)
                    if placed_rule is None:
                        continue
                    says = _rule_says(placed_rule)
                    if any(
                        says == known and any(a.left <= column <= a.right for a in known_places)
                        for known_places, known in mine
                    ):
                        continue
                    bottom = max(area.bottom, table.body.bottom)
                    place = Area(table.body.top, column, bottom, column)
                    self._add_format(sheet, block_tag, placed_rule, place)
                    added += 1
        if added:
            self.edit.set(sheet.part, sheet.render())
            self.renewal.rules += added

    def _placed_rule(self, rule: bytes, table: TablePart, other: TablePart) -> bytes | None:
        """Let the formulas of the template's rule look at the book's cells of the same columns.

        Returns: None where the book lacks a column that the rule looks at.
        """
        is_missing = False

        def placed(match: re.Match[str]) -> str:
            nonlocal is_missing
            place = column_number(match[1]) - other.area.left
            header = self._header_of(table, other.headers[place])
            if header not in table.headers:
                is_missing = True
                return match[0]
            column = table.area.left + table.headers.index(header)
            return f"${column_letters(column)}{table.body.top}"

        names = self.copying.names
        placed_rule = with_formulas(
            rule, RULE_FORMULA, lambda text: renamed(_OWN_ROW.sub(placed, text), names)
        )
        return None if is_missing else placed_rule

    def _add_format(self, sheet: SheetXml, block_tag: bytes, rule: bytes, place: Area) -> None:
        rule = _DXF.sub(
            lambda match: (
                match[1] + b"%d" % self.copying.formats.rule_format(int(match[2])) + match[3]
            ),
            rule,
        )
        block = with_attribute(block_tag, b"sqref", str(place)) + rule + b"</conditionalFormatting>"
        # Several may stand in a row, so the new one goes before what is there.
        old = sheet.element(_CF)
        sheet.put(_CF, block + old)

    def renew_notes(self, pairs: list[tuple[TablePart, TablePart]]) -> None:
        """Give every header of ours the template's note, unless somebody wrote one there."""
        notes = Notes(self.edit, pairs[0][0].sheet.part)
        theirs = Notes(self.template, pairs[0][1].sheet.part)
        changed = 0
        for table, other in pairs:
            for place, header in enumerate(other.headers):
                mine = self._header_of(table, header)
                template_cell = cell_name(other.area.top, other.area.left + place)
                comment = theirs.by_cell.get(template_cell)
                if mine not in table.headers or comment is None:
                    continue
                column = table.area.left + table.headers.index(mine)
                cell = Area.one_cell(table.area.top, column)
                present = notes.by_cell.get(str(cell))
                if present is not None:
                    mark = text_mark(present)
                    is_current = mark == text_mark(comment)
                    if is_current or mark not in self.wanted.known.notes:
                        continue
                moved = column - (other.area.left + place)
                box = theirs.box(template_cell)
                notes.put(cell, comment, box, moved, theirs.shape_type())
                changed += 1
        if not changed:
            return
        key = notes.keep()
        if key:
            sheet = SheetXml(self.edit, pairs[0][0].sheet.part)
            sheet.shell = with_relation_prefix(sheet.shell)
            sheet.put("legacyDrawing", f'<legacyDrawing r:id="{key}"/>'.encode())
            self.edit.set(sheet.part, sheet.render())
        self.renewal.notes += changed


def _with_rules(
    current: list[Validation],
    wanted: list[Validation],
    known: set[str],
    table: TablePart,
    column: int,
) -> tuple[list[Validation], bool]:
    """Put the wanted rules of one column among a sheet's.

    Returns: the rules, and whether they are others than before.
    """
    whole = rules.whole_column(column, table.area.top)
    ours = [
        rule
        for rule in current
        if rule.mark in known and any(area.meets(whole) for area in rule.areas)
    ]
    own = [rule for rule in current if rule.mark not in known]
    taken = [area for rule in own for area in rule.areas if area.meets(whole)]

    wanted_marks = {rule.mark for rule in wanted}
    is_right = {rule.mark for rule in ours} == wanted_marks and all(
        _is_covered(
            area, [*taken, *(a for rule in ours if rule.mark == want.mark for a in rule.areas)]
        )
        for want in wanted
        for area in [_within(want.areas[0], table.body.bottom)]
    )
    if is_right:
        return current, False

    new: list[Validation] = []
    for rule in current:
        if rule not in ours:
            new.append(rule)
            continue
        left = rules.without_column(rule, whole)
        if left:
            new.append(rule.placed(left))
    for want in wanted:
        free = list(want.areas)
        for hole in taken:
            free = [piece for area in free for piece in rules.cut_out(area, hole)]
        if free:
            new.append(want.placed(free))
    return new, True


def _within(area: Area, bottom: int) -> Area:
    """The cells of a column that must have its rule: those of rows now, and most of those to come.

    Whoever deleted rows has a rule that ends a little earlier.
    """
    enough = max(bottom, area.bottom * 9 // 10)
    return Area(area.top, area.left, min(area.bottom, enough), area.right)


def _is_covered(area: Area, by: list[Area]) -> bool:
    left = [area]
    for hole in by:
        left = [piece for piece_area in left for piece in rules.cut_out(piece_area, hole)]
    return not left


def _conditional(shell: bytes, part: str) -> list[tuple[list[Area], bytes, bytes]]:
    """List conditional formats: where they apply, the rule, the start tag of their block."""
    from salesbook.hosts.package.upgrading.elements import elements

    found = []
    for item in elements(shell, part):
        if item.name != _CF:
            continue
        block = shell[item.start : item.end]
        block_tag = start_tag(block)
        places = [Area.parse(text) for text in (attribute(block_tag, b"sqref") or "").split()]
        for rule in children(block, part):
            found.append(([area for area in places if area], rule, block_tag))
    return found


def _rule_says(rule: bytes) -> tuple[str, ...]:
    values = attributes(start_tag(rule))
    formulas = re.findall(rb"<formula>([^<]*)</formula>", rule)
    return (
        values.get("type", ""),
        values.get("operator", ""),
        *(formula.decode() for formula in formulas),
    )


def placed(cell: bytes, name: str) -> bytes:
    """Give a cell its place."""
    old_tag = start_tag(cell)
    return with_attribute(old_tag, b"r", name) + cell[len(old_tag) :]
