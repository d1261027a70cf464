"""What a refusal says: where, what was found, what was expected, and what to do."""

from __future__ import annotations

from typing import Any, Final

from salesbook.errors import SalesbookError, SplitInfeasible
from salesbook.labels.messages import BETWEEN_SENTENCES, fill, sentence, templates
from salesbook.labels.words import Language, inert, word, words
from salesbook.messages import Finding, Message

_FINDING_PARTS: Final = {"message": "expected", "advice": "advice"}
"""What a refusal's own words and a finding's call the same part."""


def error_message(error: SalesbookError, language: Language) -> str:
    """Say what is wrong; facts that nobody knows leave no gap."""
    about = error.params.get("about")
    has_own_words = error.code in words("errors", language)

    if isinstance(about, Finding) and not has_own_words:
        text = _found_and_expected(about, language)
    else:
        text = _filled(error, "message", language)

    # A slot that stayed empty leaves two spaces.
    return " ".join(text.split())


def _found_and_expected(about: Finding, language: Language) -> str:
    """The sentence of a refusal that a finding gave the reason for."""
    facts = {**about.params, "found": about.found}
    expected = sentence(Message(f"{about.code}.expected", facts), language)

    cell = about.found or word("cli", "error.nothing", language)
    template = word("cli", "error.found", language)
    return fill(template, {"found": cell, "expected": expected}, language)


def error_advice(error: SalesbookError, language: Language) -> str:
    """Say what to do about a refusal and, where several settings are at fault, how many are."""
    advice = _filled(error, "advice", language)
    count = error.params.get("count", 1)
    if "about" not in error.params or count == 1:
        return advice

    in_all = fill(word("cli", "error.in_all", language), {"count": count}, language)
    return f"{advice} {in_all}"


def error_where(error: SalesbookError, language: Language) -> str:
    """Name the place, with the column or the setting where one is at fault."""
    column = error.params.get("column")
    if not column:
        return error.where

    template = word("cli", "error.column", language)
    return error.where + fill(template, {"column": column}, language)


def error_text(error: SalesbookError, language: Language) -> str:
    """Make a refusal one line for people: where, what was found and expected, what to do."""
    colon = word("cli", "error.colon", language)
    prefix = word("cli", "error.prefix", language)
    where = error_where(error, language)
    message = error_message(error, language)
    # A sentence that begins with the option at fault names its place already.
    begins_with_place = bool(where) and message.startswith(where)
    parts = [prefix, message] if begins_with_place or not where else [prefix, where, message]
    said = [colon.join(parts), error_advice(error, language)]
    return inert(BETWEEN_SENTENCES[language].join(filter(None, said)).strip())


def error_document(error: SalesbookError, language: Language) -> dict[str, Any]:
    """Make a refusal a document for programs, its sentences in the language.

    Of a split that nobody can make it also lists `clashes`, sets of constraints, and `release`, the
    fewest that have to go: what the sentence names of many are the first ones only.
    """
    document: dict[str, Any] = {
        "code": error.code,
        "exit": error.exit_code,
        "message": error_message(error, language),
        "where": error_where(error, language),
        "advice": error_advice(error, language),
    }
    if isinstance(error, SplitInfeasible):
        document["clashes"] = error.params.get("clash_list", [])
        document["release"] = error.params.get("release_list", [])
    return {"error": document}


def _filled(error: SalesbookError, part: str, language: Language) -> str:
    """The words of the code; of the finding of that code; else of the error's kind."""
    refusals = words("errors", language)
    facts = _facts(error)

    of_finding = templates(language).get(f"{error.code}.{_FINDING_PARTS[part]}")
    if error.code not in refusals and of_finding:
        return fill(of_finding, facts, language)

    of_kind = refusals[error.default_code]
    of_error = refusals.get(error.code, of_kind)
    return fill(str(of_error[part]), facts, language)


def _facts(error: SalesbookError) -> _Facts:
    about = error.params.get("about")
    if not isinstance(about, Finding):
        return _Facts({"where": error.where, **error.params})
    of_finding = {"table": about.table, "found": about.found or None}
    return _Facts({**of_finding, **error.params, **about.params})


class _Facts(dict[str, Any]):
    """Facts of an error; one that is not there shows as a dash rather than hiding the error."""

    def __missing__(self, name: str) -> None:
        return None
