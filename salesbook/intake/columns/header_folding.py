"""When are two headers the same, and what may one stand for?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from salesbook.labels.words import fold

_PART_OF_DOCUMENT: Final = re.compile(
    r"^\*?[(（](?:单据头|表头|基本信息|主表|明细信息|订单明细|单据体|表体|财务信息)[)）]"
)
"""Where on its document a field stands, as 金蝶 writes it: `*(单据头)日期`, `(订单明细)物料名称`."""

_MUST_BE_FILLED: Final = re.compile(
    r"[(（]\s*(?:必填|选填|必填项|required|optional)\s*[)）]$", re.IGNORECASE
)
"""What templates for an import say behind a header: `客户名称（必填）`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header may stand for."""

    field: str
    """A field of the table, or a name with "_" that steers the import."""
    only: str
    """`open` or `closed`: for deals in such a stage alone."""
    rank: int
    """0 for our own labels, then the place in the list of aliases; below 0 in a known system."""


def fold_header(text: str) -> str:
    """Bring a header to the form in which headers are compared.

    Case, width, spaces, `_`, `-`, marks and the dot of `Order no.` do not count; traditional
    characters are as simplified.
    """
    return fold(text).strip("*:：'\"").rstrip(".")


def bare_header(text: str) -> str:
    """A header without what an ERP or a template says around it; other headers as they are."""
    return _MUST_BE_FILLED.sub("", _PART_OF_DOCUMENT.sub("", text)).strip()
