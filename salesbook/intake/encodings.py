"""In which encoding is a text file written? Its mark tells, or strict UTF-8, or headers that make
sense.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from salesbook.errors import AmbiguousFile, UsageError

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CANDIDATES: Final = ("gb18030", "cp950", "cp932", "cp949", "cp1252", "cp1250", "cp1251")
_WIDE: Final = ("utf-16-le", "utf-16-be")
_HEAD = 4096


def decode(
    data: bytes, encoding: str | None, score: Callable[[str], int], *, where: str
) -> tuple[str, str]:
    """Read a file's bytes as text.

    Without a mark and unless the bytes are UTF-8, the encodings are tried under which they make a
    text without unassigned characters; the one whose text has the most known headers is taken, if
    it is the only one, or if the others read the same.

    Args:
        encoding: what the user says; None to find out.
        score: how many known headers a text begins with.

    Returns: text and encoding. Raises: UsageError, AmbiguousFile.
    """
    if encoding:
        return _as_told(data, encoding, where), encoding.lower()
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _as_told(data, name, where), name
    wide = data[:_HEAD].count(0) > len(data[:_HEAD]) // 8
    if not wide:
        text = _strict(data, "utf-8")
        if text is not None:
            return text, "utf-8"
    found = [
        (score(text), name, text) for name, text in _readable(data, _WIDE if wide else _CANDIDATES)
    ]
    best = max((count for count, _, _ in found), default=0)
    texts = {text: name for count, name, text in reversed(found) if count == best and best > 0}
    if len(texts) != 1:
        names = ", ".join(name for _, name, _ in found if best > 0) or "gb18030, windows-1252"
        raise AmbiguousFile("encoding-unclear", where=where, option="--encoding", candidates=names)
    text, name = next(iter(texts.items()))
    return text, name


def _readable(data: bytes, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Encodings under which the bytes are a text of real characters."""
    found = []
    for name in names:
        text = _strict(data, name)
        if text is not None and not _has_odd_characters(text):
            found.append((name, text))
    return found


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _has_odd_characters(text: str) -> bool:
    """True for controls, private or unassigned characters, which no sensible text has."""
    odd = {char for char in set(text) if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs")}
    return bool(odd - set("\t\n\r\f\v\x00\x1a"))


def _as_told(data: bytes, name: str, where: str) -> str:
    """Decode under a given encoding; a byte order mark is no text."""
    try:
        text = data.decode(name)
    except LookupError:
        raise UsageError("no-such-encoding", where="--encoding", found=name) from None
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        line = data[:at].count(b"\n") + 1
        raise AmbiguousFile(
            "encoding-does-not-fit", where=where, found=name, line=line, option="--encoding"
        ) from error
    return text.removeprefix("\ufeff")
