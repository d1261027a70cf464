"""Which name, address or key is in a text that names somebody?

Systems write their users as `kim@finch.com`, `Vale, Kim`, `Kim Vale (kim@finch.com)`,
`Kim Vale <kim@finch.com>`, `Kim Vale (R1)` and `Kim Vale - Sales`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from salesbook.names.contact_data import mail_address
from salesbook.names.folding import fold_name

_ADDRESS: Final = re.compile(r"[<(\[]?\s*(?:mailto:)?[^@\s<>()\[\]]+@[^@\s<>()\[\],;]+\s*[>)\]]?")
"""An address with the brackets around it."""
_BRACKETS: Final = re.compile(r"(?P<outer>[^()\[\]<>]*\S)\s*[(\[<](?P<inner>[^()\[\]<>]+)[)\]>]\s*")
_SUFFIX: Final = re.compile(r"\s+[-\u2013\u2014|/]\s+|\s*\|\s*")
"""What parts a name from a team or a role: ` - `, ` | `, ` / `."""
_EDGES: Final = " ,;:-\u2013\u2014|/"


class Form(IntEnum):
    """How somebody is named, the surest form first: in this order a file is looked through."""

    NAME = 0
    NAME_AND_ADDRESS = 1
    ADDRESS = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text that names somebody, taken apart."""

    name: str
    """The name as typed, without address; blank where there is only an address."""
    address: str = ""
    """In small letters; blank for none."""
    before: str = ""
    """What stands before a bracket, ` - `, ` | ` or ` / `; blank where there is none."""
    behind: str = ""
    """What stands in the bracket or behind the sign."""
    is_bracket: bool = False

    @property
    def form(self) -> Form:
        """How somebody is named."""
        if self.address:
            return Form.NAME_AND_ADDRESS if self.name else Form.ADDRESS
        return Form.OTHER if self.before or "," in self.name else Form.NAME

    @property
    def local_part(self) -> str:
        """The words before the @ of the address: `kim vale` of `kim.vale@finch.com`."""
        return re.sub(r"[._\-+\d]+", " ", self.address.partition("@")[0]).strip()


@lru_cache(maxsize=10_000)
def spelling_of(typed: str) -> Spelling:
    """Take a text that names somebody apart."""
    plain = unicodedata.normalize("NFKC", typed)
    address = mail_address(plain)
    if address is not None:
        name = _ADDRESS.sub(" ", plain, count=1).strip(_EDGES)
        return Spelling(" ".join(name.split()).strip("()[]<> "), address)

    match = _BRACKETS.fullmatch(plain)
    if match:
        return Spelling(typed, "", match["outer"].strip(), match["inner"].strip(), is_bracket=True)
    before, *rest = _SUFFIX.split(plain, maxsplit=1)
    if rest and before.strip() and rest[0].strip():
        return Spelling(typed, "", before.strip(), rest[0].strip())
    return Spelling(typed)


def folded_forms(name: str) -> tuple[str, ...]:
    """The folded name, and with the given name first where a comma says that it comes last.

    `Vale, Kim` is `vale, kim` and `kim vale`.
    """
    folded = fold_name(name)
    last, comma, first = (part.strip() for part in folded.partition(","))
    if comma and last and first and "," not in first:
        return folded, f"{first} {last}"
    return (folded,)
