"""Of which rows does `FIELD=VALUE` hold, with the value written as people write it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook import labels
from salesbook.book.selecting.fields import field_asked_for
from salesbook.book.selecting.people import NAMED_TABLES, key_of_name, names_in, resolved_column
from salesbook.book.session import Session
from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.field import options_for, parse_cell
from salesbook.errors import UsageError
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known
from salesbook.tables import TABLES, FieldSpec, Kind
from salesbook.tables.lists import list_items
from salesbook.writing.values import amounts_of, cells_of

_YEAR_OR_MONTH: Final = re.compile(r"(?P<year>\d{4})(?:[-/](?P<month>\d{1,2}))?")
"""`2026` and `2026-06`, which a date may fall in."""
_SHOWN_DECIMALS: Final = {Kind.NUMBER: 2, Kind.DAYS: 2, Kind.RATE: 3}
"""How many decimals of a number `show` prints (of a share: of its 25.3%); people type what they see."""
_HALF_A_CENT: Final = 0.005
_WORDS: Final = frozenset((Kind.ID, Kind.TEXT, Kind.TABLE, Kind.FIELD, Kind.LIST, Kind.MESSAGE))


@dataclass(frozen=True, slots=True)
class Condition:
    """What a field must hold."""

    field: FieldSpec
    typed: str
    """The value as typed; blank: the field has none."""
    value: Any = None
    """The typed value of a field that does not hold words."""


def read_condition(session: Session, table: str, text: str) -> Condition:
    """Read one `FIELD=VALUE`.

    Raises: UsageError where it is none, where the table has no such field, or where the field cannot
        hold such a value.
    """
    name, sign, typed = text.partition("=")
    if not sign or not name.strip():
        raise UsageError("bad-where", where="--where", found=text)

    field = field_asked_for(table, name.strip(), where="--where")
    typed = typed.strip().strip('"').strip()
    if not typed:
        return Condition(field, "")
    if field.kind in _WORDS:
        return Condition(field, typed)
    year_or_month = _YEAR_OR_MONTH.fullmatch(typed)
    if field.kind in (Kind.DATE, Kind.DATETIME) and year_or_month:
        if int(year_or_month["month"] or 1) not in range(1, 13):
            raise _refusal(f"{table}.{field.name}", field, typed)
        return Condition(field, typed)

    owner = f"{table}.{field.name}"
    rules = session.policy.rules
    options = CellOptions(currency=session.currency, fiscal_year_start=rules.fiscal_year_start)
    # 1,234 is a thousand here and 1.5 a half, as `show` prints them.
    kind = Kind.DATE if field.kind is Kind.DATETIME else field.kind
    reading = parse_cell(typed, kind, options_for(owner, field, options), decimal_rule="point")
    if isinstance(reading, Reason):
        raise _refusal(owner, field, typed)
    return Condition(field, typed, reading)


def _refusal(owner: str, field: FieldSpec, typed: str) -> UsageError:
    if field.kind is not Kind.CHOICE:
        return UsageError("bad-where-value", where="--where", found=typed, field=owner)
    return UsageError(
        "no-such-value",
        where="--where",
        found=typed,
        field=owner,
        known=f"{owner}={'|'.join(field.choices)}",
        nearest=labels.choices_like(owner, typed, field.choices),
    )


def rows_that_hold(
    session: Session, table: str, frame: pd.DataFrame, condition: Condition
) -> pd.Series[bool]:
    """Which of a table's rows hold what is asked for.

    Words are equal whatever their case and width, a reference also by the name of what it leads to, a
    list by one of its items, a sentence by words in it; a number by what `show` prints of it; a day
    also by its month or year.

    Args:
        frame: rows of the table.

    Raises: UsageError for a name that several have.
    """
    field = condition.field
    column = frame[field.name]
    if not condition.typed:
        return column.isna()
    if field.kind in _WORDS:
        return _holds_words(session, table, frame, condition)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        return _falls_on(column, condition)

    if field.kind is Kind.MEASURE:
        # Money or a count, as the row's metric says: only in its own unit can it be compared.
        amounts = pd.Series(amounts_of(field, frame, session.currency), index=frame.index)
        return column.notna() & ((amounts - float(condition.value)).abs() < _HALF_A_CENT)
    if field.kind in _SHOWN_DECIMALS:
        decimals = _SHOWN_DECIMALS[field.kind]
        return column.round(decimals) == round(condition.value, decimals)
    return (column == condition.value).fillna(False).astype(bool)


def _falls_on(column: pd.Series[Any], condition: Condition) -> pd.Series[bool]:
    """Which days are the day that is asked for, or fall in its month or year."""
    asked = _YEAR_OR_MONTH.fullmatch(condition.typed)
    if asked is None:
        return column.dt.normalize() == pd.Timestamp(condition.value)

    is_wanted = column.dt.year == int(asked["year"])
    if asked["month"]:
        is_wanted &= column.dt.month == int(asked["month"])
    return is_wanted


def _holds_words(
    session: Session, table: str, frame: pd.DataFrame, condition: Condition
) -> pd.Series[bool]:
    field = condition.field
    if field.ref is not None:
        key = key_of_name(session, field.ref, condition.typed)
        if key is not None:
            return resolved_column(session, table, field.name, frame) == key

    codes = frame[field.name]
    if field.kind is Kind.TABLE:
        return codes == labels.table_of_name(condition.typed, TABLES)

    # What stands there may be a code, or a label of either language.
    wanted = fold_name(condition.typed)
    is_wanted = codes.map(lambda code: _says(code, wanted, field.kind)).astype(bool)
    for language in labels.LANGUAGES:
        cells = cells_of(table, field, frame, language=language, currency=session.currency)
        says_it = [_says(cell, wanted, field.kind) for cell in cells]
        is_wanted |= pd.Series(says_it, index=frame.index, dtype=bool)
    return is_wanted


def value_like(session: Session, table: str, condition: Condition) -> tuple[str, ...]:
    """What of a field may be meant by a word that none of its rows holds; none where nothing is."""
    field = condition.field
    if field.kind not in _WORDS or field.kind is Kind.MESSAGE or not condition.typed:
        return ()
    frame = session.table(table).frame
    if rows_that_hold(session, table, frame, condition).any():
        return ()

    cells = cells_of(table, field, frame, language=session.language, currency=session.currency)
    known = {cell: cell for cell in cells if isinstance(cell, str)}
    if field.ref in NAMED_TABLES and session.has(field.ref):
        known |= {name: name for name in names_in(session, field.ref)}
    return nearest_known(condition.typed, known)


def _says(cell: object, wanted: str, kind: Kind) -> bool:
    if not isinstance(cell, str):
        return False
    if kind is Kind.MESSAGE:
        return wanted in fold_name(cell)
    if kind is Kind.LIST:
        return any(fold_name(item) == wanted for item in list_items(cell))
    return fold_name(cell) == wanted
