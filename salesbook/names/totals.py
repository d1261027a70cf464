"""Which words say that a row is a sum of others and no entry?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from salesbook.names.characters import fold_characters
from salesbook.names.folding import fold_name

_WORDS: Final = tuple(
    word
    for words in (
        "total|totals|grand total|grand totals|overall|overall total|total amount|sum|summary",
        "subtotal|subtotals|sub total|sub totals",
        "totaux|montant total|total général|sous total|sous totaux|somme",
        "totales|importe total|total general|subtotales|suma",
        "totais|valor total|total geral|subtotais|soma",
        "totale|totali|totale generale|totale complessivo|subtotale|somma",
        "totaal|totalen|totaalbedrag|eindtotaal|tussentotaal|subtotaal|totalt",
        "summe|summen|gesamt|gesamtsumme|gesamtbetrag|zwischensumme|teilsumme|endsumme",
        "insgesamt|gesamtergebnis|teilergebnis",
        "toplam|celkem|razem|ogółem",
        "итого|всего|сумма|итог|общий итог|подытог|промежуточный итог|общая сумма",
        "汇总|彙總|总和|總和|总额|總額|総計|総合計|累計|合計金額|합계|총계|소계",
    )
    for word in words.split("|")
)
"""A language a line; Chinese words such as 合计 and 小 计 are in the pattern below."""

_PLAIN_WORDS: Final = "|".join(re.escape(fold_name(word)).replace(r"\ ", "[ -]") for word in _WORDS)
"""`grand total` also as `grand-total`."""

_SAYS: Final = re.compile(rf"(?:{_PLAIN_WORDS}|[合总小共]\s*计|计)(?:[ :\d()/-]*|\s*[:(\d].*)")
"""Such a word alone, before numbers (`Total 2026`), or before a colon, bracket or digit and more
(`Total: all regions`).
"""

_OF_GROUP: Final = re.compile(
    rf"(?P<before>.+?)[ :-]*(?:{_PLAIN_WORDS}|[合总總小共]\s*[计計])"
    rf"|(?:{_PLAIN_WORDS}|[合总總小共]\s*[计計])(?: for| of| von| für|:)?\s+(?P<after>.+)",
    re.IGNORECASE,
)
"""`Acme Total` as Excel writes subtotals, `张三 汇总`, and `Total for Acme` as QuickBooks does."""

_STARTS: Final = tuple(
    dict.fromkeys(f"\n{fold_name(word).split()[0]}" for word in ("sub", *_WORDS, *"合总小共计"))
)
"""How a line begins that may say so."""
_WITHIN: Final = tuple(start.strip() for start in _STARTS)
"""How a word anywhere in a line begins that may say so."""


def says_total(text: str) -> bool:
    """True for `Total`, `Zwischensumme:`, `Итого 2026`, `合 计（12）`; not for `Total Energies`."""
    return _SAYS.fullmatch(fold_name(text)) is not None


def group_of_total(text: str) -> str:
    """The group whose total a text may name: Acme of `Acme Total` and `Total for Acme`; else blank."""
    match = _OF_GROUP.fullmatch(text.strip())
    return (match["before"] or match["after"]).strip() if match else ""


def may_say_total(texts: Iterable[str], *, within: bool = False) -> bool:
    """Whether some of these texts may say so: one look instead of many.

    Args:
        within: whether the word may stand anywhere in a text, as in `Acme Total`.
    """
    column = fold_characters("\n".join(["", *texts]))
    if within:
        return any(word in column for word in _WITHIN)
    return any(start in column for start in _STARTS)
