"""How a message becomes a sentence, and a sentence a message again.

Templates hold `{name}` or `{name:form}`. Forms: `money` (Decimal, grouped), `percent` (share, one
decimal), `number` (up to two decimals), `whole`, `date`, `table`, `field` (`Table.field`), `choice`
(`Table.field=code`), `setting` (what one takes: `policy.expected_setting`), `text` (the default).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from salesbook.labels.names import choice, header, sheet_name
from salesbook.labels.words import LANGUAGES, Language, words
from salesbook.messages import Fact, Message

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_SUBJECTS = (
    "messages_targets",
    "messages_team",
    "messages_customers",
    "messages_process",
    "findings",
    "findings_cells",
    "findings_import",
    "findings_settings",
    "findings_targets",
    "findings_team",
    "findings_customers",
    "findings_process",
)


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@cache
def templates(language: Language) -> dict[str, str]:
    """Every message template by code; a finding's are `<code>.expected` and `<code>.advice`."""
    found: dict[str, str] = {}
    for subject in _SUBJECTS:
        found |= dict(_flat(words(subject, language)))
    return found


def sentence(message: Message, language: Language) -> str:
    """The message in words. Raises: KeyError for an unknown code or a missing param."""
    return fill(templates(language)[message.code], message.params, language)


def fill(template: str, params: Mapping[str, Any], language: Language) -> str:
    """A template with its slots filled."""
    return _SLOT.sub(lambda slot: _shown(params[slot[1]], slot[2] or "text", language), template)


def _shown(value: Any, form: str, language: Language) -> str:
    if value is None:
        return "–"
    if form == "money":
        return f"{value:,}"
    if form == "percent":
        return f"{_trimmed(round(float(value) * 100, 1))} %"
    if form == "number":
        return _trimmed(round(float(value), 2))
    if form == "whole":
        return str(int(value))
    if form == "table":
        return _known(lambda: sheet_name(str(value), language), str(value))
    if form == "field":
        table, _, field = str(value).partition(".")
        return _known(lambda: header(table, field, language), field or table)
    if form == "setting":
        return _setting(str(value), language)
    if form == "choice":
        owner, _, code = str(value).partition("=")
        return _known(lambda: choice(owner, code, language), code or owner)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _setting(text: str, language: Language) -> str:
    """What a setting holds or takes, from `Policy.key=` and a value, `a|b`, or `int:1:12`."""
    owner, _, value = text.partition("=")
    kind, *bounds = value.split(":")
    say = words("cli", language)["setting"]
    if len(bounds) != 2 or kind not in say:
        return " | ".join(
            _known(lambda one=one: choice(owner, one, language), one) for one in value.split("|")
        )
    form = "between" if bounds[1] else "from" if bounds[0] else ""
    facts = {"kind": say[kind], "minimum": bounds[0], "maximum": bounds[1]}
    return fill(say[form], facts, language) if form else str(say[kind])


def _known(look: Any, otherwise: str) -> str:
    try:
        return str(look())
    except KeyError:
        return otherwise


def _trimmed(number: float) -> str:
    text = f"{number:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, tuple[str, ...], Language]]:
    """Every template as a pattern, those with the most fixed text first."""
    found = []
    for language in LANGUAGES:
        for code, template in templates(language).items():
            fixed = _SLOT.sub("", template)
            names = tuple(f"{slot[1]}:{slot[2] or 'text'}" for slot in _SLOT.finditer(template))
            pattern = "(.*?)".join(
                re.escape(text) for text in _SLOT.sub("\0", template).split("\0")
            )
            found.append((len(fixed), re.compile(pattern, re.DOTALL), code, names, language))
    found.sort(key=lambda row: (-row[0], row[2], row[4]))
    return [(pattern, code, names, language) for _, pattern, code, names, language in found]


def message_of(text: str) -> Message | None:
    """The message that a sentence says; None where it is none of ours.

    Params come back as the sentence shows them: numbers rounded as printed, labels as codes'
    labels.
    """
    for pattern, code, names, _ in _patterns():
        match = pattern.fullmatch(text)
        if match:
            pairs = zip(names, match.groups(), strict=True)
            return Message(
                code,
                {
                    name.partition(":")[0]: _fact(name.partition(":")[2], seen)
                    for name, seen in pairs
                },
            )
    return None


def _fact(form: str, text: str) -> Fact:
    if text == "–":
        return None
    if form not in ("money", "percent", "number", "whole"):
        return text
    try:
        value = Decimal(text.replace(",", "").removesuffix("%").strip())
    except InvalidOperation:
        return text
    if form == "percent":
        value /= 100
    return int(value) if form == "whole" else float(value)
