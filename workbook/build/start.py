"""What does somebody do first, and where is everything? Steps, colours and the list of sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlsxwriter.utility import xl_range_abs

from salesbook import labels
from salesbook.labels import words
from salesbook.tables import TABLES, Part, Role
from workbook.build import look, validation
from workbook.build.canvas import Canvas, heading, page
from workbook.build.sheets import SETTINGS, SheetLayout

SWITCHES: Final = "sheet_switches"
_WIDTHS: Final = (4, 24, 74, 22, 15)
_SWITCH: Final = 4
_CODE_NAME: Final = 5


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
        self.sheet.set_column(_CODE_NAME, _CODE_NAME, None, None, {"hidden": True})
        self.sheet.hide_gridlines(2)
        heading(canvas, self.sheet, canvas.word("start.title"), canvas.word("start.note"))
        self._steps()
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

    def _sheets(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        self._title("sheets_title")
        quiet = canvas.style(font_color=look.QUIET, indent=1)
        sheet.write_string(self.row - 1, 2, canvas.word("start.hidden_note"), quiet)
        head = canvas.style(bold=True, bottom=2, bottom_color=look.INK, indent=1)
        for column, code in ((1, "sheet"), (2, "purpose"), (3, "filled_by"), (4, "state")):
            sheet.write_string(self.row, column, canvas.word(f"start.{code}"), head)
        self.row += 1
        first = self.row
        for part in Part:
            self._part(part)
        area = xl_range_abs(first, _SWITCH, self.row - 1, _SWITCH)
        canvas.book.define_name(SWITCHES, f"='{self.layouts[0].name}'!{area}")

    def _part(self, part: Part) -> None:
        canvas, sheet = self.canvas, self.sheet
        layouts = [layout for layout in self.layouts if self._part_of(layout) is part]
        if not layouts:
            return
        tab = canvas.style(bg_color=look.TABS[part])
        name = canvas.style(bold=True, font_color=look.QUIET, indent=1)
        sheet.write_string(self.row, 1, canvas.word(f"parts.{part.value}"), name)
        sheet.set_row(self.row, 22)
        self.row += 1
        for layout in layouts:
            sheet.write_blank(self.row, 0, None, tab)
            self._line(layout)
            sheet.set_row(self.row, 18)
            self.row += 1

    def _part_of(self, layout: SheetLayout) -> Part | None:
        if layout.code in TABLES:
            return TABLES[layout.code].part
        return Part.SETTINGS if layout.code == SETTINGS else None

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
        sheet.write_string(self.row, 3, canvas.word(f"start.colour_{role.value}"), line)
        self._switch(layout)

    def _switch(self, layout: SheetLayout) -> None:
        """The cell that shows or hides the sheet, and beside it, out of sight, the sheet's name in
        macros.
        """
        canvas, sheet = self.canvas, self.sheet
        typed = canvas.style(
            bg_color=look.BODIES[Role.SETTING], border=1, border_color=look.LINE, indent=1
        )
        state = canvas.word("start.shown" if layout.visible else "start.hidden")
        sheet.write_string(self.row, _SWITCH, state, typed)
        sheet.data_validation(self.row, _SWITCH, self.row, _SWITCH, validation.switch(canvas))
        sheet.write_string(self.row, _CODE_NAME, layout.code_name, canvas.style())

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
