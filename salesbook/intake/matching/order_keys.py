"""Which lines of a file are one order, where no column of the file is known to say so?

An order's key is only made up where the user says so (`--make-keys`), or where nothing in the file
could be one: then each line is an order of its own, and that is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from salesbook.cells.base import plain_text
from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.options import ImportOptions
from salesbook.intake.rows import FileRow
from salesbook.messages import Message

_KEY_WORD: Final = re.compile(
    r"(?:^|[\s_\-.])(?:no|nos|nr|num|number|numero|número|id|ref|reference|code|key)\.?$|#$|^#"
    r"|(?:beleg|auftrags?|rechnungs?|bestell|vorgangs?|vertrags?)[\s_-]?(?:nr|nummer)?\.?$"
    r"|^(?:document|doc|receipt|voucher|invoice|order|transaction|contract|facture|factura|pedido)$"
    r"|(?:编号|编码|单号|单据|号码|流水号|票号|合同号|凭证号?|單號|編號)$",
    re.IGNORECASE,
)
"""A header that may name a key: `Belegnr`, `Doc. No`, `Voucher #`, `单据编号`."""
_OF_SOMETHING_ELSE: Final = re.compile(
    r"phone|tel|fax|mobile|zip|postal|post|tax|vat|account|customer|client|debitor|kunden|item|product|sku"
    r"|article|artikel|material|line|row|pos(?:ition)?\b|batch|serial|bank|card|store|branch|rep\b|sales"
    r"|employee|staff|user|电话|手机|传真|邮编|税|账号|帐号|客户|产品|商品|物料|货|行号|序号|批号|门店|员工|银行|身份证",
    re.IGNORECASE,
)
"""What numbers other than an order's are numbers of."""
_LONGEST: Final = 40


def refuse_hidden_key(source: ForeignTable, header_map: HeaderMap, options: ImportOptions) -> None:
    """Stop an import of orders without keys where a column looks like their key.

    Raises: AmbiguousFile that names the column.
    """
    is_told = options.make_keys or "order_id" in options.columns or "order_id" in options.ignored
    if options.into != "Orders" or header_map.has("order_id") or is_told:
        return
    headers = key_headers(source, header_map)
    if headers:
        raise AmbiguousFile(
            "order-key-unsaid",
            where=headers[0],
            option="--column",
            field="order_id",
            choices=tuple(headers),
            switches=("--make-keys",),
        )


def key_headers(source: ForeignTable, header_map: HeaderMap) -> list[str]:
    """Columns that go into no field and look like the keys of orders, in the file's order.

    The header sounds like a number of something, every sound row has a value with a digit in it,
    and lines of one value agree in all that is of the order and not of the line: its customer and
    its day. A column that merely counts the lines is no key.
    """
    taken = {column.column for column in header_map.columns}
    of_order = [
        column.column
        for column in header_map.columns
        if column.field in ("customer_id", "ordered_on")
    ]
    rows = [row.cells for row in source.rows if row.fault is None]
    headers = []
    for column, header in enumerate(source.headers):
        sounds_like_key = _KEY_WORD.search(header) and not _OF_SOMETHING_ELSE.search(header)
        if column in taken or not sounds_like_key or not rows:
            continue
        values = [_text(cells[column]) for cells in rows]
        groups = [tuple(_text(cells[other]) for other in of_order) for cells in rows]
        if _are_keys(values, groups):
            headers.append(header)
    return headers


def _text(cell: object) -> str:
    if is_blank(cell):  # type: ignore[arg-type]
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return plain_text(str(cell))


def _are_keys(values: Sequence[str], groups: Sequence[tuple[str, ...]]) -> bool:
    is_each_a_key = all(
        value and len(value) <= _LONGEST and any(map(str.isdigit, value)) for value in values
    )
    counts_lines = values == [str(number) for number in range(1, len(values) + 1)]
    group_of: dict[str, tuple[str, ...]] = {}
    agree = all(
        group_of.setdefault(value, group) == group
        for value, group in zip(values, groups, strict=True)
    )
    return is_each_a_key and agree and not (counts_lines and len(values) > 1)


def reject_unkeyed(rows: Sequence[FileRow], header_map: HeaderMap, options: ImportOptions) -> None:
    """Reject lines without a key in a file whose other lines have one, unless keys may be made.

    A blank there may mean the order above or one that nobody numbered: only the user knows.
    """
    if options.into != "Orders" or options.make_keys or not header_map.has("order_id"):
        return
    for row in rows:
        if not row.faults and "order_id" not in row.values:
            row.reject("order_id", "order-without-key")


def notes_of_keys(
    header_map: HeaderMap, options: ImportOptions, accepted: int
) -> tuple[Message, ...]:
    """Say that each line without a key is an order of its own."""
    if options.into != "Orders" or header_map.has("order_id") or not accepted:
        return ()
    return (Message("orders.each-line", {"count": accepted}),)
