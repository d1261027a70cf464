"""In which encoding is a text file? Its mark tells, or strict UTF-8, or headers that make sense."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from salesbook.cells.base import shown
from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.file.stray_bytes import MIXED, decode_mixed, stray_refusal, strays_of

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks; those of UTF-32 first, since one of them begins as one of UTF-16 does."""

_CANDIDATES: Final = ("gb18030", "cp950", "cp932", "cp949", "cp1252", "cp1250", "cp1251")
"""What Windows writes in China, Taiwan, Japan, Korea, and in Western, Central and Eastern Europe."""

_ALSO_OFFERED: Final = ("mac_roman", "cp850")
"""What an old Macintosh and DOS write: any bytes are a text in these, so that they prove nothing."""

_WIDE: Final = ("utf-16-le", "utf-16-be")
_HEAD = 4096
_SHOWN: Final = 200_000
"""Bytes in which a line is looked for that tells encodings apart."""
_WIDE_SHARE = 8
"""Every second byte of Latin text in UTF-16 is 0; one of eight makes it likely in any language."""
_SOUND_CONTROLS: Final = frozenset("\t\n\r\f\v\x00\x1a")


def decode(
    data: bytes, encoding: str | None, score: Callable[[str], int], *, where: str
) -> tuple[str, str]:
    """Read a file's bytes as text.

    Without a mark and unless the bytes are UTF-8, the encodings are tried under which they make a
    text without unassigned characters; the one whose text has the most known headers is taken, if
    it is the only one, or if the others read the same, and if some of those headers are of letters
    beyond ASCII: headers in ASCII say nothing of the encoding of the rest. A file that is UTF-8 but
    for a few bytes is refused with their line: any other encoding would garble the rest.

    Args:
        encoding: what the user says, `utf-8+windows-1252` for UTF-8 with stray bytes of the other;
            None to find out.
        score: how many known headers a text begins with.

    Returns: text and encoding. Raises: UsageError, AmbiguousFile.
    """
    if encoding:
        return _decoded(data, encoding, where), encoding.lower()
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decoded(data, name, where), name

    head = data[:_HEAD]
    is_wide = head.count(0) > len(head) // _WIDE_SHARE
    if is_wide:
        return _likeliest(_readable(data, _WIDE), score, where)

    text = _strict(data, "utf-8")
    if text is not None:
        return text, "utf-8"
    readable = _readable(data, _CANDIDATES)
    strays = strays_of(data)
    if strays.are_few:
        known = score(strays.text)
        if all(score(text) <= known for _, text in readable):
            raise stray_refusal(data, strays, where=where)
    in_ascii = score(data.decode("ascii", "ignore"))
    also_offered = [(name, data[:_SHOWN].decode(name)) for name in _ALSO_OFFERED]
    return _likeliest(readable, score, where, in_ascii=in_ascii, also_offered=also_offered)


def _likeliest(
    readable: list[tuple[str, str]],
    score: Callable[[str], int],
    where: str,
    *,
    in_ascii: int = 0,
    also_offered: Sequence[tuple[str, str]] = (),
) -> tuple[str, str]:
    """The text with the most known headers and its encoding.

    Args:
        readable: encoding and text, the likelier first.
        in_ascii: known headers that the text has in any encoding.
        also_offered: encodings and texts to choose from that prove nothing.

    Raises: AmbiguousFile where there is none, or where several differ.
    """
    scores = [score(text) for _, text in readable]
    best = max(scores, default=0)
    names_by_text: dict[str, str] = {}
    for (name, text), count in zip(readable, scores, strict=True):
        if count == best and best > in_ascii:
            names_by_text.setdefault(text, name)

    if len(names_by_text) != 1:
        names = [name for name, _ in readable] if best > 0 else []
        texts = dict([*readable, *also_offered])
        choices = tuple(texts) if names else ("gb18030", "windows-1252")
        raise AmbiguousFile(
            "encoding-unclear",
            where=where,
            option="--encoding",
            candidates=choices,
            choices=choices,
            examples=tuple(_telling_line(texts.get(name, "")) for name in choices),
        )
    return next(iter(names_by_text.items()))


def _telling_line(text: str) -> str:
    """The first line that differs by encoding: who knows the file sees which one is right."""
    lines = (line.strip() for line in text.splitlines() if not line.isascii())
    return shown(next(lines, ""))


def _readable(data: bytes, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Encodings under which the bytes are a text of real characters, each with that text."""
    readable = []
    for name in names:
        text = _strict(data, name)
        if text is not None and not _has_odd_characters(text):
            readable.append((name, text))
    return readable


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _has_odd_characters(text: str) -> bool:
    """True for controls, private or unassigned characters, which no sensible text has."""
    odd = {char for char in set(text) if unicodedata.category(char) in ("Cc", "Co", "Cn", "Cs")}
    return bool(odd - _SOUND_CONTROLS)


def _decoded(data: bytes, name: str, where: str) -> str:
    """Decode under a given encoding; a byte order mark is no text.

    Raises: UsageError for an encoding that nobody knows, AmbiguousFile where it does not fit.
    """
    mixed = MIXED.fullmatch(name)
    try:
        text = decode_mixed(data, mixed["other"]) if mixed else data.decode(name)
    except LookupError:
        raise UsageError("no-such-encoding", where="--encoding", found=name) from None
    except UnicodeError as error:
        if codecs.lookup(name if not mixed else "utf-8").name in ("utf-8", "utf-8-sig"):
            strays = strays_of(data)
            if strays.are_few:
                raise stray_refusal(data, strays, where=where) from error
        offset = getattr(error, "start", 0)
        line = data[:offset].count(b"\n") + 1
        raise AmbiguousFile(
            "encoding-does-not-fit", where=where, found=name, line=line, option="--encoding"
        ) from error
    return text.removeprefix("\ufeff")
