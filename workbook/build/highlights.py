"""Which cells of a table's sheet stand out, and why? Rules for the whole columns, rows to come too.

A sign stands before the value wherever a cell holds one, so that nothing rests on a colour alone.
Whether a deal is late is asked of the newest run's day, not of today: the sheet then says the same as
the alerts and the pages, and is not calculated anew with every key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.money import currency_decimals
from salesbook.pages.lines.lateness import LATE_FROM, VERY_LATE_FROM, sign_of_days
from salesbook.tables import FieldSpec, Kind, Role, TableSpec
from salesbook.writing.check_marks import BETWEEN_PARTS as _BETWEEN
from salesbook.writing.values import cells_of
from workbook.build import look
from workbook.build.canvas import LAST_ROW, Canvas, Spot
from workbook.build.names import (
    ALERT_KINDS,
    ALERT_ROWS,
    CHECK_MARKS,
    RESULTS_OF,
    STAGE_KINDS,
    key_name,
)

_BAD: Final[Mapping[str, Any]] = {"font_color": look.BAD, "bold": True}
_ATTENTION: Final[Mapping[str, Any]] = {"font_color": look.ATTENTION, "bold": True}
_GOOD: Final[Mapping[str, Any]] = {"font_color": look.GOOD}
_MARKS: Final = {
    "error": (look.BAD_LIGHT, look.BAD),
    "warning": (look.ATTENTION_LIGHT, look.ATTENTION),
}
"""By severity the fill and the frame of a cell that Checks names; of two the first one is seen."""
_DATE: Final = "yyyy-mm-dd"
_SEVERE: Final = frozenset({"high", "error"})
_ON_GOAL: Final = 100
"""A score where every goal is met."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A field's cells that stand out: when, and how."""

    field: str
    condition: str
    """A formula in which `[field]` is the row's cell of a field; or the text that the cell holds."""
    look: Mapping[str, Any]
    is_text: bool = False


def highlight(canvas: Canvas, head: Spot, spec: TableSpec) -> None:
    """Give the columns of a table their rules, from the row below its headers on.

    Args:
        head: the table's first header.
    """
    _mark_wrong_cells(canvas, head, spec)
    for rule in _rules(canvas, spec):
        column = head.column + spec.field_names.index(rule.field)
        condition = rule.condition
        for name in spec.field_names:
            place = f"${xl_col_to_name(head.column + spec.field_names.index(name))}{head.row + 2}"
            condition = condition.replace(f"[{name}]", place)
        sheet: Worksheet = head.sheet
        options: dict[str, Any] = {"type": "formula", "criteria": "=" + condition}
        if rule.is_text:
            # As released versions say it: an upgraded workbook then has the rule only once.
            options = {"type": "cell", "criteria": "==", "value": f'"{condition}"'}
        options["format"] = canvas.book.add_format(dict(rule.look))
        sheet.conditional_format(head.row + 1, column, LAST_ROW, column, options)


def _mark_wrong_cells(canvas: Canvas, head: Spot, spec: TableSpec) -> None:
    """Colour the cells that Checks names, in tables into which people type.

    A cell is known by its table, the header above it and the key of its row, as
    `salesbook.writing.check_marks` says them: an address would go on pointing at the place where
    the row was before somebody sorted. A frame stands beside the colour, for a cell that is blank
    shows no sign.
    """
    if not spec.key or (spec.role is Role.OUTPUT and not spec.yours):
        return
    header = f"{xl_col_to_name(head.column)}${head.row + 1}"
    place = f'{header}&"{_BETWEEN}"&{_key_in_cells(canvas, head, spec)}'
    for severity, (fill, line) in _MARKS.items():
        # What stands in a name or key may be a wildcard to COUNTIF.
        text = f'"{severity}{_BETWEEN}{spec.name}{_BETWEEN}"&{_literal(place)}'
        options = {
            "type": "formula",
            "criteria": f"=COUNTIF({CHECK_MARKS},{text})>0",
            "format": canvas.book.add_format({"bg_color": fill, "border": 1, "border_color": line}),
        }
        last = head.column + len(spec.fields) - 1
        head.sheet.conditional_format(head.row + 1, head.column, LAST_ROW, last, options)


def _key_in_cells(canvas: Canvas, head: Spot, spec: TableSpec) -> str:
    """The key of a row as its cells say it; a blank part means what the table takes it for."""
    parts = []
    for name in spec.key:
        field = spec.field(name)
        cell = f"${xl_col_to_name(head.column + spec.field_names.index(name))}{head.row + 2}"
        part = f"TRIM({cell})"
        if field.default not in (None, ""):
            is_text = isinstance(field.default, str)
            usual = f'"{_label(canvas, spec, field)}"' if is_text else str(field.default)
            part = f'IF({cell}="",{usual},{part})'
        parts.append(part)
    return f'&"{_BETWEEN}"&'.join(parts)


def _label(canvas: Canvas, spec: TableSpec, field: FieldSpec) -> str:
    """What a cell says that holds a field's usual value."""
    usual = pd.DataFrame({field.name: pd.Series([field.default], dtype="str")})
    currency, language = canvas.currency, canvas.language
    (cell,) = cells_of(spec.name, field, usual, language=language, currency=currency)
    return str(cell)


def _literal(text: str) -> str:
    """A formula's text so that COUNTIF takes each sign of it for itself."""
    for sign in ("~", "*", "?"):
        text = f'SUBSTITUTE({text},"{sign}","~{sign}")'
    return text


def _rules(canvas: Canvas, spec: TableSpec) -> Iterator[Highlight]:
    for field in spec.fields:
        if field.kind is Kind.MEASURE and currency_decimals(canvas.currency):
            yield _with_decimals(canvas, field)
        if field.name == "severity" and field.kind is Kind.CHOICE:
            yield from _severe(canvas, spec, field)
    if spec.name == "Deals":
        yield from _deals(canvas)
    if spec.name == "Scorecard":
        yield from _scores()
    if spec.name == "CallList":
        yield from _late_calls()
    elif "days_late" in spec.field_names:
        yield Highlight("days_late", "N([days_late])>0", {**_BAD, "num_format": '"▼ "0'})


def _late_calls() -> Iterator[Highlight]:
    """Calls that are late, with the signs that the Customer board has for them."""
    for days, look_of_sign in ((VERY_LATE_FROM, _BAD), (LATE_FROM, _ATTENTION)):
        sign = sign_of_days(days + 1)
        is_late = f"N([days_late])>{days}"
        if days == LATE_FROM:
            is_late = f"AND({is_late},N([days_late])<={VERY_LATE_FROM})"
        yield Highlight("days_late", is_late, {**look_of_sign, "num_format": f'"{sign} "0'})


def _with_decimals(canvas: Canvas, field: FieldSpec) -> Highlight:
    """An amount that is no whole one shows its decimals: 1,000.50 is not 1,001."""
    decimals = "0" * currency_decimals(canvas.currency)
    condition = f"[{field.name}]<>INT([{field.name}])"
    return Highlight(field.name, condition, {"num_format": f"#,##0.{decimals}"})


def _severe(canvas: Canvas, spec: TableSpec, field: FieldSpec) -> Iterator[Highlight]:
    for code in sorted(_SEVERE & set(field.choices)):
        label = labels.choice(f"{spec.name}.{field.name}", code, canvas.language)
        yield Highlight(field.name, label, {**_BAD, "num_format": '"⚠ "@'}, is_text=True)


def _deals(canvas: Canvas) -> Iterator[Highlight]:
    """Open deals that are stuck, overdue, or whose next step is late or missing."""
    open_kind = labels.choice("Stages.kind", "open", canvas.language)
    kind = f"INDEX({STAGE_KINDS},MATCH([stage],{key_name('Stages')},0))"
    # A blank kind is an open one, and a stage that nobody knows closes nothing.
    is_open = f'IFERROR(OR({kind}="{open_kind}",{kind}=""),[stage]<>"")'
    stuck, no_step = (_alert(canvas, alert) for alert in ("deal-stuck", "no-next-step"))

    # Other than AND, IF looks no further than it needs: most deals of a long list are over.
    yield Highlight(
        "stage",
        f'IF([closed_on]="",IF({is_open},{stuck}))',
        {**_ATTENTION, "num_format": '"● "@'},
    )
    for field in ("expected_on", "next_on"):
        is_late = f'IF([{field}]<>"",IF([{field}]<N({RESULTS_OF}),IF([closed_on]="",{is_open})))'
        yield Highlight(field, is_late, {**_BAD, "num_format": f'"▼ "{_DATE}'})
    has_none = f'IF([next_step]&[next_on]&[closed_on]="",IF({is_open},{no_step}))'
    yield Highlight("next_step", has_none, {"bg_color": look.ATTENTION_LIGHT})


def _alert(canvas: Canvas, kind: str) -> str:
    """Whether the last run named the deal in an alert."""
    label = labels.choice("Alerts.kind", kind, canvas.language)
    return f'COUNTIFS({ALERT_KINDS},"{label}",{ALERT_ROWS},[deal_id])>0'


def _scores() -> Iterator[Highlight]:
    """Scores that are above or below the goals whatever chance did."""
    above, below = '"▲ "#,##0.00', '"▼ "#,##0.00'
    is_below = f"AND(ISNUMBER([high]),[high]<{_ON_GOAL})"
    is_above = f"AND(ISNUMBER([low]),[low]>={_ON_GOAL})"
    yield Highlight("score", is_below, {**_BAD, "num_format": below})
    yield Highlight("score", is_above, {**_GOOD, "num_format": above})
