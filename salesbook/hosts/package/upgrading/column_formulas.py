"""Which columns are calculated, where a program left out of the table's part that they are?

Excel fills such a formula into new rows only if the table's part names it; LibreOffice drops it.
"""

from __future__ import annotations

from salesbook.hosts.formulas import UnsureError, column_formula
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.upgrading import tables
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.sheets import FORMULA
from salesbook.hosts.package.xmlscan import plain


def restore_formulas(edit: PackageEdit, table: TablePart) -> int:
    """Let a table say again which formula calculates a column; at least half of its cells hold it.

    Returns: for how many columns.
    """
    rows = SheetRows(edit.content(table.sheet.part), table.sheet.part, table.sheet.name)
    body = table.body
    formulas: dict[int, dict[int, str]] = {column: {} for column in body.columns}
    filled_rows = 0
    for number in rows.numbers:
        if not body.top <= number <= body.bottom:
            continue
        cells = rows.row(number).cells.items()
        in_table = [(column, cell) for column, cell in cells if column in formulas]
        filled_rows += any(rows.has_content(cell) for _, cell in in_table)
        for column, cell in in_table:
            formula = FORMULA.search(cell)
            if formula and formula[2]:
                formulas[column][number] = plain(formula[2].decode())

    restored = 0
    for column, by_row in formulas.items():
        header = table.headers[column - body.left]
        if not by_row or header in table.calculations:
            continue
        calculated = column_formula(by_row, filled_rows)
        if calculated is None:
            continue
        try:
            text = calculated.at(body.top)
        except UnsureError:
            continue
        data = edit.content(table.part)
        edit.set(table.part, tables.with_calculation(data, table.part, header, text))
        restored += 1
    return restored
