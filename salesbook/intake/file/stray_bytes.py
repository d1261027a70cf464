"""Is a file UTF-8 but for a few bytes of another encoding, and how would those read?"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from salesbook.errors import AmbiguousFile

MIXED: Final = re.compile(r"utf-?8(?:-sig)?\+(?P<other>.*)", re.IGNORECASE)
"""`utf-8+windows-1252`: UTF-8, and what is none of it in the other encoding."""

_OTHERS: Final = ("windows-1252", "gb18030")
"""From where a byte usually comes into a UTF-8 file: pasted from an old program."""
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LONGEST_SEQUENCE: Final = 4
_SHOWN: Final = 24
"""Characters shown on either side of a stray byte."""


@dataclass(frozen=True, slots=True)
class Strays:
    """The bytes of a file that are no UTF-8, and what the rest says."""

    positions: tuple[int, ...]
    text: str
    """The file without them."""

    @property
    def are_few(self) -> bool:
        """True where the file has at least as many sound characters beyond ASCII.

        Text in another encoding hardly ever is UTF-8 by chance.
        """
        sound = sum(not sign.isascii() for sign in self.text)
        return sound >= len(self.positions)


def strays_of(data: bytes) -> Strays:
    """Find the bytes that are no UTF-8."""
    positions: list[int] = []

    def note(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        positions.extend(range(error.start, error.end))
        return "", error.end

    codecs.register_error("salesbook.note", note)
    text = data.decode("utf-8", "salesbook.note")
    return Strays(tuple(positions), text)


def decode_mixed(data: bytes, other: str) -> str:
    """Read UTF-8 in which single bytes are of another encoding.

    Raises: LookupError for an encoding that nobody knows, UnicodeError where neither fits.
    """
    codecs.lookup(other)

    def read_as_other(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        # A character of the other encoding may take more bytes than UTF-8 cannot read.
        for end in range(error.start + 1, error.start + 1 + _LONGEST_SEQUENCE):
            try:
                return error.object[error.start : end].decode(other), end
            except UnicodeDecodeError:
                continue
        raise error

    codecs.register_error(f"salesbook.{other}", read_as_other)
    return data.decode("utf-8", f"salesbook.{other}")


def stray_refusal(data: bytes, strays: Strays, *, where: str) -> AmbiguousFile:
    """The refusal that names the line, and the option under which its neighbours stay as they are."""
    position = strays.positions[0]
    line_ends = list(_LINE_END.finditer(data[:position]))
    line_start = line_ends[-1].end() if line_ends else 0
    before = data[line_start:position].decode("utf-8")
    facts = {
        "line": len(line_ends) + 1,
        "byte": f"0x{data[position]:02X}",
        "before": before[-_SHOWN:],
        "count": len(strays.positions),
    }

    line_end = _LINE_END.search(data, position)
    line = data[line_start : line_end.start() if line_end else len(data)]
    for other in _likely_others(strays):
        try:
            decode_mixed(data, other)
            reading = decode_mixed(line, other)
        except UnicodeError:
            continue
        start = max(0, len(before) - _SHOWN)
        return AmbiguousFile(
            "stray-bytes",
            where=where,
            option=f"--encoding utf-8+{other}",
            reading=reading[start : len(before) + _SHOWN],
            **facts,
        )
    return AmbiguousFile("stray-bytes-unknown", where=where, **facts)


def _likely_others(strays: Strays) -> tuple[str, ...]:
    """Chinese characters have two bytes each: then strays come in pairs."""
    positions = set(strays.positions)
    come_in_pairs = all(
        position + 1 in positions or position - 1 in positions for position in positions
    )
    return tuple(reversed(_OTHERS)) if come_in_pairs else _OTHERS
