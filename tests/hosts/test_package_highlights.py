"""Which cells did somebody fill with a colour, in a sheet whose columns have colours of their own?"""

from __future__ import annotations

import re
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from salesbook.hosts.area import Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.usual_formats import UsualFormats

STYLES = (
    b"<styleSheet><fills><fill/><fill/>"
    b'<fill><patternFill patternType="solid"><fgColor rgb="FFFF0000"/></patternFill></fill>'
    b'<fill><patternFill patternType="solid"><fgColor rgb="FF00FF00"/></patternFill></fill></fills>'
    b'<cellXfs><xf fillId="0"/><xf fillId="2"/><xf fillId="3"/><xf fillId="2" numFmtId="14"/>'
    b"</cellXfs></styleSheet>"
)
STYLE_COLOURS = {0: None, 1: "#FF0000", 2: "#00FF00", 3: "#FF0000"}
LETTERS = "ABC"


def sheet(styles_by_row: list[tuple[int, ...]], sheet_columns: tuple[int, ...]) -> bytes:
    """A sheet of cells in these formats under columns in those; every cell holds a number."""
    columns = "".join(
        f'<col min="{number}" max="{number}" style="{style}"/>'
        for number, style in enumerate(sheet_columns, start=1)
    )
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{letter}{number}"' + (f' s="{style}"' if style else "") + "><v>1</v></c>"
            for letter, style in zip(LETTERS, styles, strict=True)
        )
        + "</row>"
        for number, styles in enumerate(styles_by_row, start=1)
    )
    cells = f"<cols>{columns}</cols><sheetData>{rows}</sheetData>"
    return f"<worksheet>{cells}</worksheet>".encode()


def highlighted(data: bytes, row_count: int) -> list[tuple[int, int, str]]:
    rows = SheetRows(data, "sheet1.xml", "Sheet1")
    styles = Styles(STYLES, "styles.xml", list)
    body = Area(1, 1, row_count, len(LETTERS))
    return sorted(UsualFormats(rows, body, styles).highlighted())


one_style = st.integers(0, 3)
rows_of_styles = st.lists(st.tuples(one_style, one_style, one_style), min_size=1, max_size=12)


@given(rows_of_styles, st.tuples(one_style, one_style, one_style))
def test_highlights_do_not_hang_on_how_cells_are_spelled(
    styles_by_row: list[tuple[int, ...]], sheet_columns: tuple[int, ...]
) -> None:
    """`<c s="1" r="B2">` is the same cell as `<c r="B2" s="1">`, which is looked at more quickly."""
    usual = sheet(styles_by_row, sheet_columns)
    odd = re.sub(rb'<c r="(\w+)" s="(\d)">', rb'<c s="\2" r="\1">', usual)
    row_count = len(styles_by_row)
    assert highlighted(usual, row_count) == highlighted(odd, row_count)


@given(rows_of_styles, st.tuples(one_style, one_style, one_style))
def test_a_highlight_is_a_colour_that_its_column_does_not_have(
    styles_by_row: list[tuple[int, ...]], sheet_columns: tuple[int, ...]
) -> None:
    """A fill is a person's unless the sheet column has it, or most cells of the column do."""
    row_count = len(styles_by_row)
    expected = []
    for place, sheet_style in enumerate(sheet_columns):
        colours = [STYLE_COLOURS[row[place]] for row in styles_by_row]
        for number, colour in enumerate(colours, start=1):
            is_usual = (row_count > 1 and 2 * colours.count(colour) > row_count) or (
                row_count == 1 and not sheet_style
            )
            if colour and colour != STYLE_COLOURS[sheet_style] and not is_usual:
                expected.append((number, place + 1, colour))
    assert highlighted(sheet(styles_by_row, sheet_columns), row_count) == sorted(expected)


def test_columns_painted_by_a_template_cost_no_look_at_each_cell() -> None:
    """A column of the user's own is white beside painted ones, which made every cell be parsed."""
    row_count = 20_000
    took = []
    for styles in ((1, 1, 1), (1, 1, 0)):
        data = sheet([styles] * row_count, styles)
        started = process_time()
        assert highlighted(data, row_count) == []
        took.append(process_time() - started)
    alike, different = took
    assert different < 5 * alike
