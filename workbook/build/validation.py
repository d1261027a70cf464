"""What does a cell offer and accept? Dropdowns and bounds for the columns that people fill."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from salesbook.tables import FieldSpec, Kind
from workbook.build.canvas import LAST_ROW, Canvas, Spot
from workbook.build.names import FLAGS, SET, SWITCH, choice_name, key_name, referenced

_EARLIEST: Final = dt.date(1990, 1, 1)
_LOWEST: Final = -1e15
_WHOLE: Final = frozenset({Kind.COUNT})
_NUMERIC: Final = frozenset(
    {Kind.MONEY, Kind.MEASURE, Kind.NUMBER, Kind.RATE, Kind.DAYS, Kind.COUNT}
)


def rule(canvas: Canvas, table: str, field: FieldSpec) -> dict[str, Any]:
    """What a field's cells take.

    Only choices are strict. All else gives a warning, for the checks judge it and give reasons.
    """
    reference = referenced(table, field)
    if field.kind is Kind.CHOICE:
        return _listed(canvas, choice_name(f"{table}.{field.name}"), "stop", "choice")
    if field.kind is Kind.FLAG:
        return _listed(canvas, FLAGS, "stop", "choice")
    if reference:
        return _listed(canvas, key_name(reference), "warning", "key", canvas.name(reference))
    if field.kind in _NUMERIC:
        return _number(canvas, field)
    if field.kind in (Kind.DATE, Kind.DATETIME):
        bounds = {"validate": "date", "criteria": ">=", "value": _EARLIEST}
        return bounds | _warning(canvas, "warning", "date")
    return {}


def validate_column(canvas: Canvas, spot: Spot, table: str, field: FieldSpec) -> None:
    """Give a typed column its rule, if it has one, from `spot` downwards."""
    options = rule(canvas, table, field)
    if options:
        options["ignore_blank"] = True
        spot.sheet.data_validation(spot.row, spot.column, LAST_ROW, spot.column, options)


def listed_setting(canvas: Canvas, key: str) -> dict[str, Any]:
    """The dropdown of a setting that takes one of a few values."""
    return _listed(canvas, choice_name(f"Policy.{key}"), "stop", "choice")


def switch(canvas: Canvas) -> dict[str, Any]:
    """The dropdown that shows or hides the sheets of a part."""
    return _listed(canvas, SWITCH, "stop", "choice")


def set_of_sheets(canvas: Canvas) -> dict[str, Any]:
    """The dropdown between few sheets and all."""
    return _listed(canvas, SET, "stop", "choice")


def _listed(canvas: Canvas, name: str, error: str, text: str, table: str = "") -> dict[str, Any]:
    values = {"validate": "list", "source": f"={name}"}
    return values | _warning(canvas, error, text, table)


def _number(canvas: Canvas, field: FieldSpec) -> dict[str, Any]:
    """Bounds of a number; without a minimum any number of ordinary size, so that text is refused."""
    is_whole = field.kind in _WHOLE
    kind = "integer" if is_whole else "decimal"
    warning = _warning(canvas, "warning", "whole" if is_whole else "number")

    low = _plain(_LOWEST if field.minimum is None else field.minimum)
    if field.maximum is None:
        return {"validate": kind, "criteria": ">=", "value": low} | warning

    high = _plain(field.maximum)
    warning["error_message"] = canvas.word("validation.between").format(low=low, high=high)
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high} | warning


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _warning(canvas: Canvas, error: str, text: str, table: str = "") -> dict[str, Any]:
    return {
        "error_type": error,
        "error_title": canvas.word("validation.title"),
        "error_message": canvas.word(f"validation.{text}").format(table=table),
    }
