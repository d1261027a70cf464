"""What does a typed value look like in a cell, in the workbook's language?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook import labels
from salesbook.arrays import Floats
from salesbook.frames import is_known_scope, measures_money
from salesbook.labels import Language
from salesbook.labels.messages import BETWEEN_NAMES
from salesbook.messages import Message
from salesbook.money import currency_decimals, to_floats
from salesbook.store import Cell, NewCell
from salesbook.tables import MONEY_KINDS, FieldSpec, Kind
from salesbook.tables.lists import list_items

NUMBER_FORMATS: Final = {Kind.DATE: "yyyy-mm-dd", Kind.DATETIME: "yyyy-mm-dd hh:mm"}
"""For a column whose cells show no date of their own."""
_DETAIL_COLON: Final[Mapping[Language, str]] = {"en": ": ", "zh-CN": "："}
_SHOWN_DIGITS: Final = 15
_EXACT_POWERS: Final = 22
"""The highest power of ten that a float holds exactly."""
_SHEET_WHOLE: Final = 1e15
"""Whole numbers below this are exact in a sheet."""


def date_formats(columns: Mapping[str, Sequence[NewCell]]) -> dict[str, str]:
    """By header the number format of those columns that are given dates or times."""
    formats = {}
    for header, cells in columns.items():
        kinds = set(map(type, cells))
        if dt.datetime in kinds:
            formats[header] = NUMBER_FORMATS[Kind.DATETIME]
        elif dt.date in kinds:
            formats[header] = NUMBER_FORMATS[Kind.DATE]
    return formats


def cells_of(
    table: str, field: FieldSpec, frame: pd.DataFrame, *, language: Language, currency: str
) -> list[Cell]:
    """One field of a typed frame as raw cells; missing is None.

    Money and measures become decimals, choices and flags labels, messages sentences.
    """
    column = frame[field.name]
    if field.kind in MONEY_KINDS:
        amounts = np.array(amounts_of(field, frame, currency), dtype="float64")
        return _short_numbers(amounts, column)
    if field.kind is Kind.COUNT:
        return _whole_numbers(column)
    if field.kind in (Kind.NUMBER, Kind.RATE, Kind.DAYS):
        numbers = column.to_numpy(dtype="float64", na_value=np.nan)
        return _short_numbers(fifteen_digits(numbers), column)
    if field.kind is Kind.DATE:
        return _moments(column, "datetime64[D]")
    if field.kind is Kind.DATETIME:
        return _moments(column, "datetime64[us]")
    if field.kind is Kind.MESSAGE:
        return [_sentence(value, language) for value in column]
    if field.kind is Kind.FLAG:
        return _yes_or_no(column, language)
    return _words(table, field, frame, language)


def _words(table: str, field: FieldSpec, frame: pd.DataFrame, language: Language) -> list[Cell]:
    """Texts, those that name something of ours by its label."""
    column = frame[field.name]
    owner = f"{table}.{field.name}"
    if field.kind is Kind.CHOICE:
        return _mapped(column, lambda code: labels.choice(owner, str(code), language))
    if field.kind is Kind.TABLE:
        return _mapped(column, lambda code: labels.sheet_name(str(code), language))
    if field.kind is Kind.FIELD:
        return _field_labels(frame["table"], column, language)
    if field.kind is Kind.LEFT:
        return _mapped(column, lambda left: labels.left_in_sheets(str(left), language))

    texts: list[Cell] = column.to_numpy(dtype=object, na_value=None).tolist()
    if not field.choices and not field.fields_of:
        return texts
    called = _mapped(column, lambda names: label_names(owner, field, str(names), language))
    if f"{field.name}_kind" not in frame:
        return called
    is_ours = is_known_scope(frame[f"{field.name}_kind"], column)
    return [
        label if ours else text for label, text, ours in zip(called, texts, is_ours, strict=True)
    ]


def _field_labels(tables: pd.Series[Any], fields: pd.Series[Any], language: Language) -> list[Cell]:
    """The header of each field of the table that stands beside it."""
    pairs = list(zip(tables, fields, strict=True))
    label_by_pair = {
        (table, name): labels.field_label(table, name, language)
        for table, name in set(pairs)
        if isinstance(name, str)
    }
    return [label_by_pair.get(pair) for pair in pairs]


def label_names(owner: str, field: FieldSpec, text: str, language: Language) -> str:
    """Known names by their labels, alone or each of a list; what is none of ours stays as it is.

    Args: owner is `Table.field`.
    """

    def label(item: str) -> str:
        if field.fields_of:
            return labels.field_label(field.fields_of, item, language)
        return known_name(owner, field, item, language)

    items = list_items(text) if field.kind is Kind.LIST else (text,)
    return BETWEEN_NAMES[language].join(label(item) for item in items)


def known_name(owner: str, field: FieldSpec, code: str, language: Language) -> str:
    """What a name of ours is called, with the detail that follows it; another as it is.

    Args: owner is `Table.field`.
    """
    if code in field.choices:
        return labels.choice(owner, code, language)
    head, colon, detail = code.partition(":")
    if field.detailed and colon and head in field.choices:
        return f"{labels.choice(owner, head, language)}{_DETAIL_COLON[language]}{detail}"
    return code


def _yes_or_no(column: pd.Series[Any], language: Language) -> list[Cell]:
    yes, no = (labels.choice("shared", code, language) for code in ("yes", "no"))
    return [None if value is pd.NA else (yes if value else no) for value in column]


def _whole_numbers(column: pd.Series[Any]) -> list[Cell]:
    numbers = column.fillna(0).to_numpy(dtype="int64").tolist()
    is_missing = column.isna().tolist()
    return [
        None if missing else number for number, missing in zip(numbers, is_missing, strict=True)
    ]


def _moments(column: pd.Series[Any], unit: str) -> list[Cell]:
    cells: list[Cell] = column.to_numpy().astype(unit).astype(object).tolist()
    return cells


def amounts_of(field: FieldSpec, frame: pd.DataFrame, currency: str) -> list[float | int]:
    """Money or measures as people see them, decimals of the currency or counts; 0 where missing."""
    minor = frame[field.name].fillna(0).to_numpy(dtype="int64")
    counts: list[float | int] = minor.tolist()
    places = currency_decimals(currency)
    decimals = to_floats(minor, places).tolist() if places else counts
    if field.kind is Kind.MONEY:
        return decimals
    is_money = measures_money(frame["metric"])
    return [
        value if money else count
        for value, count, money in zip(decimals, counts, is_money, strict=True)
    ]


def _short_numbers(values: np.ndarray[Any, Any], column: pd.Series[Any]) -> list[Cell]:
    """Numbers, whole ones as int, so that a cell holds 1200 and not 1200.0; missing is None."""
    is_whole = (values == np.floor(values)) & (np.abs(values) < _SHEET_WHOLE)
    objects = values.astype(object)
    objects[is_whole] = values[is_whole].astype("int64")
    objects[column.isna().to_numpy()] = None
    cells: list[Cell] = objects.tolist()
    return cells


def fifteen_digits(values: Floats) -> Floats:
    """Numbers as a sheet shows them, to 15 significant digits.

    Programs save the digits beyond as they like, 16 or 17 of them. What has no such digits comes
    back from all of them as it was, so that nobody takes a number for one that somebody typed.

    Args: values may hold nan and infinity, which stay.
    """
    rounded = values.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.abs(values)
        exponents = np.floor(np.log10(sizes))
        # The logarithm of 9999999999999.99 is 13 to a float.
        exponents -= 10.0**exponents > sizes
        decimals = _SHOWN_DIGITS - 1 - exponents
        # Beyond, a power of ten is no exact float, and rounding by it would add digits.
        is_plain = (decimals >= 0) & (decimals <= _EXACT_POWERS)
        scale = 10.0 ** decimals[is_plain]
        rounded[is_plain] = np.rint(values[is_plain] * scale) / scale

    is_other = np.isfinite(values) & (values != 0) & ~is_plain
    rounded[is_other] = [float(f"{value:.{_SHOWN_DIGITS}g}") for value in values[is_other]]
    return rounded


def _sentence(value: object, language: Language) -> Cell:
    if isinstance(value, Message):
        return labels.sentence(value, language)
    return value if isinstance(value, str) else None


def _mapped(column: pd.Series[Any], label: Callable[[object], str]) -> list[Cell]:
    label_by_code: dict[object, Cell] = {code: label(code) for code in column.dropna().unique()}
    return [label_by_code.get(code) for code in column.to_numpy(dtype=object)]
