"""What do the columns hold of which an amount is made: numbers, or shares such as a discount?

A share is only read where one reading is possible. 10 % of a price and a tenth of one per cent of it
are both plausible discounts, so a column that may be either is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from salesbook.cells.base import CellOptions, Reading, Reason, shown
from salesbook.cells.column import shared_decimals
from salesbook.cells.frame import read_values
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_note
from salesbook.intake.columns.headers import column_name
from salesbook.intake.file.read_as import NOTHING, Rates, ReadAs, as_read
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.intake.money.amount_expression import AmountExpression
from salesbook.messages import Message
from salesbook.money import exact
from salesbook.store import Cell
from salesbook.tables import Kind

SHARE_UNCLEAR: Final = "share-unclear"

_PAID_SHARES: Final = frozenset(map(fold_header, ("折扣", "折扣率", "折率")))
"""Headers of what a price is multiplied by: 0.85 or `85%`, but also 85, and 8.5 for 八五折."""
_UNLIMITED: Final = 1e12


def bare_of_unit(header: str) -> str:
    """A header as it is compared, without the unit in brackets behind it."""
    return fold_header(re.sub(r"\s*[(\[【（][^()（）]*[)\]】）]\s*$", "", header))


def read_operands(
    source: ForeignTable,
    rows: Sequence[RawRow],
    columns: Mapping[str, int],
    expression: AmountExpression,
    options: CellOptions,
) -> tuple[dict[str, list[Reading]], list[Message], dict[str, ReadAs]]:
    """Read the columns of an expression; a column of shares tells whether it is in per cent.

    Args:
        rows: those without a fault.
        columns: place by header, as the expression names it.

    Returns: readings by header, one for each row; what was understood of shares; and what each column
        has decided, by `column_name`.
    """
    cells = {header: [row.cells[column] for row in rows] for header, column in columns.items()}
    signs: Mapping[str, Any] = dict.fromkeys(columns, options.decimal)
    if options.decimal is None:
        signs = dict(zip(columns, shared_decimals(list(cells.values())), strict=True))

    read: dict[str, list[Reading]] = {}
    notes: list[Message] = []
    decided: dict[str, ReadAs] = {}
    for header, column in columns.items():
        shown_header = source.headers[column]
        note = header_note(shown_header)
        name = column_name(column, source.headers)
        known = source.read_as.get(name, NOTHING)
        of_column = known.options(
            cells[header], replace(options, decimal=signs[header], scale=note.scale)
        )
        decided[name] = as_read(cells[header], (), Kind.NUMBER, of_column)
        shown_as_share = [source.formats.get((row.number, column)) == "%" for row in rows]
        if header not in expression.shares:
            read[header] = _numbers(
                cells[header],
                _are_bare(cells[header], shown_as_share),
                of_column,
                shown_header,
                says_unit=expression.says_unit,
                is_factor=header in expression.factors,
            )
            continue

        says_percent = note.percent or "%" in shown_header
        values, is_percent, rates = _shares(
            cells[header],
            shown_as_share,
            of_column,
            shown_header,
            says_percent=says_percent,
            known=known.rates,
        )
        decided[name] = replace(decided[name], rates=rates)
        read[header] = values
        code = "amount.per-cent" if is_percent else "amount.share"
        notes.append(Message(code, {"header": shown_header}))
    return read, notes, decided


def _are_bare(cells: Sequence[Cell], shown_as_share: Sequence[bool]) -> list[bool]:
    """Which cells are numbers without a percent sign, of their own or of their format."""
    return [
        not is_share and not (isinstance(cell, str) and "%" in cell.replace("％", "%"))
        for cell, is_share in zip(cells, shown_as_share, strict=True)
    ]


def _unclear(header: str, cell: Cell) -> Reason:
    return Reason(SHARE_UNCLEAR, {"header": header, "found": shown(cell)})


def _numbers(  # noqa: PLR0913 - what the column and the expression say of the unit
    cells: Sequence[Cell],
    is_bare: Sequence[bool],
    options: CellOptions,
    header: str,
    *,
    says_unit: bool,
    is_factor: bool,
) -> list[Reading]:
    """Read a column as plain numbers; a reason for each that the expression would take wrongly.

    - Where the expression divides by 100, `10%`, which is 0.1, would become a thousandth.
    - Under `Discount %` 10 is a tenth, and the expression takes it for ten.
    - A price less `10%` is not the price less 0.1; as a factor it is clear.
    - Under 折扣 85 and 8.5 both mean that 85 % are paid, and a price times 85 is no price. A 1
      beside them may be a tenth, a hundredth or all.
    """
    numbers = read_values(cells, Kind.NUMBER, options)
    is_paid_share = is_factor and bare_of_unit(header) in _PAID_SHARES
    has_other_unit = is_paid_share and any(
        bare and isinstance(number, int | float) and abs(number) > 1
        for number, bare in zip(numbers, is_bare, strict=True)
    )
    if says_unit:
        bare_is_wrong, share_is_wrong = False, True
    else:
        bare_is_wrong = "%" in header or has_other_unit
        share_is_wrong = not is_factor

    clear: list[Reading] = []
    for cell, number, bare in zip(cells, numbers, is_bare, strict=True):
        is_wrong = bare_is_wrong if bare else share_is_wrong
        # Nothing is nothing in every unit.
        is_amount = isinstance(number, int | float) and number != 0
        clear.append(_unclear(header, cell) if is_wrong and is_amount else number)
    return clear


def _shares(  # noqa: PLR0913 - what the column and the whole file say of the unit
    cells: Sequence[Cell],
    shown_as_share: Sequence[bool],
    options: CellOptions,
    header: str,
    *,
    says_percent: bool,
    known: Rates | None,
) -> tuple[list[Reading], bool, Rates | None]:
    """Read shares such as discounts: `10%`, 0.1, or 10 where the column is in per cent.

    The column decides: its header says `%`, or some bare number in it is above 1, which no share of
    a price can be. A column with 15 and 0.1 contradicts itself: 15 can only be per cent, but 0.1 may
    as well be a tenth. A blank cell is no discount.

    Args:
        known: what the bare numbers of the file were from which these rows were rejected.

    Returns: shares from 0 to 1, or reasons; whether bare numbers were per cents; and what they
        prove for rows that come later.
    """
    anything = replace(options, rate_limit=_UNLIMITED, percent=False)
    as_typed = read_values(cells, Kind.RATE, anything)
    is_bare = _are_bare(cells, shown_as_share)
    bare_numbers = [
        abs(value)
        for value, bare in zip(as_typed, is_bare, strict=True)
        if bare and isinstance(value, float)
    ]
    has_per_cents = known in ("percent", "bare-unclear") or any(
        number > 1 for number in bare_numbers
    )
    has_fractions = known in ("share", "bare-unclear") or any(
        0 < number < 1 for number in bare_numbers
    )
    is_percent = says_percent or has_per_cents
    contradicts = not says_percent and has_per_cents and has_fractions

    shares: list[Reading] = []
    for cell, value, bare in zip(cells, as_typed, is_bare, strict=True):
        if value is None:
            shares.append(0.0)
            continue
        if not isinstance(value, float):
            shares.append(value)
            continue
        share = float(exact(value) / 100) if bare and is_percent else value
        # A bare 1 among shares is one per cent or all of the price: nobody can tell.
        may_be_either = bare and (
            (contradicts and 0 < value <= 1) or (not is_percent and value == 1)
        )
        if may_be_either or not 0 <= share <= 1:
            shares.append(_unclear(header, cell))
        else:
            shares.append(share)
    return shares, is_percent, _proved(has_per_cents=has_per_cents, has_fractions=has_fractions)


def _proved(*, has_per_cents: bool, has_fractions: bool) -> Rates | None:
    """What a column's bare numbers are; nothing where it has none that tells."""
    if has_per_cents and has_fractions:
        return "bare-unclear"
    if has_per_cents:
        return "percent"
    return "share" if has_fractions else None
