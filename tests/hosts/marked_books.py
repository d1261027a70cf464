"""A workbook on whose rows people put everything that they can, for every host the same."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from salesbook.store import Annotation, Cell, Mark, TableCells
from tests.hosts.books import bend, put_cell, swap

HEADERS = ("key", "amount", "own", "double")
ROWS: tuple[tuple[Cell, ...], ...] = (
    ("K0", 1.5, "call", 3.0),
    ("K1", 2.5, None, "DO NOT CALL"),
    ("K2", None, "x", 0.0),
    ("K3", 4.5, None, 9.0),
    ("K4", 5.5, 2.0, 11.0),
    ("K5", 6.5, None, 13.0),
)
TOP = 4
"""Sheet row of the first body row."""
COLOUR, WHOLE_ROW = "#FFC000", "#92D050"
THREAD = (
    '[{"author": "Ann Lee", "at": "2026-05-01T09:30:00.00", "text": "Why so low?"}, '
    '{"author": "王伟", "at": "2026-05-02T10:00:00.00", "text": "A discount."}]'
)
MARKS = (
    Annotation(0, "key", Mark.COLOUR, COLOUR),
    Annotation(0, "amount", Mark.NOTE, "Checked on Monday\nby Ann & Co"),
    Annotation(1, "own", Mark.LINK, "https://example.com/a?b=1&c=2#part"),
    Annotation(1, "double", Mark.VALUE, "DO NOT CALL"),
    Annotation(2, "key", Mark.THREAD, THREAD),
    Annotation(2, "key", Mark.HEIGHT, "42"),
    Annotation(3, "own", Mark.LINK, "#Other!A1"),
    Annotation(4, "key", Mark.COLOUR, WHOLE_ROW),
    Annotation(4, "amount", Mark.COLOUR, WHOLE_ROW),
    Annotation(4, "own", Mark.FORMULA, "=1+1"),
    Annotation(4, "own", Mark.COLOUR, WHOLE_ROW),
    Annotation(4, "double", Mark.COLOUR, WHOLE_ROW),
    Annotation(5, "own", Mark.NOTE, "备注"),
)
"""By row, then by column, as hosts hand them out."""

_THREADS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments" \
xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><threadedComment ref="B6" \
dT="2026-05-01T09:30:00.00" personId="{11111111-0000-4000-8000-000000000001}" \
id="{AAAAAAAA-0000-4000-8000-000000000001}"><text>Why so low?</text></threadedComment>\
<threadedComment ref="B6" dT="2026-05-02T10:00:00.00" \
personId="{11111111-0000-4000-8000-000000000002}" id="{AAAAAAAA-0000-4000-8000-000000000002}" \
parentId="{AAAAAAAA-0000-4000-8000-000000000001}"><text>A discount.</text></threadedComment>\
</ThreadedComments>"""
_PERSONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">\
<person displayName="Ann Lee" id="{11111111-0000-4000-8000-000000000001}" userId="ann" \
providerId="None"/><person displayName="王伟" id="{11111111-0000-4000-8000-000000000002}" \
userId="wei" providerId="None"/></personList>"""
_MICROSOFT = "http://schemas.microsoft.com/office/2017/10/relationships"
_TWIN = "[Threaded comment]\n\nYour version of Excel ...\n\nComment:\n    Why so low?"


def marked_table() -> TableCells:
    """What the table holds, without what people put beside its values."""
    columns = tuple([row[at] for row in ROWS] for at in range(len(HEADERS)))
    calculated = frozenset({"double"})
    return TableCells("Deals", "Calls", HEADERS, columns, TOP, 2, calculated=calculated)


def marked_book(path: Path) -> Path:
    """Make the book: the table at B3, with a note on a header and one beside the table."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Calls")
        book.add_worksheet("Other").write("A1", "elsewhere")
        grey = {"bg_color": "#F4F6F8"}
        usual = book.add_format(grey)
        sheet.set_column(1, 4, 12, usual)
        columns: list[dict[str, object]] = [{"header": header} for header in HEADERS]
        columns[3]["formula"] = "=[@amount]*2"
        last = TOP - 1 + len(ROWS) - 1
        sheet.add_table(TOP - 2, 1, last, 4, {"name": "Deals", "columns": columns})
        whole_row = book.add_format({"bg_color": WHOLE_ROW})
        one_cell = book.add_format({"bg_color": COLOUR})
        for row, values in enumerate(ROWS, start=TOP - 1):
            shown = whole_row if row == TOP + 3 else usual
            for place, value in enumerate(values[:3]):
                sheet.write_blank(row, 1 + place, None, shown)
                if value is not None:
                    put_cell(sheet, (row, 1 + place), value, None)
                    sheet.write(row, 1 + place, value, shown)
            if isinstance(values[3], str):
                sheet.write_string(row, 4, values[3], shown)
            else:
                formula = "=Deals[[#This Row],[amount]]*2"
                sheet.write_formula(row, 4, formula, shown, values[3])

        sheet.write_string(TOP - 1, 1, "K0", one_cell)
        sheet.write_formula(TOP + 3, 3, "=1+1", whole_row, 2)
        sheet.set_row(TOP + 1, 42)
        sheet.write_comment(TOP - 2, 1, "A header's note", {"author": "salesbook"})
        sheet.write_comment(TOP - 1, 2, "Checked on Monday\nby Ann & Co", {"author": "Ann"})
        sheet.write_comment(
            TOP + 1, 1, _TWIN, {"author": "tc={AAAAAAAA-0000-4000-8000-000000000001}"}
        )
        sheet.write_comment(TOP + 4, 3, "备注", {"author": "王伟"})
        sheet.write_comment(TOP, 7, "Beside the table", {"author": "Ann"})
        url = "https://example.com/a?b=1&c=2#part"
        sheet.write_url(TOP, 3, url, usual, string=" ")
        sheet.write_blank(TOP, 3, None, usual)
        sheet.write_url(TOP + 2, 3, "internal:Other!A1", usual, string=" ")
        sheet.write_blank(TOP + 2, 3, None, usual)
        bars = {"type": "data_bar", "data_bar_2010": True}
        sheet.conditional_format(TOP + 1, 2, TOP + 1, 2, bars)
        sheet.conditional_format(TOP - 1, 2, last, 2, {"type": "3_color_scale"})
        rule = {"type": "formula", "criteria": "=$B6>1", "format": one_cell}
        sheet.conditional_format(TOP + 1, 1, TOP + 1, 4, rule)
    return with_threads(path)


def with_threads(path: Path) -> Path:
    """Put the thread into the book: XlsxWriter knows none."""
    kind = "application/vnd.ms-excel"
    types = (
        f'<Override PartName="/xl/threadedComments/threadedComment1.xml" '
        f'ContentType="{kind}.threadedcomments+xml"/>'
        f'<Override PartName="/xl/persons/person.xml" ContentType="{kind}.person+xml"/></Types>'
    )
    thread = (
        f'<Relationship Id="rIdT" Type="{_MICROSOFT}/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    person = (
        f'<Relationship Id="rIdP" Type="{_MICROSOFT}/person" '
        'Target="persons/person.xml"/></Relationships>'
    )
    return bend(
        path,
        {
            "xl/threadedComments/threadedComment1.xml": _THREADS.encode(),
            "xl/persons/person.xml": _PERSONS.encode(),
            "[Content_Types].xml": swap(b"</Types>", types.encode()),
            "xl/worksheets/_rels/sheet1.xml.rels": swap(b"</Relationships>", thread.encode()),
            "xl/_rels/workbook.xml.rels": swap(b"</Relationships>", person.encode()),
        },
    )
