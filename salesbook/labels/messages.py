"""How a message becomes a sentence, and a sentence a message again.

Templates hold `{name}` or `{name:form}`. Forms: `money` (Decimal, grouped), `about` (a sum that
nobody pays: as `money`, in Chinese from 10,000 on in 万 and from 100 million on in 亿), `percent`
(one decimal), `share` (of a number of cases, without decimals), `number` (up to two decimals),
`day/days` (such a number with the word for one or for more behind it), `whole`, `date`, `period`
(`2026-11`, `FY2026-Q4` or `FY2026` as people call it), `table`, `field` (`Table.field`), `pipeline` (its name,
the usual one by its word), `choice`
(`Table.field=code`), `setting` (what one takes: `policy.expected_setting`), `choices`
(`Table.field=code|code`), `nearest` (a known name, with the words around it; nothing where none is
near), `text` (the default).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from salesbook.labels.names import choice, header, sheet_name
from salesbook.labels.words import LANGUAGES, Language, word, words
from salesbook.messages import Fact, Message, joined

_SLOT: Final = re.compile(r"\{(\w+)(?::([\w/ ]+))?\}")
"""A param's name and, after a colon, its form: `{found}`, `{amount:money}`, `{days:day/days}`."""
_PERIOD: Final = re.compile(
    r"(?P<calendar_year>\d{4})-(?P<month>\d{2})|FY(?P<year>\d{4})(?:-Q(?P<quarter>[1-4]))?"
)
"""Matches `2026-11`, `FY2026-Q4` and `FY2026`."""
_SUBJECTS: Final = (
    "messages_team",
    "messages_customers",
    "messages_process",
    "messages_review",
    "messages_book",
    "messages_import",
    "messages_targets",
    "messages_pages",
    "findings",
    "findings_cells",
    "findings_import",
    "findings_settings",
    "findings_targets",
    "findings_team",
    "findings_customers",
    "findings_process",
)


_NEAREST: Final = "slot.nearest"
"""Which of the words of cli.toml stand around a name that may be meant."""
_MOST_CHOICES: Final = 12
"""Words of a list that a sentence names."""
_COUNTED: Final = "/"
"""Between the word for one and the word for more, in the form of what is counted."""
_WAN: Final = 10_000
_YI: Final = 100_000_000
_YI_DIGITS: Final = 3
"""Figures that a sum in 亿 has: nobody says the rest."""
_CHOICE: Final = re.compile(r"[A-Z]\w+\.\w+=\w")
"""Begins a choice as sentences name it: `Stages.kind=won`."""
_UNITS: Final[Mapping[str, int]] = {"万": _WAN, "亿": _YI}

_AS_EVERYWHERE: Final[Mapping[str, str]] = {}
BETWEEN_SENTENCES: Final[Mapping[Language, str]] = {"en": " ", "zh-CN": ""}
BETWEEN_NAMES: Final[Mapping[Language, str]] = {"en": ", ", "zh-CN": "、"}
_SENTENCE_END: Final = re.compile(r"(?<=\.) (?=[A-Z])|(?<=。)(?=.)")
"""Between two sentences, as in "Score 90. Luck alone" and "得分 90。仅凭"; 1.5 and "e.g. so" have
none.
"""

_MISSING: Final = "–"
"""What a sentence shows for a fact that nobody knows."""


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Templates by their dotted code: `[deal] late = "..."` is `deal.late`."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@cache
def templates(language: Language) -> dict[str, str]:
    """Every message template by code; a finding's are `<code>.expected` and `<code>.advice`."""
    template_by_code: dict[str, str] = {}
    for subject in _SUBJECTS:
        template_by_code |= dict(_flat(words(subject, language)))
    return template_by_code


def sentence(
    message: Message, language: Language, instead: Mapping[str, str] = _AS_EVERYWHERE
) -> str:
    """Put a message into words, with the sentences that follow it.

    Args:
        instead: other templates of a face, by code.

    Raises: KeyError for an unknown code or a missing param.
    """
    template_by_code = templates(language)
    said = [
        fill(instead.get(part.code) or template_by_code[part.code], part.params, language)
        for part in (message, *message.more)
    ]
    return BETWEEN_SENTENCES[language].join(said)


def fill(template: str, params: Mapping[str, Any], language: Language) -> str:
    """Fill a template's slots, each in its form.

    Raises: KeyError where a slot's param is missing.
    """

    def shown(slot: re.Match[str]) -> str:
        name, form = slot.groups(default="text")
        return _shown(params[name], form, language)

    return _SLOT.sub(shown, template)


def _shown(value: Any, form: str, language: Language) -> str:
    """A param in its form; a missing one is a dash, a name that we do not know stays as it is."""
    if form == "nearest":
        # One name, several of which each may be meant, or a choice as `Table.field=code`.
        shown = _named(value, "choice", language) if _is_choice(value) else value
        return fill(word("cli", _NEAREST, language), {"name": shown}, language) if shown else ""
    if value is None:
        return _MISSING
    if isinstance(value, tuple) and form == "text":
        names = (_named(name, "choice", language) if _is_choice(name) else name for name in value)
        return BETWEEN_NAMES[language].join(names)
    if form in ("tables", "fields"):
        each = form.removesuffix("s")
        return BETWEEN_NAMES[language].join(_named(str(name), each, language) for name in value)
    if form in ("table", "field", "setting", "choices", "choice", "pipeline"):
        return _named(str(value), form, language)
    if form == "period":
        return _period(str(value), language)
    if form == "about" and language == "zh-CN" and not isinstance(value, str):
        return _in_wan(value)
    return _number_or_text(value, form)


def _period(period: str, language: Language) -> str:
    """A month, quarter or year as people call it; what is none stays as it is."""
    match = _PERIOD.fullmatch(period)
    if match is None:
        return period
    facts = {name: part for name, part in match.groupdict().items() if part}
    if "month" in facts:
        facts["month"] = word("book", f"month_names.{int(facts['month'])}", language)
        return word("book", "periods.month", language).format(**facts)
    kind = "quarter" if "quarter" in facts else "year"
    return word("book", f"periods.{kind}", language).format(**facts)


def _number_or_text(value: Any, form: str) -> str:
    if isinstance(value, str):
        # What was read back out of a sentence as something else than a number stays as it is.
        return value
    if form in ("money", "about"):
        return f"{value:,}"
    if _COUNTED in form:
        singular, plural = form.split(_COUNTED)
        number = _trimmed(round(float(value), 2))
        return f"{number} {singular if number == '1' else plural}"
    if form == "percent":
        percent = round(float(value) * 100, 1)
        return f"{_trimmed(percent)}%"
    if form == "share":
        return f"{_trimmed(_whole_percent(float(value)))}%"
    if form == "number":
        return _trimmed(round(float(value), 2))
    if form == "whole":
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


def _whole_percent(share: float) -> float:
    """A share of few cases is no surer than a percent; near nothing and near all a tenth tells."""
    # Halves away from zero, as a cell of a sheet shows them.
    whole = int(Decimal(f"{share * 100:.12g}").to_integral_value(ROUND_HALF_UP))
    is_all_or_nothing = whole in (0, 100) and share not in (0, 1)
    return round(share * 100, 1) if is_all_or_nothing else whole


def _name_in(text: str) -> str | None:
    """The name that a `nearest` shows, without the words around it."""
    for language in LANGUAGES:
        before, _, after = word("cli", _NEAREST, language).partition("{name}")
        if before and text.startswith(before) and text.endswith(after):
            return text.removeprefix(before).removesuffix(after) or None
    return text or None


def _in_wan(value: Any) -> str:
    """A sum as Chinese people say it: 343000 is "34.3万", 125000000 is "1.25亿".

    As on tiles and in reports; books of earlier versions have a space before the unit.
    """
    if abs(value) < _WAN:
        return f"{value:,}"
    amount = Decimal(str(value))
    if abs(value) < _YI:
        return f"{(amount / _WAN).normalize():,f}万"
    yi = amount / _YI
    places = max(0, _YI_DIGITS - 1 - yi.adjusted())
    return f"{round(yi, places).normalize():,f}亿"


def _named(name: str, form: str, language: Language) -> str:
    """The label of a table, a field, a choice, several of them, or what a setting takes."""
    if form == "choices":
        return _choices(name, language)
    if form == "pipeline":
        return _label_or(name, lambda: choice("pipelines", name, language))
    if form == "table":
        return _label_or(name, lambda: sheet_name(name, language))
    if form == "field":
        table, _, field = name.partition(".")
        return _label_or(field or table, lambda: header(table, field, language))
    if form == "choice":
        owner, _, code = name.partition("=")
        return _label_or(code or owner, lambda: choice(owner, code, language))
    return _setting(name, language)


def _setting(text: str, language: Language) -> str:
    """What a setting holds or takes, from `Policy.key=` and a value, `a|b`, or `int:1:12`."""
    owner, _, takes = text.partition("=")
    kind, *bounds = takes.split(":")
    say = words("cli", language)["setting"]

    is_number = len(bounds) == 2 and kind in say
    if not is_number:
        codes = takes.split("|")
        return " | ".join(_choice_or_code(owner, code, language) for code in codes)

    minimum, maximum = bounds
    facts = {"kind": say[kind], "minimum": minimum, "maximum": maximum}
    if maximum:
        return fill(say["between"], facts, language)
    if minimum:
        return fill(say["from"], facts, language)
    return str(say[kind])


def _choices(text: str, language: Language) -> str:
    """The words of a list, from `Table.field=` and its codes; of a long list the first ones."""
    owner, _, listed = text.partition("=")
    codes = listed.split("|")
    shown = [_choice_or_code(owner, code, language) for code in codes[:_MOST_CHOICES]]
    return " | ".join(shown if len(codes) <= _MOST_CHOICES else [*shown, "…"])


def _choice_or_code(owner: str, code: str, language: Language) -> str:
    return _label_or(code, lambda: choice(owner, code, language))


def _is_choice(value: Any) -> bool:
    return isinstance(value, str) and _CHOICE.match(value) is not None


def _label_or(otherwise: str, look_up: Callable[[], str]) -> str:
    try:
        return look_up()
    except KeyError:
        return otherwise


def _trimmed(number: float) -> str:
    text = f"{number:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class _Sentence(NamedTuple):
    """One template of one language, as what its sentences look like."""

    fixed_length: int
    """How many characters stand outside the slots."""
    code: str
    language: Language
    pattern: re.Pattern[str]
    slots: tuple[tuple[str, str], ...]
    """The param and the form of each group of the pattern."""
    longest: str
    """A text that every such sentence holds: looking for it first is ten times quicker."""


@cache
def _sentences() -> list[_Sentence]:
    """Every template, those with the most fixed text first: they say the most about a text.

    Those of earlier releases are among them, for what a closed month says is never written anew.
    """
    sentences = [
        _sentence_of(code, template, language)
        for language in LANGUAGES
        for code, template in templates(language).items()
    ]
    sentences += [
        _sentence_of(code, template, language)
        for language in LANGUAGES
        for code, former in words("former", language).get("sentences", {}).items()
        for template in former
    ]
    # What consists of its slots alone would read any text as its own.
    telling = [sentence for sentence in sentences if sentence.fixed_length]
    return sorted(telling, key=lambda row: (-row.fixed_length, row.code, row.language))


def _sentence_of(code: str, template: str, language: Language) -> _Sentence:
    """A template whose slots take any text: `{rep} sold {sum:money}.` is `(.*?) sold (.*?)\\.`.

    What is counted has its word behind it: `{days:day/days}` is `(–|.*?(?= days| day))(?: days| day)?`.
    Books of earlier versions say `80 %` where sentences now say `80%`.
    """
    slots = tuple((slot[1], slot[2] or "text") for slot in _SLOT.finditer(template))
    fixed_texts = _SLOT.sub("\0", template).split("\0")
    fixed_length = sum(len(text) for text in fixed_texts)
    pattern = re.escape(fixed_texts[0])
    for (_, form), text in zip(slots, fixed_texts[1:], strict=True):
        if _COUNTED in form:
            # The longer word first, or `day` would be found in `days`.
            counted = sorted((f" {word}" for word in form.split(_COUNTED)), key=len, reverse=True)
            behind = "|".join(map(re.escape, counted))
            pattern += f"({_MISSING}|.*?(?={behind}))(?:{behind})?"
            fixed_length += len(counted[-1])
        else:
            pattern += "(.*?)"
        pattern += re.escape(text)
    pattern = pattern.replace("%", " ?%")
    without_percent = (part for text in fixed_texts for part in text.split("%"))
    return _Sentence(
        fixed_length=fixed_length,
        code=code,
        language=language,
        pattern=re.compile(pattern, re.DOTALL),
        slots=slots,
        longest=max(without_percent, key=len).strip(),
    )


def message_of(text: str) -> Message | None:
    """Find the message that a sentence of any language says; None where it is none of ours.

    Several sentences may be one template or several messages: that is taken which explains more of
    the text by its fixed words, for a slot may swallow whole sentences.

    Params come back as the sentence shows them: numbers rounded as printed, labels as labels.
    """
    whole = _read(text)
    parts = [_read(part) for part in _SENTENCE_END.split(text)]
    known = [part for part in parts if part is not None]

    if len(known) == len(parts) > 1:
        explained = sum(part.fixed_length for part in known)
        if whole is None or explained > whole.fixed_length:
            return joined(part.message for part in known)
    return whole.message if whole is not None else None


class _Reading(NamedTuple):
    """What a text says, by one template."""

    message: Message
    fixed_length: int
    """How much of the text is the template's own."""


@lru_cache(maxsize=10_000)
def _read(text: str) -> _Reading | None:
    """Find the one template that the whole text was made of."""
    for candidate in _sentences():
        if candidate.longest not in text:
            continue
        match = candidate.pattern.fullmatch(text)
        if not match:
            continue
        params = {}
        for (name, form), shown in zip(candidate.slots, match.groups(), strict=True):
            params[name] = _fact(form, shown)
        return _Reading(Message(candidate.code, params), candidate.fixed_length)
    return None


def _fact(form: str, text: str) -> Fact:
    """The param that a slot shows; a number that cannot be read stays text."""
    if form == "nearest":
        return _name_in(text)
    if text == _MISSING:
        return None
    is_counted = _COUNTED in form
    if not is_counted and form not in ("money", "about", "percent", "share", "number", "whole"):
        return text
    if is_counted:
        text = text.partition(" ")[0]
    unit = _UNITS.get(text[-1:], 1) if form == "about" else 1
    digits = text.replace(",", "").rstrip("%万亿").strip()
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return text
    if form in ("percent", "share"):
        value /= 100
    value *= unit
    if form in ("money", "about"):
        # With the digits that were shown, so that it is shown again as it was.
        return value
    is_whole = form == "whole" or ((is_counted or form == "number") and value == int(value))
    return int(value) if is_whole else float(value)
