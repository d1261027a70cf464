"""What does somebody do first, and where is everything? Steps, colours and the list of sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from salesbook import labels
from salesbook.labels import words
from salesbook.tables import TABLES, Role, Switch
from workbook.build import look, validation
from workbook.build.canvas import Canvas, Spot, heading, page, put_plain_formula
from workbook.build.names import CHOSEN_SET, set_formula
from workbook.build.sheets import SETTINGS, SheetLayout

SWITCHES: Final = "sheet_switches"
_WIDTHS: Final = (4, 24, 74, 22, 15)
_SWITCH: Final = 4
_CODE: Final = 5
_DONE: Final = 6
_LINE_HEIGHT: Final = 16


class Start:
    """Draws the first sheet."""

    def __init__(self, canvas: Canvas, layouts: Sequence[SheetLayout]) -> None:
        self.canvas = canvas
        self.layouts = layouts
        self.sheet = canvas.book.get_worksheet_by_name(layouts[0].name)
        self.row = 3

    def write(self) -> None:
        """Fill the sheet from top to bottom."""
        canvas = self.canvas
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.set_column(_CODE, _DONE, None, None, {"hidden": True})
        self.sheet.hide_gridlines(2)
        heading(canvas, self.sheet, canvas.word("start.title"), canvas.word("start.note"))
        self._steps()
        self._parts()
        self._colours()
        self._sheets()
        page(canvas, self.sheet, tall=0)
        self.sheet.set_portrait()

    def _title(self, code: str) -> None:
        self.sheet.write_string(
            self.row,
            0,
            self.canvas.word(f"start.{code}"),
            self.canvas.style(bold=True, font_size=13),
        )
        self.sheet.set_row(self.row, 24)
        self.row += 1

    def _steps(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        self._title("steps_title")
        number = canvas.style(bold=True, font_color=look.PAPER, bg_color=look.BLUE, align="center")
        text = canvas.style(text_wrap=True, indent=1)
        steps = words("book", canvas.language)["start"]["steps"]
        for count, step in enumerate(steps, start=1):
            sheet.set_row(self.row, 34)
            sheet.write_number(self.row, 0, count, number)
            self._link(self.row, 1, step["sheet"], bold=True)
            sheet.merge_range(self.row, 2, self.row, 4, step["text"], text)
            self.row += 1
        self.row += 1

    def _colours(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        self._title("colours_title")
        for role in (Role.INPUT, Role.SETTING, Role.OUTPUT):
            head = canvas.style(
                bold=True, font_color=look.PAPER, bg_color=look.HEADS[role][0], align="center"
            )
            body = canvas.style(
                bg_color=look.BODIES[role], border=1, border_color=look.LINE, indent=1
            )
            sheet.write_string(self.row, 1, canvas.word(f"start.colour_{role.value}"), head)
            sheet.merge_range(self.row, 2, self.row, 4, canvas.word(f"roles.{role.value}"), body)
            sheet.set_row(self.row, 20)
            self.row += 1
        self.row += 1

    def _parts(self) -> None:
        """The switches: one for each part of the work that not every team does."""
        canvas, sheet = self.canvas, self.sheet
        self._title("parts_title")
        quiet = canvas.style(font_color=look.QUIET, indent=1)
        sheet.write_string(self.row - 1, 2, canvas.word("start.parts_note"), quiet)
        self._set_of_sheets()
        first = self.row
        for switch in Switch:
            self._switch(switch)
        # A switch, its name in macros, and the word that was last carried out.
        area = xl_range_abs(first, _SWITCH, self.row - 1, _DONE)
        canvas.book.define_name(SWITCHES, f"='{self.layouts[0].name}'!{area}")
        self.row += 1

    def _set_of_sheets(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        line = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        bold = canvas.style(bottom=1, bottom_color=look.LINE, bold=True, indent=1)
        sheet.write_string(self.row, 1, canvas.word("start.set"), bold)
        sheet.merge_range(self.row, 2, self.row, 3, canvas.word("start.set_note"), line)
        sheet.write_string(self.row, _SWITCH, canvas.word("start.set_small"), self._typed())
        sheet.data_validation(
            self.row, _SWITCH, self.row, _SWITCH, validation.set_of_sheets(canvas)
        )
        sheet.set_row(self.row, 20)
        cell = xl_rowcol_to_cell(self.row, _SWITCH, row_abs=True, col_abs=True)
        canvas.book.define_name(CHOSEN_SET, f"='{self.layouts[0].name}'!{cell}")
        self.row += 1

    def _switch(self, switch: Switch) -> None:
        canvas, sheet = self.canvas, self.sheet
        specs = [spec for spec in TABLES.values() if spec.switch is switch]
        names = [canvas.name(spec.name) for spec in specs]
        line = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        tab = canvas.style(bg_color=look.TABS[specs[0].part])
        sheet.write_blank(self.row, 0, None, tab)
        sheet.write_string(self.row, 1, canvas.word(f"switches.{switch.value}"), line)
        listed = canvas.word("start.between").join(names)
        sheet.merge_range(self.row, 2, self.row, 3, listed, line)
        lines = look.line_count(listed, _WIDTHS[2] + _WIDTHS[3])

        hidden = canvas.word("start.hidden")
        spot = Spot(sheet, self.row, _SWITCH)
        put_plain_formula(
            spot, set_formula(canvas.language).removeprefix("="), self._typed(), hidden
        )
        sheet.data_validation(self.row, _SWITCH, self.row, _SWITCH, validation.switch(canvas))
        sheet.write_string(self.row, _CODE, switch.value, canvas.style())
        sheet.write_string(self.row, _DONE, hidden, canvas.style())
        sheet.set_row(self.row, 4 + _LINE_HEIGHT * lines)
        self.row += 1

    def _typed(self) -> Format:
        return self.canvas.style(
            bg_color=look.BODIES[Role.SETTING], border=1, border_color=look.LINE, indent=1
        )

    def _sheets(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        self._title("sheets_title")
        head = canvas.style(bold=True, bottom=2, bottom_color=look.INK, indent=1)
        sheet.write_string(self.row, 1, canvas.word("start.sheet"), head)
        sheet.write_string(self.row, 2, canvas.word("start.purpose"), head)
        sheet.merge_range(self.row, 3, self.row, 4, canvas.word("start.filled_by"), head)
        self.row += 1
        self._group(canvas.word("start.always"), None)
        for switch in Switch:
            self._group(canvas.word(f"switches.{switch.value}"), switch)

    def _group(self, title: str, switch: Switch | None) -> None:
        """The sheets of one switch; those without any, which everybody needs, come first."""
        canvas, sheet = self.canvas, self.sheet
        name = canvas.style(bold=True, font_color=look.QUIET, indent=1)
        sheet.write_string(self.row, 1, title, name)
        sheet.set_row(self.row, 22)
        self.row += 1
        for layout in self.layouts:
            is_table = layout.code in TABLES and not TABLES[layout.code].is_technical
            is_listed = layout.code == SETTINGS or is_table
            if not is_listed or _switch_of(layout) is not switch:
                continue
            sheet.write_blank(self.row, 0, None, canvas.style(bg_color=layout.tab))
            self._line(layout)
            self.row += 1

    def _line(self, layout: SheetLayout) -> None:
        canvas, sheet = self.canvas, self.sheet
        line = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        role = TABLES[layout.code].role if layout.code in TABLES else Role.SETTING
        note = (
            labels.table_note(layout.code, canvas.language)
            if layout.code in TABLES
            else canvas.word("settings.note")
        )
        self._link(self.row, 1, layout.code, bold=False)
        sheet.write_string(self.row, 2, note, line)
        sheet.set_row(self.row, 2 + _LINE_HEIGHT * look.line_count(note, _WIDTHS[2]))
        filled_by = canvas.word(f"start.colour_{role.value}")
        sheet.merge_range(self.row, 3, self.row, 4, filled_by, line)

    def _link(self, row: int, column: int, code: str, *, bold: bool) -> None:
        """The sheet's name, as a link where it is visible: Excel cannot follow one to a hidden
        sheet.
        """
        layout = next(layout for layout in self.layouts if layout.code == code)
        line = {"indent": 1} if bold else {"indent": 1, "bottom": 1, "bottom_color": look.LINE}
        if layout.visible:
            style = self.canvas.style(font_color=look.BLUE, bold=bold, **line)
            self.sheet.write_url(row, column, f"internal:'{layout.name}'!A1", style, layout.name)
        else:
            self.sheet.write_string(
                row, column, layout.name, self.canvas.style(font_color=look.QUIET, **line)
            )


def _switch_of(layout: SheetLayout) -> Switch | None:
    return TABLES[layout.code].switch if layout.code in TABLES else None
