"""Which words say that a row is a sum of others and no entry?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from salesbook.names.folding import fold_name

_WORDS: Final = (
    *(
        "total",
        "totals",
        "totaux",
        "totales",
        "totais",
        "totale",
        "totali",
        "totaal",
        "totalen",
        "totalt",
    ),
    *("total general", "total geral", "total général", "totale generale", "totale complessivo"),
    *(
        "montant total",
        "importe total",
        "valor total",
        "totaalbedrag",
        "eindtotaal",
        "tussentotaal",
    ),
    *("grand total", "grand totals", "sum", "summary", "overall", "overall total", "total amount"),
    *("subtotal", "subtotals", "sub total", "sub totals", "subtotale", "subtotales", "subtotais"),
    *("subtotaal", "sous total", "sous totaux", "somme", "suma", "somma", "soma"),
    *(
        "summe",
        "summen",
        "gesamt",
        "gesamtsumme",
        "gesamtbetrag",
        "zwischensumme",
        "teilsumme",
        "endsumme",
    ),
    *("insgesamt", "gesamtergebnis", "teilergebnis", "toplam", "celkem", "razem", "ogółem"),
    *(
        "итого",
        "всего",
        "сумма",
        "итог",
        "общий итог",
        "подытог",
        "промежуточный итог",
        "общая сумма",
    ),
    *(
        "汇总",
        "彙總",
        "总和",
        "總和",
        "总额",
        "總額",
        "総計",
        "総合計",
        "累計",
        "合計金額",
        "합계",
        "총계",
        "소계",
    ),
)
_PLAIN_WORDS: Final = "|".join(map(re.escape, sorted(_WORDS, key=len, reverse=True))).replace(
    r"\ ", "[ -]"
)
_SAYS: Final = re.compile(
    rf"(?:{_PLAIN_WORDS}|[合总總小共]\s*[计計]|計)(?:[ :\d()/-]*|\s*[:(\d].*)"
)
_STARTS: Final = tuple(
    dict.fromkeys(f"\n{word.split()[0]}" for word in ("sub", *_WORDS, *"合总總小共計"))
)
"""How a line begins that may say so."""


def says_total(text: str) -> bool:
    """True for `Total`, `Zwischensumme:`, `Итого 2026`, `合 计（12）`; not for `Total Energies`."""
    return _SAYS.fullmatch(fold_name(text)) is not None


def may_say_total(texts: Iterable[str]) -> bool:
    """Whether some of these texts may say so: one look instead of many."""
    column = unicodedata.normalize("NFKC", "\n".join(["", *texts])).casefold()
    return any(start in column for start in _STARTS)
