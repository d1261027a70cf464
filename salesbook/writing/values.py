"""What does a typed value look like in a cell? Frames become raw cells in
the workbook's language.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Sequence
from operator import eq
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook import labels
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.money import currency_decimals, to_floats
from salesbook.store import KEEP, Cell, NewCell
from salesbook.tables import FieldSpec, Kind
from salesbook.tables.lists import list_items, list_text

NUMBER_FORMATS: Final = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm"}
"""For a column whose cells show no date of their own."""


def cells_of(
    table: str, one: FieldSpec, frame: pd.DataFrame, *, language: Language, currency: str
) -> list[Cell]:
    """One field of a typed frame as raw cells; missing is None.

    Money and measures become decimals, choices and flags labels, messages sentences.
    """
    column = frame[one.name]
    if one.kind in (Kind.MONEY, Kind.MEASURE):
        return _short(np.array(amounts_of(one, frame, currency), dtype="float64"), column)
    if one.kind is Kind.COUNT:
        return _wholes(column)
    if one.kind in (Kind.NUMBER, Kind.RATE, Kind.DAYS):
        return _short(column.to_numpy(), column)
    if one.kind is Kind.DATE:
        return _moments(column, "datetime64[D]")
    if one.kind is Kind.DATETIME:
        return _moments(column, "datetime64[us]")
    if one.kind is Kind.MESSAGE:
        return [_said(value, language) for value in column]
    if one.kind is Kind.CHOICE:
        owner = f"{table}.{one.name}"
        return _mapped(column, lambda code: labels.choice(owner, str(code), language))
    if one.kind is Kind.FLAG:
        yes, no = (labels.choice("shared", code, language) for code in ("yes", "no"))
        return [None if value is pd.NA else (yes if value else no) for value in column]
    return _named(table, one, frame, language)


def _named(table: str, one: FieldSpec, frame: pd.DataFrame, language: Language) -> list[Cell]:
    """Texts, those that name something of ours by its label."""
    column = frame[one.name]
    if one.kind is Kind.TABLE:
        return _mapped(column, lambda code: labels.sheet_name(str(code), language))
    if one.kind is Kind.FIELD:
        pairs = list(zip(frame["table"], column, strict=True))
        known = {
            pair: labels.field_label(*pair, language)
            for pair in set(pairs)
            if isinstance(pair[1], str)
        }
        return [known.get(pair) for pair in pairs]
    if one.choices or one.fields_of:
        return _mapped(column, lambda names: _label_names(table, one, str(names), language))
    texts: list[Cell] = column.to_numpy(dtype=object, na_value=None).tolist()
    return texts


def _label_names(table: str, field: FieldSpec, text: str, language: Language) -> str:
    """Known names by their labels, alone or each of a list; what is none of ours stays as it is."""
    if field.fields_of:
        about = field.fields_of
        return list_text(labels.field_label(about, item, language) for item in list_items(text))
    owner = f"{table}.{field.name}"
    items = list_items(text) if field.kind is Kind.LIST else (text,)
    return list_text(
        labels.choice(owner, item, language) if item in field.choices else item for item in items
    )


def _wholes(column: pd.Series[Any]) -> list[Cell]:
    wholes = column.fillna(0).to_numpy(dtype="int64").tolist()
    return [
        None if gone else whole for whole, gone in zip(wholes, column.isna().tolist(), strict=True)
    ]


def _moments(column: pd.Series[Any], unit: str) -> list[Cell]:
    cells: list[Cell] = column.to_numpy().astype(unit).astype(object).tolist()
    return cells


def amounts_of(one: FieldSpec, frame: pd.DataFrame, currency: str) -> list[float | int]:
    """Money or measures as people see them, decimals of the currency or counts; 0 where missing."""
    whole = frame[one.name].fillna(0).to_numpy(dtype="int64")
    counts: list[float | int] = whole.tolist()
    places = currency_decimals(currency)
    decimals = to_floats(whole, places).tolist() if places else counts
    if one.kind is Kind.MONEY:
        return decimals
    rows = zip(decimals, counts, (frame["metric"] == "revenue").to_numpy(), strict=True)
    return [value if is_money else count for value, count, is_money in rows]


def _short(values: np.ndarray[Any, Any], column: pd.Series[Any]) -> list[Cell]:
    """Numbers of a column, whole ones as int, so that a cell holds 1200 and not 1200.0; missing is
    None.
    """
    cells = values.astype(object)
    whole = (values == np.floor(values)) & (np.abs(values) < 1e15)
    cells[whole] = values[whole].astype("int64")
    cells[column.isna().to_numpy()] = None
    found: list[Cell] = cells.tolist()
    return found


def _said(value: object, language: Language) -> Cell:
    if isinstance(value, Message):
        return labels.sentence(value, language)
    return value if isinstance(value, str) else None


def _mapped(column: pd.Series[Any], label: Callable[[object], str]) -> list[Cell]:
    known: dict[object, Cell] = {code: label(code) for code in column.dropna().unique()}
    return [known.get(code) for code in column.to_numpy(dtype=object)]


def same_cell(left: Cell, right: Cell) -> bool:
    """True where two raw cells hold the same: blank text is no text, 3 is 3.0, a bare date its
    midnight.

    Numbers are compared as a sheet shows them, to 15 digits: programs save the rest as they like.
    """
    if left in (None, "") and right in (None, ""):
        return True
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return _plain(left) == _plain(right)


def _plain(value: Cell) -> object:
    if isinstance(value, dt.date):
        return value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _digits(value)
    return value


_SHORT: Final = 16
"""Characters of at most 15 digits and a decimal sign."""


def _digits(number: float) -> str:
    """A number to 15 significant digits, spelled as Python does."""
    text = repr(float(number))
    return text if len(text) <= _SHORT else repr(float(f"{number:.15g}"))


def _spelled(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _digits(value)
    return str(_plain(value))


def changes_of(new: Sequence[Cell], old: Sequence[Cell]) -> list[NewCell]:
    """Cells that take the place of others, row by row: KEEP where the old one says the same."""
    if bool not in {*map(type, new), *map(type, old)}:  # else True would be 1
        if new == old:
            return [KEEP] * len(new)
        pairs = zip(map(eq, new, old), new, old, strict=True)
        return [KEEP if equal or same_cell(cell, was) else cell for equal, cell, was in pairs]
    return [KEEP if same_cell(cell, was) else cell for cell, was in zip(new, old, strict=True)]


_NONE: Final = type(None)


def fingerprint(columns: Sequence[Sequence[Cell]]) -> str:
    """A short hash of raw cells, equal for equal content as `same_cell` sees it."""
    digest = hashlib.blake2b(digest_size=8)
    for column in columns:
        digest.update("\x1f".join(_spellings(column)).encode("utf-8", "surrogatepass"))
        digest.update(b"\x1e")
    return digest.hexdigest()


def _spellings(column: Sequence[Cell]) -> Iterable[str]:
    """`_spelled` of each cell; a column of one kind is spelled at once."""
    kinds = set(map(type, column)) - {_NONE}
    if kinds <= {str}:
        return [cell or "" for cell in column]  # type: ignore[misc]
    if kinds <= {int, float}:
        return ["" if cell is None else _digits(cell) for cell in column]  # type: ignore[arg-type]
    if len(kinds) == 1:
        return map({cell: _spelled(cell) for cell in set(column)}.__getitem__, column)
    return map(_spelled, column)
