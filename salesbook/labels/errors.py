"""What a refusal says: where, what was found, what was expected, and what to do."""

from __future__ import annotations

from typing import Any

from salesbook.errors import SalesbookError
from salesbook.labels.messages import fill, templates
from salesbook.labels.words import Language, inert, word, words

_FINDING_PARTS = {"message": "expected", "advice": "advice"}


def error_message(error: SalesbookError, language: Language) -> str:
    """The sentence of a refusal; facts that nobody knows leave no gap."""
    return " ".join(_filled(error, "message", language).split())


def error_advice(error: SalesbookError, language: Language) -> str:
    """What to do about a refusal."""
    return _filled(error, "advice", language)


def error_text(error: SalesbookError, language: Language) -> str:
    """A refusal as one line for people."""
    where = f"{error.where}: " if error.where else ""
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
            "where": error.where,
            "advice": error_advice(error, language),
        }
    }


def _filled(error: SalesbookError, part: str, language: Language) -> str:
    """The words of the code; of the finding of that code; else of the error's kind."""
    known = words("errors", language)
    facts = _Facts({"where": error.where, **error.params})
    finding = templates(language).get(f"{error.code}.{_FINDING_PARTS[part]}")
    if error.code not in known and finding:
        return fill(finding, facts, language)
    return fill(str(known.get(error.code, known[error.default_code])[part]), facts, language)


class _Facts(dict[str, Any]):
    """Facts of an error; one that is not there shows as a dash rather than hiding the error."""

    def __missing__(self, name: str) -> None:
        return None
