"""What tells two products of nearly one name apart: `Filter F` and `Filter F+`, `1.5 mm` and `15 mm`?"""

from __future__ import annotations

import re
from typing import Final

from salesbook.names.characters import fold_characters

_MARK: Final = re.compile(
    r"\d+(?:[.,]\d+)?"  # 20 of `Hose 20 m`, and 1.5
    r"|[+#*%&]"  # `F+`, `C#`
    r"|(?<![a-z])(?:[a-z]|x{1,3}[sl])(?![a-z])"  # the F of `Filter F`; sizes XL, XXL, XS
)


def product_marks(name: str) -> tuple[str, ...]:
    """The numbers, signs, single letters and sizes of a product's name, in alphabetical order.

    Whatever else differs in two names may be a slip; these are what a maker tells his products apart by.
    """
    marks = _MARK.findall(fold_characters(name))
    return tuple(sorted(mark.replace(",", ".") for mark in marks))
