"""Which number format has each cell format of a style sheet? All else of a style sheet is left out.

A cell names its format by its place in `cellXfs`, and that one names a number format by its id,
which is built in or stands in `numFmts`. Fonts, fills, colours and named styles tell nothing of a
value, so that a style sheet that is odd in them is as good as any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.parsers import expat

from salesbook.errors import NotAWorkbook
from salesbook.hosts.number_formats import BUILT_IN, GENERAL, shows_date, shows_duration
from salesbook.hosts.package.guards import refuse_styles
from salesbook.hosts.package.xmlscan import whole_number

_PLAIN_ID, _DATE_ID, _DURATION_ID = 0, 14, 46
"""Number formats that every reader knows: General, a date, hours beyond 24."""
_NO_ID: Final = -1


def read_cell_formats(data: bytes, part: str) -> list[str]:
    """Read the number format of each cell format, in the order in which cells name them.

    Raises: UnsafeFile, NotAWorkbook.
    """
    refuse_styles(data, part)
    codes = dict(BUILT_IN)
    ids: list[int] = []
    path: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        # `numFmt` stands in conditional formats too, and `xf` among the named styles.
        holder = path[-1] if path else ""
        path.append(name)
        if name == "numFmt" and holder == "numFmts":
            format_id = whole_number(attributes.get("numFmtId"), _NO_ID)
            codes[format_id] = attributes.get("formatCode", GENERAL)
        elif name == "xf" and holder == "cellXfs":
            ids.append(whole_number(attributes.get("numFmtId")))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotAWorkbook("damaged-part", where=part) from error
    return [codes.get(format_id, GENERAL) for format_id in ids]


def plain_styles(codes: Sequence[str]) -> bytes:
    """Write a style sheet that tells the reader of each cell format whether it shows a date.

    The reader decides between numbers and dates by the format. What is decided here, once for all
    readers of the house, is handed to it in formats about which nobody can be in doubt.
    """
    formats = "".join(f'<xf numFmtId="{_kind_of(code)}"/>' for code in codes)
    return f"<styleSheet><cellXfs>{formats}</cellXfs></styleSheet>".encode()


def _kind_of(code: str) -> int:
    if not shows_date(code):
        return _PLAIN_ID
    return _DURATION_ID if shows_duration(code) else _DATE_ID
