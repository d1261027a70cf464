"""What do the cells of a file with a column per product mean? Each becomes a line of its order.

Only the user knows whether 12 under a product is twelve pieces or twelve euros: `--column
amount="*"` says money, `--column quantity="*"` says pieces, which cost what Products says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from salesbook.cells.base import Reason, plain_text
from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import known_headers
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.intake.options import ImportOptions
from salesbook.money import to_float
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.store import Cell

EVERY_PRODUCT: Final = "*"
"""What `--column` says in the place of a header for the columns of all products."""
_PRODUCT, _LIST_PRICE = "Product", "List price"
_NOTHING: Final = ("0", "0.00", "0,00", "-", "–", "—")
"""How a table with a column per product says that nothing was sold."""


@dataclass(frozen=True, slots=True)
class _ProductColumn:
    """A column of the file that is a product of the workbook."""

    column: int
    product: str
    list_price: float | None
    """In currency units; missing where Products says none."""


def with_product_lines(
    source: ForeignTable, options: ImportOptions, policy: Policy, where: str
) -> tuple[ForeignTable, ImportOptions]:
    """Turn a file of orders with a column per product into one with a row per line.

    Args:
        where: the file's name.

    Returns: the file and the options as they are where it has no such columns.
    Raises: AmbiguousFile where nobody says what their cells are.
    """
    stars = [name for name in ("amount", "quantity") if options.columns.get(name) == EVERY_PRODUCT]
    if options.into != "Orders":
        return source, options
    products = _product_columns(source.headers, policy)
    if not stars and (len(products) < 2 or _has_lines(source.headers, options)):
        return source, options
    if len(stars) != 1 or not products:
        shown = tuple(source.headers[product.column] for product in products[:3])
        raise AmbiguousFile("products-unsaid", where=where, headers=shown)

    (field,) = stars
    value_header = "Amount" if field == "amount" else "Quantity"
    columns = {name: header for name, header in options.columns.items() if name != field}
    columns |= {field: value_header, "product": _PRODUCT}
    amount_from = options.amount_from
    if field == "quantity" and amount_from is None and "amount" not in options.columns:
        amount_from = f"{value_header}*{{{_LIST_PRICE}}}"
    long_table = _long_table(source, products, value_header)
    return long_table, replace(options, columns=columns, amount_from=amount_from)


def _product_columns(headers: Sequence[str], policy: Policy) -> list[_ProductColumn]:
    """Headers that are names of products, and no header of orders."""
    by_name = {fold_name(product.product): product for product in policy.products}
    known = known_headers("Orders")
    columns = []
    for column, header in enumerate(headers):
        product = by_name.get(fold_name(header))
        if product is None or fold_header(header) in known:
            continue
        price = product.list_price
        in_units = None if price is None else to_float(price, policy.decimals)
        columns.append(_ProductColumn(column, product.product, in_units))
    return columns


def _has_lines(headers: Sequence[str], options: ImportOptions) -> bool:
    """Whether the file has a row per line already: with a product, or with an amount."""
    known = known_headers("Orders")
    fields = {meaning.field for header in headers for meaning in known.get(fold_header(header), ())}
    return bool({"product", "amount"} & (fields | options.columns.keys()))


def _long_table(
    source: ForeignTable, products: Sequence[_ProductColumn], value_header: str
) -> ForeignTable:
    """A row per filled cell under a product, behind the cells of the row that it stands in."""
    of_products = {product.column for product in products}
    others = [column for column in range(len(source.headers)) if column not in of_products]
    new_place = {column: place for place, column in enumerate(others)}
    value_column = len(others) + 1

    formats = {
        (number, new_place[column]): shown
        for (number, column), shown in source.formats.items()
        if column in new_place
    }
    rows: list[RawRow] = []
    for row in source.rows:
        if row.fault is not None:
            rows.append(row)
            continue
        filled = [product for product in products if not _says_nothing(row.cells[product.column])]
        shown = {source.formats.get((row.number, product.column), "") for product in filled}
        rows += _lines(row, filled, others, is_mixed=len(shown) > 1)
        for word in shown:
            if word and len(shown) == 1:
                formats[row.number, value_column] = word

    headers = [source.headers[column] for column in others]
    return replace(
        source,
        headers=(*headers, _PRODUCT, value_header, _LIST_PRICE),
        rows=tuple(rows),
        formats=formats,
        computed=3,
    )


def _lines(
    row: RawRow, filled: Sequence[_ProductColumn], others: Sequence[int], *, is_mixed: bool
) -> list[RawRow]:
    """The lines of one row; one without product where no cell is filled, so that it is not lost."""
    head: tuple[Cell, ...] = tuple(row.cells[column] for column in others)
    if not filled:
        return [replace(row, cells=(*head, None, None, None))]
    lines = []
    for product in filled:
        cells = (*head, product.product, row.cells[product.column], product.list_price)
        # Two currencies in one row: a cell's format is kept by its row alone.
        fault = Reason("product-currencies") if is_mixed else None
        lines.append(replace(row, cells=cells, fault=fault))
    return lines


def _says_nothing(cell: Cell) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell == 0
    return is_blank(cell) or (isinstance(cell, str) and plain_text(cell) in _NOTHING)
