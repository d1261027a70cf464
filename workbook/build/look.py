"""What does the workbook look like? Colours, fonts and number formats, the same on every sheet.

Colours are those of Okabe and Ito, which people with colour-blindness can tell apart, in darker
shades where text stands on them; no meaning rests on a colour alone.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from typing import Final

from xlsxwriter.theme import THEME_XML_2007

from salesbook import labels
from salesbook.labels import Language
from salesbook.money import currency_decimals
from salesbook.tables import TABLES, FieldSpec, Kind, Part, Role

INK: Final = "#1F2A37"
QUIET: Final = "#667085"
LINE: Final = "#E4E7EC"
PAPER: Final = "#FFFFFF"
MIST: Final = "#F4F6F8"

BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
AMBER: Final = "#E69F00"
RED: Final = "#D55E00"
PINK: Final = "#CC79A7"
GREY: Final = "#98A2B3"

GOOD: Final = "#0B7A5E"
ATTENTION: Final = "#C26A00"
BAD: Final = "#B42335"
BAD_LIGHT: Final = "#FBE3E4"
ATTENTION_LIGHT: Final = "#FDEFD9"
"""For cells that should hold something and are blank, where no sign can stand."""

TABS: Final[Mapping[Part, str]] = {
    Part.SETTINGS: AMBER,
    Part.TARGETS: BLUE,
    Part.PEOPLE: PINK,
    Part.CUSTOMERS: GREEN,
    Part.PROCESS: RED,
    Part.SYSTEM: GREY,
}

HEADS: Final[Mapping[Role, tuple[str, str]]] = {
    Role.INPUT: ("#0B4F7D", "#5A8FB4"),
    Role.SETTING: ("#8A5A00", "#B98A3C"),
    Role.OUTPUT: ("#475467", "#475467"),
}
"""Header fill by role: fields that must be filled, fields that may stay empty."""

BODIES: Final[Mapping[Role, str]] = {Role.INPUT: PAPER, Role.SETTING: "#FFFBF2", Role.OUTPUT: MIST}

FONTS: Final[Mapping[Language, str]] = {"en": "Calibri", "zh-CN": "Microsoft YaHei"}
SIZES: Final[Mapping[Language, int]] = {"en": 11, "zh-CN": 10}

CURRENCIES: Final[Mapping[Language, str]] = {"en": "USD", "zh-CN": "CNY"}

_NUMBERS: Final[Mapping[Kind, str]] = {
    Kind.ID: "@",
    Kind.PERIOD: "@",
    Kind.MEASURE: "#,##0",
    Kind.NUMBER: "#,##0.##",
    Kind.RATE: "0.0%",
    Kind.COUNT: "0",
    Kind.DAYS: "#,##0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
}
_TEXT_FIELDS: Final = frozenset({"phone"})
_SCORES: Final = frozenset({"brier", "base_brier", "log_loss", "gain", "gain_error"})
"""Scores of models, which differ in the third decimal."""
_SENTENCES: Final = frozenset(
    {"action_taken", "agreed", "comment", "content", "done", "missing", "must_have", "written"}
)


def number_format(field: FieldSpec, currency: str, role: Role = Role.INPUT) -> str:
    """The number format of a field's cells. Keys are text cells, so that `00123` stays as typed."""
    if field.kind is Kind.MONEY:
        decimals = currency_decimals(currency)
        return f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    if field.name in _TEXT_FIELDS:
        return "@"
    if field.kind is not Kind.NUMBER:
        return _NUMBERS.get(field.kind, "General")

    if role is not Role.OUTPUT:
        # What somebody types is shown as it was typed.
        return "General"
    if field.name in _SCORES:
        return "0.0000"
    return "0.0%" if field.name == "rate" else "#,##0.00"


def is_sentence(field: FieldSpec) -> bool:
    """True for a field that holds whole sentences and is wrapped."""
    return field.kind is Kind.MESSAGE or field.name in _SENTENCES


_WIDTHS: Final[Mapping[Kind, float]] = {
    Kind.ID: 12,
    Kind.TEXT: 15,
    Kind.LIST: 15,
    Kind.TABLE: 14,
    Kind.FIELD: 16,
    Kind.LEFT: 40,
    Kind.MONEY: 15,
    Kind.MEASURE: 13,
    Kind.NUMBER: 10,
    Kind.RATE: 9,
    Kind.COUNT: 8,
    Kind.DAYS: 8,
    Kind.DATE: 11.5,
    Kind.DATETIME: 16.5,
    Kind.PERIOD: 11,
    Kind.CHOICE: 12,
    Kind.FLAG: 8,
    Kind.MESSAGE: 72,
}
_BESIDE: Final = 3
"""Characters that the indent and the cell's own margins take beside a word."""
_OWN_WIDTHS: Final[Mapping[str, float]] = {
    "name": 22,
    "rep_name": 20,
    "who_name": 20,
    "candidate_name": 20,
    "customer_name": 34,
    "deal_name": 54,
    "row_name": 50,
    "left_name": 34,
    "right_name": 34,
    "scope_name": 28,
    "slice_name": 20,
    "course_title": 28,
    "company": 34,
    "email": 30,
    "phone": 17,
    "needs": 24,
    "purpose": 20,
    "bought": 34,
    "suiting": 50,
    "note": 42,
    "basis": 22,
    "title": 28,
    "comment": 40,
    "action_taken": 36,
    "must_have": 36,
    "next_step": 25,
    "outcome": 22,
    "contact": 22,
    "lost_reason": 18,
    "offer": 24,
    "reason": 30,
    "result": 28,
    "step": 32,
    "lesson": 34,
    "lead_name": 24,
    "suggested_name": 20,
    "scope": 20,
    "role": 20,
    "agreed": 44,
    "done": 44,
    "found": 18,
    "row_key": 26,
    "action_id": 52,
    "code": 22,
    "field": 16,
    "table": 14,
    "sheet": 14,
    "missing": 48,
    "metric": 16,
    "rule": 20,
    "written": 40,
    "input_hash": 18,
    "was": 16,
    "product": 20,
    "stage": 14,
    "year": 10,
    "industry": 16,
    "slice": 21,
    "spiff": 20,
}

_TABLE_WIDTHS: Final[Mapping[tuple[str, str], float]] = {
    ("Policy", "key"): 30,
    ("CallList", "last_word"): 20,
    ("CallList", "contact"): 22,
    ("Policy", "value"): 42,
    ("Policy", "note"): 78,
    ("Stages", "needs"): 36,
    ("Deals", "name"): 54,
    ("Leads", "name"): 24,
    ("Deals", "expected_on"): 14,
    ("Deals", "next_on"): 14,
    ("Deals", "stage"): 16,
    ("Alerts", "do"): 56,
    ("Alerts", "because"): 72,
    ("Leaks", "because"): 130,
    ("ActionLog", "because"): 72,
    ("Scorecard", "grade_range"): 12,
    ("Scorecard", "because"): 130,
    ("Proposal", "because"): 130,
    ("Awards", "because"): 96,
    ("Goals", "result"): 12,
    ("Commission", "because"): 80,
    ("Initiatives", "plan"): 24,
    ("PlanResults", "plan"): 24,
    ("LeadsDue", "source"): 15,
    ("Goals", "goal"): 36,
    ("Reviews", "goal"): 52,
    ("Readiness", "missing"): 64,
    ("Commission", "rule"): 34,
    ("Products", "product"): 24,
    ("Metrics", "metric"): 18,
    ("ParkedNotes", "row_key"): 14,
    ("ParkedNotes", "column"): 18,
    ("ParkedNotes", "content"): 96,
}


def shown_length(text: str) -> int:
    """How many half-width characters a text takes: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def line_count(text: str, room: float) -> int:
    """How many lines a text takes where so many half-width characters fit on one."""
    return math.ceil(shown_length(text) / room)


def column_width(table: str, field: FieldSpec, language: Language) -> float:
    """Width in characters for a field's usual values, for every word that it may take, and for its
    header in bold on two lines."""
    usual = _OWN_WIDTHS.get(field.name, _WIDTHS[field.kind])
    if _may_be_money(table, field):
        usual = max(usual, _WIDTHS[Kind.MONEY])
    usual = _TABLE_WIDTHS.get((table, field.name), usual)
    words = (labels.choice(f"{table}.{field.name}", code, language) for code in field.choices)
    longest_word = max(map(shown_length, words), default=0)
    # Bold letters are wider, and the filter's button stands in the header's corner.
    with_header = _header_length(labels.header(table, field.name, language)) * 1.12 + 4
    return max(usual, longest_word + _BESIDE, with_header)


def _may_be_money(table: str, field: FieldSpec) -> bool:
    """Whether a plain number holds an amount in some rows: those whose unit, or metric, is money.

    A number that has no room shows as ###, which a text never does.
    """
    if field.kind is not Kind.NUMBER:
        return False
    names = TABLES[table].field_names
    return "unit" in names or ("metric" in names and field.name in ("value", "goal", "before"))


def _header_length(header: str) -> float:
    """Room for a header on two lines; a Chinese one, which breaks anywhere, stays on one."""
    if not header.isascii():
        return shown_length(header)
    longest_word = max(len(word) for word in header.split())
    if " " not in header:
        return longest_word
    return max(longest_word, len(header) / 2 + 4)


def theme(language: Language) -> io.StringIO:
    """Office's theme with our colours and the language's font, so that users' own charts match."""
    xml = THEME_XML_2007
    accents = (BLUE, AMBER, GREEN, RED, SKY, PINK)
    for number, colour in enumerate(accents, start=1):
        # Such as <a:accent1><a:srgbClr val="4F81BD"/>: the six digits are replaced.
        xml = re.sub(rf'(<a:accent{number}><a:srgbClr val=")\w+', rf"\g<1>{colour[1:]}", xml)
    xml = xml.replace('name="Office Theme"', 'name="Salesbook"')
    # Such as <a:majorFont><a:latin typeface="Cambria"/>, and minorFont likewise.
    xml = re.sub(r'(<a:m\w+Font><a:latin typeface=")[^"]*', rf"\g<1>{FONTS[language]}", xml)
    # `<a:ea typeface=""/>` leaves Chinese in a chart to each computer's language.
    xml = xml.replace('<a:ea typeface=""/>', f'<a:ea typeface="{FONTS["zh-CN"]}"/>')
    return io.StringIO(xml)
