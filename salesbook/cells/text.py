"""What a cell says where words count: text, keys, choices, yes or no."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from salesbook import labels
from salesbook.cells.base import (
    DIGIT_LIMIT,
    Reason,
    clean_text,
    error_in,
    is_no_id,
    is_placeholder,
    plain_text,
    shown,
)
from salesbook.labels.words import fold
from salesbook.messages import Fact
from salesbook.names.nearest import nearest_known
from salesbook.store import MAX_TEXT_LENGTH, is_too_long, text_length
from salesbook.tables.lists import list_items, list_text

_LOST_DIGITS = re.compile(r"\d(?:\.\d+)?E\+\d{2,3}")
"""`1.2E+15`: how a spreadsheet shows, and saves as CSV, a long number whose digits are gone."""

_FLAGS = {
    fold(word): value
    for value, words in (
        (True, "true t yes y 1 on done 是 对 真 √ ✓ ✔ ☑ 有效 启用 啟用 完成 已完成"),
        (False, "false f no n 0 off 否 不是 不 假 ☐ 无效 停用 禁用 未完成"),
    )
    for word in words.split()
}


def read_text(cell: object) -> str | Reason | None:
    """Read the text of a cell, cleaned; a number as a person reads it, a date as ISO."""
    if isinstance(cell, str):
        return _read_words(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    return _number_as_text(cell)


def _read_words(cell: str) -> str | Reason | None:
    # The usual text without a call: this runs for every cell of a text column that has an odd one.
    text = cell.strip() if cell.isascii() and cell.isprintable() else clean_text(cell)
    if not text:
        return None
    if is_too_long(text):
        return Reason("text-too-long", {"length": text_length(text), "most": MAX_TEXT_LENGTH})
    error = error_in(text)
    if error:
        return error
    return Reason("digits-lost", {"found": text}) if _LOST_DIGITS.fullmatch(text) else text


def read_list(cell: object) -> str | Reason | None:
    """The items of a cell that names several, as `tables.lists` joins them; none is missing."""
    text = read_text(cell)
    if text is None or isinstance(text, Reason):
        return text
    return list_text(list_items(text)) or None


def read_id(cell: object) -> str | Reason | None:
    """Read a key as text, full-width forms made narrow.

    `00123` and `1E10` stay as typed; 123.0 in a number cell is 123.

    Refused: what Excel has already harmed (dates, more than 15 digits, `1.2E+15`) and fractions,
    whose last zeros are gone. `NA` is a key; `-`, `N/A` and `null` are not.
    """
    if isinstance(cell, bool):
        return Reason("id-is-flag", {"found": shown(cell)})
    if isinstance(cell, (dt.date, dt.datetime)):
        return Reason("id-is-date", {"found": shown(cell)})
    if isinstance(cell, float) and _is_fraction(cell):
        return Reason("id-is-fraction", {"found": repr(cell)})

    if not isinstance(cell, str):
        return read_text(cell)
    text = plain_text(cell)
    return None if is_no_id(text) else read_text(text)


def _is_fraction(number: float) -> bool:
    return number == number and abs(number) < DIGIT_LIMIT and number != int(number)


def _number_as_text(cell: object) -> str | Reason:
    if not isinstance(cell, (int, float)) or cell != cell or cell in (float("inf"), float("-inf")):
        return Reason("number-not-finite")
    if abs(cell) >= DIGIT_LIMIT:
        return Reason("digits-lost", {"found": repr(cell)})
    return str(int(cell)) if cell == int(cell) else repr(cell)


def choice_map(owner: str, codes: Iterable[str]) -> dict[str, str]:
    """Code by folded label of a choice field: labels of all languages, of before, and the codes.

    Args:
        owner: `Table.field`, as labels know the field's choices.
    """
    codes = tuple(codes)
    code_by_word: dict[str, str] = {}
    for language in labels.LANGUAGES:
        for code in codes:
            code_by_word[fold(labels.choice(owner, code, language))] = code

    # A code goes before a label that spells the same.
    for code in codes:
        code_by_word[fold(code)] = code

    # What is called so today goes before what was called so once.
    for code in codes:
        for former in labels.former_choices(owner, code):
            code_by_word.setdefault(fold(former), code)
    return code_by_word


def read_choice(cell: object, choices: Mapping[str, str], owner: str = "") -> str | Reason | None:
    """Read the code of a choice; a word that is none is refused with all that are.

    Args:
        owner: `Table.field`, as labels know the field's choices.
    """
    text = read_text(cell)
    if text is None or isinstance(text, Reason):
        return text
    word = fold(text)
    if word in choices:
        return choices[word]
    if is_placeholder(text):
        return None

    named = {known_word: code for known_word, code in choices.items() if code}
    nearest = next(iter(nearest_known(word, named)), None)
    codes = dict.fromkeys(code for code in choices.values() if code)
    known = f"{owner}={'|'.join(codes)}"
    facts: dict[str, Fact] = {"found": shown(text), "known": known, "nearest": nearest}
    return Reason("choice-unknown", {**facts, "meant": f"{owner}={nearest}" if nearest else None})


def read_flag(cell: object, choices: Mapping[str, str]) -> bool | Reason | None:
    """Read yes or no in the words of both languages.

    Args:
        choices: more words by what they mean, `yes` or `no`.
    """
    if isinstance(cell, bool):
        return cell
    text = read_text(cell)
    if text is None or isinstance(text, Reason):
        return text
    word = fold(text)
    if word in choices:
        return choices[word] == "yes"
    if word in _FLAGS:
        return _FLAGS[word]
    return None if is_placeholder(text) else Reason("flag-unclear", {"found": shown(text)})
