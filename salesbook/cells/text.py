"""What a cell says where words count: text, keys, choices, yes or no."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from salesbook import labels
from salesbook.cells.base import (
    TEXT_LIMIT,
    Reason,
    clean_text,
    error_in,
    is_no_id,
    is_placeholder,
    plain_text,
    shown,
)
from salesbook.labels.words import fold
from salesbook.tables.lists import list_items, list_text

_LOST_DIGITS = re.compile(r"\d(?:\.\d+)?E\+\d{2,3}")
_FLAGS = {
    fold(word): value
    for value, words in (
        (True, "true t yes y 1 on 是 对 真 √ ✓ ✔ ☑ 有效 启用 啟用"),
        (False, "false f no n 0 off 否 不是 不 假 ☐ 无效 停用 禁用"),
    )
    for word in words.split()
}


def read_text(cell: object) -> str | Reason | None:
    """The text of a cell, cleaned; a number as a person reads it, a date as ISO."""
    if isinstance(cell, str):
        text = cell.strip() if cell.isascii() and cell.isprintable() else clean_text(cell)
        if not text:
            return None
        if len(text) > TEXT_LIMIT:
            return Reason("text-too-long", {"length": len(text), "most": TEXT_LIMIT})
        error = error_in(text)
        if error:
            return error
        return Reason("digits-lost", {"found": text}) if _LOST_DIGITS.fullmatch(text) else text
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    return _number_as_text(cell)


def read_list(cell: object) -> str | Reason | None:
    """The items of a cell that names several, as `tables.lists` joins them; none is missing."""
    text = read_text(cell)
    if text is None or isinstance(text, Reason):
        return text
    return list_text(list_items(text)) or None


def read_id(cell: object) -> str | Reason | None:
    """A key as text, full-width forms made narrow; `00123` and `1E10` stay, 123.0 in a number cell
    is 123.

    Refused: what Excel has already harmed (dates, more than 15 digits, `1.2E+15`) and fractions,
    whose last zeros are gone. `NA` is a key; `-` and `N/A` are not.
    """
    if isinstance(cell, bool):
        return Reason("id-is-flag", {"found": shown(cell)})
    if isinstance(cell, (dt.date, dt.datetime)):
        return Reason("id-is-date", {"found": shown(cell)})
    if isinstance(cell, float) and cell == cell and abs(cell) < 1e15 and cell != int(cell):
        return Reason("id-is-fraction", {"found": repr(cell)})
    text = read_text(plain_text(cell) if isinstance(cell, str) else cell)
    return None if isinstance(text, str) and is_no_id(text) else text


def _number_as_text(cell: object) -> str | Reason:
    if not isinstance(cell, (int, float)) or cell != cell or cell in (float("inf"), float("-inf")):
        return Reason("number-not-finite")
    if abs(cell) >= 1e15:
        return Reason("digits-lost", {"found": repr(cell)})
    return str(int(cell)) if cell == int(cell) else repr(cell)


def choice_map(owner: str, codes: Iterable[str]) -> dict[str, str]:
    """Code by folded label of a choice field, labels of all languages and the codes themselves."""
    codes = tuple(codes)
    found = {
        fold(labels.choice(owner, code, lang)): code for lang in labels.LANGUAGES for code in codes
    }
    return found | {fold(code): code for code in codes}


def read_choice(cell: object, choices: Mapping[str, str]) -> str | Reason | None:
    """The code of a choice; a word that is none is refused with the nearest code,
    if one is near.
    """
    text = read_text(cell)
    if text is None or isinstance(text, Reason):
        return text
    word = fold(text)
    if word in choices:
        return choices[word]
    if is_placeholder(text):
        return None
    near = get_close_matches(word, list(choices), n=1, cutoff=0.75)
    return Reason(
        "choice-unknown", {"found": shown(text), "nearest": choices[near[0]] if near else None}
    )


def read_flag(cell: object, choices: Mapping[str, str]) -> bool | Reason | None:
    """Yes or no, in the words of both languages;
    `choices` may add words for the codes yes and no.
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
