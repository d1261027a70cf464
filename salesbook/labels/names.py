"""What tables, fields and choices are called, and what a typed name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from salesbook.labels.words import LANGUAGES, Language, fold, words
from salesbook.names.nearest import nearest_known


def sheet_name(table: str, language: Language) -> str:
    """The name of the sheet that holds a table; also what people call the table."""
    return str(words("tables", language)["sheets"][table])


def table_note(table: str, language: Language) -> str:
    """One line that says what a table is for."""
    return str(words("tables", language)["notes"]["tables"][table])


def table_of_name(name: str, tables: Iterable[str]) -> str | None:
    """The table that a code, a sheet name in any language, or one of before stands for."""
    wanted = fold(name)
    once: str | None = None
    for table in tables:
        names = [table, *(sheet_name(table, language) for language in LANGUAGES)]
        if wanted in {fold(known) for known in names}:
            return table
        if wanted in {fold(known) for known in former_sheet_names(table)}:
            once = table
    # What is called so today goes before what was called so once.
    return once


def former_sheet_names(table: str) -> tuple[str, ...]:
    """What the table's sheet was called in workbooks of earlier releases, in any language."""
    return _former("sheets", table)


def _former(*path: str) -> tuple[str, ...]:
    """The earlier words of something, in all languages; none for what has always been called so."""
    found: list[str] = []
    for language in LANGUAGES:
        branch: Any = words("former", language)
        for step in path:
            branch = branch.get(step, {})
        found.extend(branch or ())
    return tuple(found)


_LEFT: Final = re.compile(r"[\s,]*([^=/]+?)(/[^=\s]*)?=([\w-]+)")
"""One table of what a run left: `Deals=0a1b`, `Target months=0a1b`, `Deals/Deal%20size=0a1b`."""


def left_in_sheets(left: str, language: Language) -> str:
    """What a run left where, by the sheets' names: `Pipeline=0a1b, Target months=2c3d`."""
    sheets = words("tables", language)["sheets"]
    return ", ".join(
        f"{sheets.get(table, table)}{own}={content}" for table, own, content in _LEFT.findall(left)
    )


def left_in_tables(text: str, tables: Iterable[str]) -> str:
    """What a run left where, by the tables' codes: `Deals=0a1b TargetMonths=2c3d`."""
    return " ".join(
        f"{table_of_name(name, tables) or name}{own}={content}"
        for name, own, content in _LEFT.findall(text)
    )


def tables_like(name: str, tables: Iterable[str]) -> tuple[str, ...]:
    """The tables that somebody may have meant who mistyped one: `Pipeline (Deals)`.

    Each is shown by its name in the language of the typed one, with its code where that is another
    word. None where none is like it; so are the two functions below.
    """
    names = {table: [sheet_name(table, language) for language in LANGUAGES] for table in tables}
    return _like(name, names)


def fields_like(table: str, text: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The fields that somebody may have meant who mistyped one: `Expected on (expected_on)`."""
    names = {field: [header(table, field, language) for language in LANGUAGES] for field in fields}
    return _like(text, names)


def choices_like(owner: str, text: str, choices: Iterable[str]) -> tuple[str, ...]:
    """The choices that somebody may have meant who mistyped one: `赢单 (won)`."""
    names = {code: [choice(owner, code, language) for language in LANGUAGES] for code in choices}
    return _like(text, names)


def _like(typed: str, names_by_code: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """What is most like a typed word among codes and the names of each, as it is to be shown."""
    shown: dict[str, str] = {}
    for code, names in names_by_code.items():
        shown[code] = code
        for name in names:
            is_same_word = fold(name) == fold(code)
            if is_same_word:
                shown[code] = name
            shown[name] = name if is_same_word else f"{name} ({code})"
    return nearest_known(typed, shown)


_GROUPS: Final = {
    "Metrics.metric": ("metrics",),
    "ScorecardLines.metric": ("metrics",),
    "Scorecard.missing": ("metrics",),
    "Scorecard.helps_most": ("metrics",),
    "Goals.metric": ("metrics",),
    "AwardRules.award": ("awards",),
    "Awards.award": ("awards",),
    "Alerts.kind": ("alerts",),
    "ActionLog.kind": ("alerts",),
    "Targets.scope": ("scopes",),
    "TargetMonths.scope": ("scopes",),
    "Outlook.scope": ("scopes",),
    "Proposal.scope": ("scopes",),
    "Attainment.scope": ("scopes",),
    "PlanCost.scope": ("scopes",),
    "HiringFunnel.scope": ("scopes",),
    "CapacityPlan.team": ("scopes",),
    "TrainingProgress.scope": ("scopes",),
    "TrainingEffect.metric": ("metrics",),
    "Funnel.slice": ("scopes",),
    "Leaks.slice": ("scopes",),
    "Funnel.period": ("spans",),
    "LossReasons.slice": ("scopes",),
    "LossReasons.pipeline": ("pipelines",),
    "LossReasons.reason": ("loss_reasons",),
    "StageTimes.slice": ("scopes",),
    "Forecast.slice": ("scopes",),
    "ForecastHistory.slice": ("scopes",),
    "ForecastChanges.slice": ("scopes",),
    "LeadSources.source": ("scopes",),
    "OrderStages.slice": ("scopes",),
    "FeedbackStats.slice": ("scopes",),
    "ForecastAccuracy.slice": ("scopes",),
    "ForecastBias.slice": ("scopes",),
    "ProcessReview.slice": ("scopes",),
    "ProcessReview.pipeline": ("pipelines",),
    "ModelTests.column": ("model_columns",),
    "Stages.pipeline": ("pipelines",),
    "Deals.pipeline": ("pipelines",),
    "Funnel.pipeline": ("pipelines",),
    "Leaks.pipeline": ("pipelines",),
    "StageTimes.pipeline": ("pipelines",),
    "Commission.rule": ("rules",),
    "CustomerTiers.segment": ("segments",),
    "BuyingTest.repeats": ("repeats",),
    "Segments.segment": ("segments",),
    "Checks.code": ("findings",),
    "Waivers.code": ("findings",),
    "RunLog.action": ("actions",),
}
"""Fields that share their words with others, beside those that all fields share."""


@cache
def header(table: str, field: str, language: Language) -> str:
    """A column's header: the table's own if it has one, else the field's."""
    shared = words("tables", language)["fields"]
    of_table = shared.get(table, {})
    return str(of_table.get(field) or shared[field])


_NAMED: Final = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
"""In a note: `{Reps}` stands for a sheet, `{Deals.amount}` for a column, `{Policy.few}` for a
setting; so a note names each as the workbook does, also once that is called otherwise."""


def field_note(table: str, field: str, language: Language) -> str:
    """What a column means, in one sentence: the table's own note, else the one that tables share.

    Raises: KeyError where neither is there.
    """
    shared = words("tables", language)["notes"]["fields"]
    of_table = shared.get(table, {})
    note = of_table[field] if field in of_table else shared[field]
    return _with_names(str(note), language)


def setting_note(key: str, language: Language) -> str:
    """What a setting decides, in one sentence."""
    notes = words("tables", language)["notes"]["settings"]
    return _with_names(str(notes[key]), language)


def _with_names(note: str, language: Language) -> str:
    """The note with the workbook's own names in place of the tables and fields that it names."""

    def name(match: re.Match[str]) -> str:
        table, field = match.groups()
        if field is None:
            return sheet_name(table, language)
        if table == "Policy":
            return choice("Policy.key", field, language)
        return header(table, field, language)

    return _NAMED.sub(name, note)


@cache
def _fields_by_header(table: str, fields: tuple[str, ...]) -> dict[str, str]:
    # What a column is called today goes before what another was called once.
    known = {fold(word): field for field in fields for word in former_headers(table, field)}
    known |= {fold(field): field for field in fields}
    for language in LANGUAGES:
        known |= {fold(header(table, field, language)): field for field in fields}
    return known


def former_headers(table: str, field: str) -> tuple[str, ...]:
    """What the column was called in workbooks of earlier releases, in any language."""
    return (*_former("fields", field), *_former("fields", table, field))


def is_former_header(table: str, field: str, text: str) -> bool:
    """Whether a column was called so in workbooks of earlier releases."""
    return fold(text) in {fold(word) for word in former_headers(table, field)}


def field_of_header(table: str, text: str, fields: tuple[str, ...]) -> str | None:
    """The field that a header in any language, one of before, or a field's own name stands for."""
    return _fields_by_header(table, fields).get(fold(text))


@cache
def choice(owner: str, code: str, language: Language) -> str:
    """The label of a choice; `owner` is `Table.field` or, for a setting's value, `Policy.key`.

    Raises: KeyError where no language file has a word for it.
    """
    choices = words("tables", language)["choices"]
    # The field's own word first, then those that it shares with a few, then with all.
    for group in (owner, *_GROUPS.get(owner, ()), "shared"):
        label_by_code = choices.get(group, {})
        if code in label_by_code:
            return str(label_by_code[code])
    raise KeyError(f"no label for choice {owner}={code} in {language}")


@cache
def known_names(group: str) -> tuple[str, ...]:
    """Give the codes that a shared group of choices has words for, in the order of the words."""
    return tuple(words("tables", LANGUAGES[0])["choices"][group])


@cache
def _codes_by_label(owner: str, choices: tuple[str, ...]) -> dict[str, str]:
    known: dict[str, str] = {}
    for language in LANGUAGES:
        known |= {fold(choice(owner, code, language)): code for code in choices}
    once = {fold(word): code for code in choices for word in former_choices(owner, code)}
    return once | known | {fold(code): code for code in choices}


def former_choices(owner: str, code: str) -> tuple[str, ...]:
    """What a choice was called in workbooks of earlier releases, in any language."""
    groups = (owner, *_GROUPS.get(owner, ()), "shared")
    return tuple(word for group in groups for word in _former("choices", group, code))


def field_label(table: str, field: str, language: Language) -> str:
    """A field's header; a user's own column, or a field of no table of ours, as it is."""
    try:
        return header(table, field, language) if field else ""
    except KeyError:
        return field


def code_of_choice(owner: str, text: str, choices: tuple[str, ...]) -> str | None:
    """The code that a choice's label in any language, one of before, or the code itself stands for."""
    return _codes_by_label(owner, choices).get(fold(text))
