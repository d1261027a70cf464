"""What a refusal says: where, what was found, what was expected, and what to do."""

from __future__ import annotations

from typing import Any

from salesbook.errors import SalesbookError
from salesbook.labels.messages import fill, sentence, templates
from salesbook.labels.words import Language, inert, word, words
from salesbook.messages import Finding, Message

_FINDING_PARTS = {"message": "expected", "advice": "advice"}


def error_message(error: SalesbookError, language: Language) -> str:
    """The sentence of a refusal; facts that nobody knows leave no gap."""
    about = error.params.get("about")
    if isinstance(about, Finding) and error.code not in words("errors", language):
        expected = sentence(
            Message(f"{about.code}.expected", {**about.params, "found": about.found}), language
        )
        found = about.found or word("cli", "error.nothing", language)
        said = fill(
            word("cli", "error.found", language), {"found": found, "expected": expected}, language
        )
    else:
        said = _filled(error, "message", language)
    return " ".join(said.split())


def error_advice(error: SalesbookError, language: Language) -> str:
    """What to do about a refusal; of several settings at fault, how many there are."""
    advice, count = _filled(error, "advice", language), error.params.get("count", 1)
    if "about" not in error.params or count == 1:
        return advice
    return f"{advice} " + fill(word("cli", "error.in_all", language), {"count": count}, language)


def error_where(error: SalesbookError, language: Language) -> str:
    """The place, with the column or the setting where one is at fault."""
    column = error.params.get("column")
    if not column:
        return error.where
    return error.where + fill(word("cli", "error.column", language), {"column": column}, language)


def error_text(error: SalesbookError, language: Language) -> str:
    """A refusal as one line for people."""
    where = f"{error_where(error, language)}: " if error.where else ""
    prefix = word("cli", "error.prefix", language)
    text = f"{prefix}: {where}{error_message(error, language)} {error_advice(error, language)}"
    return inert(text.strip())


def error_document(error: SalesbookError, language: Language) -> dict[str, Any]:
    """A refusal for programs."""
    return {
        "error": {
            "code": error.code,
            "exit": error.exit_code,
            "message": error_message(error, language),
            "where": error_where(error, language),
            "advice": error_advice(error, language),
        }
    }


def _filled(error: SalesbookError, part: str, language: Language) -> str:
    """The words of the code; of the finding of that code; else of the error's kind."""
    known = words("errors", language)
    facts = _facts(error)
    finding = templates(language).get(f"{error.code}.{_FINDING_PARTS[part]}")
    if error.code not in known and finding:
        return fill(finding, facts, language)
    return fill(str(known.get(error.code, known[error.default_code])[part]), facts, language)


def _facts(error: SalesbookError) -> _Facts:
    about = error.params.get("about")
    if not isinstance(about, Finding):
        return _Facts({"where": error.where, **error.params})
    found = about.found or None
    return _Facts({"table": about.table, "found": found, **error.params, **about.params})


class _Facts(dict[str, Any]):
    """Facts of an error; one that is not there shows as a dash rather than hiding the error."""

    def __missing__(self, name: str) -> None:
        return None
