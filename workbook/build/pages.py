"""How is a page drawn? From its board: cells with their looks, selectors, charts and sparklines."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from salesbook.expressions import Text, Word, formula_text
from salesbook.labels import messages
from salesbook.messages import Message
from salesbook.sheets import boards, hidden_sheet, seen_sheet, spelling_for
from salesbook.sheets.board import (
    COLUMN_PIXELS,
    COLUMNS,
    MARGIN_PIXELS,
    ROW_PIXELS,
    SIGN_TEXTS,
    Barred,
    Board,
    Chosen,
    Placed,
    Rule,
)
from salesbook.sheets.look import Look
from workbook.build.canvas import Canvas, Spot, put_plain_formula
from workbook.build.chart_data import sheet_names
from workbook.build.page_charts import PageCharts
from workbook.build.sheets import SheetLayout

_TONES: Final = {
    "ink": "#1F2A37",
    "muted": "#667085",
    "grey": "#C9CFD6",
    "accent": "#0F6CBD",
    "good": "#0B7A5E",
    "attention": "#C26A00",
    "bad": "#B42335",
    "paper": "#FFFFFF",
    "line": "#E4E7EC",
    "middle": "#7FB3E2",
    "light": "#B5D6F3",
}
_FILLS: Final = {"panel": "#F7F8FA", "band": "#F1F5F9", "head": "#F1F5F9", "lock": "#CFE4F7"}
_FORMATS: Final = {
    "text": "General",
    "money": "#,##0",
    "exact": "#,##0.00",
    "rate": "0%",
    "count": "#,##0",
    "days": "#,##0",
    "decimal": "0.00",
    "error": '"± "0%',
    "signed": '+0;"−"0;0',
    "up": '"▲ "0;;"–"',
    "down": '"▼ "0;;"–"',
}
_DATES: Final = {"en": "d mmm", "zh-CN": "mm-dd"}
_DAYS: Final = {"en": "d mmm yy", "zh-CN": "yyyy-mm-dd"}
_SPANS: Final = {"en": '0" d"', "zh-CN": '0" 天"'}
_TIMES: Final = {"en": '0.0#"×"', "zh-CN": '0.0#" 倍"'}
_TONE_OF_MOVES: Final = {"up": "good", "down": "bad"}
_COLUMNS_A_SIGN: Final = {"en": 0.36, "zh-CN": 0.8}
"""Of the grid, for a sign of a link's name."""
_A4_PRINTED: Final = (19.5, 27.7)
"""Centimetres of an A4 sheet between its margins."""
_BAR: Final = "#CFE4F7"
_WHITE: Final = "#FFFFFF"
_HOT: Final = "#7FB3E2"
"""The fill of the largest number of a grid."""
_DEFAULTS: Final = {
    "periods": Message("page.this-month"),
    "teams": Message("page.all-teams"),
    "reps": Message("page.all-reps"),
    "rep_choices": Message("page.rep.most"),
    "target_years": Message("page.this-year"),
    "target_measures": Message("page.target.measure-revenue"),
    "team_periods": Message("page.this-year"),
}
"""By list of choices what stands in a selector at first: it goes on meaning the same next month."""


class PageDrawer:
    """Draws one page."""

    def __init__(self, canvas: Canvas, board: Board, layouts: list[SheetLayout]) -> None:
        self.canvas = canvas
        self.board = board
        self.names = {layout.code: layout.name for layout in layouts}
        self.name = self.names[board.page.code]
        self.sheet: Worksheet = canvas.book.get_worksheet_by_name(self.name)
        seen = seen_sheet(board.page.code)
        spelling = spelling_for(seen, canvas.language, sheet_names(canvas))
        self.places = spelling.places
        """By a figure's name, and its row in a series, its cell as this sheet's formulas name it."""
        self.formulas = {
            (cell.row, cell.column): formula_text(cell.expression, spelling) for cell in seen.cells
        }

    def write(self) -> None:
        """Fill the sheet."""
        self._grid()
        self._links()
        for cell in self.board.placed:
            self._cell(cell)
        for chosen in self.board.chosen:
            self._selector(chosen)
        self._rules()
        charts = PageCharts(self.canvas)
        for chart in self.board.charts:
            drawn = charts.drawn(chart)
            drawn.set_size({"width": chart.width * COLUMN_PIXELS, "height": chart.pixels})
            options = {"object_position": 1, "description": self.canvas.word(chart.says)}
            self.sheet.insert_chart(chart.row - 1, chart.column - 1, drawn, options)
        for spark in self.board.sparks:
            self._spark(spark.row - 1, spark.column - 1, spark.series)
        self._print()

    def _grid(self) -> None:
        sheet = self.sheet
        sheet.set_default_row(ROW_PIXELS * 0.75)
        sheet.set_column_pixels(0, 0, MARGIN_PIXELS)
        sheet.set_column_pixels(1, COLUMNS, COLUMN_PIXELS)
        sheet.set_column_pixels(COLUMNS + 1, COLUMNS + 1, MARGIN_PIXELS)
        helpers = {rule.helper for rule in self.board.rules}
        if helpers:
            sheet.set_column(min(helpers) - 1, max(helpers) - 1, None, None, {"hidden": True})
        for row, pixels in self.board.heights.items():
            sheet.set_row_pixels(row - 1, pixels)
        sheet.hide_gridlines(2)
        sheet.hide_row_col_headers()
        sheet.set_selection(0, 0, 0, 0)

    def _links(self) -> None:
        """Links to Start, to every page, to the call list and to the checks."""
        row, column = self.board.links_row - 1, 1
        codes = ("start", *boards(), "CallList", "Checks")
        for code in codes:
            name = self.names[code]
            width = 1 + math.ceil(len(name) * _COLUMNS_A_SIGN[self.canvas.language])
            is_here = code == self.board.page.code
            style = self._style(Look(size=9, bold=is_here, tone="ink" if is_here else "accent"))
            self.sheet.merge_range(row, column, row, column + width - 1, "", style)
            if is_here:
                self.sheet.write_string(row, column, name, style)
            else:
                self.sheet.write_url(row, column, f"internal:'{name}'!A1", style, name)
            column += width

    def _cell(self, cell: Placed) -> None:
        style = self._style(cell.look)
        row, column = cell.row - 1, cell.column - 1
        last_row, last_column = row + cell.height - 1, column + cell.width - 1
        if (last_row, last_column) != (row, column):
            self.sheet.merge_range(row, column, last_row, last_column, "", style)
        if cell.link_to:
            # The link stays when the formula takes the text's place.
            target = f"internal:'{self.names[cell.link_to]}'!A1"
            self.sheet.write_url(row, column, target, style, "-")
        if cell.is_formula:
            formula = self.formulas[cell.row, cell.column]
            put_plain_formula(Spot(self.sheet, row, column), formula, style)
        elif cell.said is not None:
            self.sheet.write_string(row, column, self._text_of(cell), style)
        else:
            self.sheet.write_blank(row, column, None, style)
        if cell.look.shows in _TONE_OF_MOVES:
            self._moved(cell, _TONE_OF_MOVES[cell.look.shows])
        if cell.bar is not None:
            end = {"max_type": "num", "max_value": cell.bar.end}
            self.sheet.conditional_format(row, column, row, column, _data_bar(_BAR, end))

    def _text_of(self, cell: Placed) -> str:
        match cell.said:
            case Word(path):
                return self.canvas.word(path)
            case Text(text):
                return text
        raise TypeError(f"{cell.said!r} is no text")

    def _style(self, wanted: Look) -> Format:
        language = self.canvas.language
        numbers = {
            **_FORMATS,
            "date": _DATES[language],
            "day": _DAYS[language],
            "span": _SPANS[language],
            "times": _TIMES[language],
        }
        properties: dict[str, Any] = {
            "font_size": wanted.size,
            "font_color": _TONES[wanted.tone],
            "num_format": numbers[wanted.shows],
            "align": wanted.align,
            "shrink": wanted.shrink or wanted.shows != "text",
        }
        if wanted.bold:
            properties["bold"] = True
        if wanted.fill:
            properties["bg_color"] = _FILLS.get(wanted.fill) or _TONES[wanted.fill]
        if wanted.left:
            properties |= {"left": 5, "left_color": _TONES[wanted.left]}
        if wanted.bottom:
            properties |= {"bottom": 1, "bottom_color": _TONES["line"]}
        if wanted.indent:
            properties["indent"] = wanted.indent
        if wanted.wrap:
            properties["text_wrap"] = True
        if not properties["shrink"]:
            del properties["shrink"]
        return self.canvas.style(**properties)

    def _moved(self, cell: Placed, tone: str) -> None:
        """Colour a number of moves; none of them is a grey dash."""
        row, column, line = cell.row - 1, cell.column - 1, self._hairline(cell)
        for criteria, colour in ((">", tone), ("=", "muted")):
            rule = {
                "type": "cell",
                "criteria": criteria,
                "value": 0,
                "format": self.canvas.book.add_format({"font_color": _TONES[colour], **line}),
            }
            self.sheet.conditional_format(row, column, row, column + cell.width - 1, rule)

    def _selector(self, chosen: Chosen) -> None:
        canvas, sheet = self.canvas, self.sheet
        row, column = chosen.row - 1, chosen.column - 1
        style = canvas.style(
            font_size=10, border=1, border_color="#C9CFD6", locked=False, indent=1, num_format="@"
        )
        default = messages.sentence(_DEFAULTS[chosen.selector.choices], canvas.language)
        sheet.merge_range(row, column, row, column + chosen.width - 1, default, style)
        sheet.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "list",
                "source": f"={_name_of_choices(chosen.selector.choices)}",
                "error_title": canvas.word("validation.title"),
                "error_message": canvas.word("validation.choice"),
            },
        )

    def _rules(self) -> None:
        """Colours that follow a sign; hairlines and fills that are there only with their line."""
        # Where rules overlap LibreOffice draws the bars of the first one alone.
        for barred in self.board.barred:
            self._bars(barred)
        for heated in self.board.heated:
            self._heat(heated)
        of_rows = [rule for rule in self.board.rules if rule.is_of_rows]
        for by_helper in self.board.rules:
            if by_helper not in of_rows:
                self._rule(by_helper)
        for cell in self.board.placed:
            if cell.signed_by is not None:
                self._sign_rules(cell, cell.signed_by, "font_color")
            if cell.filled_by is not None:
                self._sign_rules(cell, cell.filled_by, "bg_color")
        for by_helper in of_rows:
            self._rule(by_helper)
        self._hairlines()
        self._fills()

    def _hairlines(self) -> None:
        """Lines below the rows of lists that hold something."""
        for first, last, left, right in self.board.lined:
            anchor = xl_rowcol_to_cell(first - 1, left - 1, row_abs=False, col_abs=True)
            second = xl_rowcol_to_cell(first - 1, left + 1, row_abs=False, col_abs=True)
            rule = {
                "type": "formula",
                "criteria": f'=OR({anchor}<>"",{second}<>"")',
                "format": self.canvas.book.add_format(
                    {"bottom": 1, "bottom_color": _TONES["line"]}
                ),
            }
            self.sheet.conditional_format(first - 1, left - 1, last - 1, right - 1, rule)

    def _fills(self) -> None:
        """Fills of the heads of lists that have a line."""
        for row, left, right, listed in self.board.filled:
            first_line = self.places[self.board.page.name(f"{listed}.first"), None]
            rule = {
                "type": "formula",
                "criteria": f"={first_line}>0",
                "format": self.canvas.book.add_format({"bg_color": _FILLS["head"]}),
            }
            self.sheet.conditional_format(row - 1, left - 1, row - 1, right - 1, rule)

    def _rule(self, rule: Rule) -> None:
        """A look that follows a helper cell at the right of the page."""
        first_row, last_row = rule.rows
        first_column, last_column = rule.columns
        helper = xl_rowcol_to_cell(first_row - 1, rule.helper - 1, row_abs=False, col_abs=True)
        place = f"INT((COLUMN()-{first_column})/{max(rule.step, 1)})+1"
        if rule.is_place:
            criteria = f"={helper}={place}"
        elif rule.step:
            criteria = f'=MID({helper},{place},1)="{rule.says}"'
        else:
            criteria = f'={helper}="{rule.says}"'
        properties: dict[str, Any] = {"bold": True} if rule.bold else {}
        if rule.tone:
            properties["font_color"] = _TONES[rule.tone]
        if rule.fill:
            properties["bg_color"] = _FILLS.get(rule.fill) or _TONES[rule.fill]
        if rule.before or rule.after:
            before = f'"{rule.before} "' if rule.before else ""
            after = f'" {rule.after}"' if rule.after else ""
            properties["num_format"] = f"{before}{_FORMATS[rule.shows]}{after}"
        if rule.bottom:
            properties |= {"bottom": 1, "bottom_color": _TONES["line"]}
        if rule.left:
            properties |= {"left": 1, "left_color": _TONES["muted"]}
        self.sheet.conditional_format(
            first_row - 1,
            first_column - 1,
            last_row - 1,
            last_column - 1,
            {
                "type": "formula",
                "criteria": criteria,
                "format": self.canvas.book.add_format(properties),
            },
        )

    def _bars(self, barred: Barred) -> None:
        """Data bars that end at the largest number of their cells."""
        colour = _BAR if barred.tone == "light" else _TONES["accent"]
        rule = _data_bar(colour, {"max_type": "max"})
        first_row, last_row, column = barred.first_row - 1, barred.last_row - 1, barred.column - 1
        self.sheet.conditional_format(first_row, column, last_row, column, rule)

    def _heat(self, heated: tuple[int, int, int, int]) -> None:
        """Fills from white to the accent's light tone, by the largest number of the cells."""
        first_row, last_row, first_column, last_column = (place - 1 for place in heated)
        rule = {
            "type": "2_color_scale",
            "min_type": "num",
            "min_value": 0,
            "max_type": "max",
            "min_color": _WHITE,
            "max_color": _HOT,
        }
        self.sheet.conditional_format(first_row, first_column, last_row, last_column, rule)

    def _sign_rules(
        self, cell: Placed, signed_by: tuple[int, int], coloured: Literal["font_color", "bg_color"]
    ) -> None:
        sign_row, sign_column = signed_by
        sign = xl_rowcol_to_cell(sign_row - 1, sign_column - 1, row_abs=True, col_abs=True)
        row, column = cell.row - 1, cell.column - 1
        line = self._hairline(cell)
        for tone, signs in SIGN_TEXTS.items():
            any_of = ",".join(f'{sign}="{text}"' for text in signs)
            rule = {
                "type": "formula",
                "criteria": f"=OR({any_of})",
                "format": self.canvas.book.add_format({coloured: _TONES[tone], **line}),
            }
            self.sheet.conditional_format(row, column, row, column + cell.width - 1, rule)

    def _hairline(self, cell: Placed) -> dict[str, Any]:
        """The line below a cell of a list, for rules of its own.

        Of rules that hold for one cell Excel takes colour and line together, LibreOffice the first.
        """
        is_lined = any(
            first <= cell.row <= last and left <= cell.column <= right
            for first, last, left, right in self.board.lined
        )
        return {"bottom": 1, "bottom_color": _TONES["line"]} if is_lined else {}

    def _spark(self, row: int, column: int, series: str) -> None:
        self.sheet.add_sparkline(
            row,
            column,
            {
                "range": self.places[series, None],
                "type": "column",
                "series_color": "#C9CFD6",
                "last_point": True,
                "last_color": _TONES["accent"],
                "min": 0,
                "empty_cells": "gaps",
            },
        )

    def _print(self) -> None:
        sheet = self.sheet
        sheet.set_paper(9)
        # The side on which the page comes out larger.
        rows = range(1, self.board.row)
        height = sum(self.board.heights.get(row, ROW_PIXELS) for row in rows)
        width = COLUMNS * COLUMN_PIXELS + 2 * MARGIN_PIXELS
        short_side, long_side = _A4_PRINTED
        upright = min(short_side / width, long_side / height)
        lying = min(long_side / width, short_side / height)
        if upright > lying:
            sheet.set_portrait()
        else:
            sheet.set_landscape()
        sheet.set_margins(left=0.3, right=0.3, top=0.35, bottom=0.45)
        sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, self.board.row - 1, COLUMNS + 1)
        sheet.center_horizontally()
        sheet.set_footer("&L&8&F · &A&R&8&D")
        # Selectors alone take typing; there is no password, for nothing is kept from anybody.
        sheet.protect("", {"select_locked_cells": True, "objects": False})


def _data_bar(colour: str, end: dict[str, Any]) -> dict[str, Any]:
    """A plain data bar that begins at 0."""
    return {
        "type": "data_bar",
        "data_bar_2010": True,
        "bar_color": colour,
        "bar_solid": True,
        "bar_border_color": colour,
        "min_type": "num",
        "min_value": 0,
        **end,
    }


def _name_of_choices(choices: str) -> str:
    """The name by which dropdowns know what can be chosen."""
    return f"page_{choices}"


def _define_choices(canvas: Canvas) -> None:
    """Name what can be chosen: as many rows as say something, for one that ends in blanks looks
    broken.
    """
    hidden = hidden_sheet()
    any_page = seen_sheet(next(iter(boards())))
    places = spelling_for(any_page, canvas.language, sheet_names(canvas)).places
    for cell in hidden.cells:
        if cell.place == 0 and cell.name.endswith(".shown"):
            choices = cell.name.split(".")[1]
            sheet, _, area = places[cell.name, None].rpartition("!")
            first = area.partition(":")[0]
            filled = f'SUMPRODUCT(--({sheet}!{area}<>""))'
            source = f"=OFFSET({sheet}!{first},0,0,MAX(1,{filled}),1)"
            canvas.book.define_name(_name_of_choices(choices), source)


def write_pages(canvas: Canvas, layouts: list[SheetLayout]) -> None:
    """Draw every page."""
    _define_choices(canvas)
    for board in boards().values():
        PageDrawer(canvas, board, layouts).write()
