"""When do two formulas say the same? However a program spells what does not matter."""

from __future__ import annotations

import contextlib
from functools import lru_cache

from salesbook.hosts.formulas.references import UnsureError, tokens

Reading = tuple[str, ...]


@lru_cache(maxsize=65_536)
def reading(formula: str) -> Reading:
    """What a formula says, apart from spaces, quotes of sheets, cases of names and zeros of numbers.

    `=sum( 'Data'!$B$1 )*1.50` says what `SUM(Data!$B$1)*1.5` says. Texts stay as they are.
    """
    try:
        pieces = tokens(formula.removeprefix("="))
    except UnsureError:
        return (formula,)
    said: list[str] = []
    for kind, text in pieces:
        if text.isspace():
            continue
        if kind == "sheet":
            name = text.removesuffix("!")
            if name.startswith("'"):
                name = name[1:-1].replace("''", "'")
            said.append(name.casefold() + "!")
        elif kind == "text":
            said.append(text)
        else:
            said.append(_plain(text))
    return tuple(said)


def _plain(text: str) -> str:
    is_number = text[0].isdigit() or text[0] == "."
    if is_number:
        with contextlib.suppress(ValueError):
            return repr(float(text))
    return text.casefold()
