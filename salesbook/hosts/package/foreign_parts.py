"""In which encoding did another program write a part? Whatever it was, the house reads UTF-8.

Excel writes the parts that it needs in UTF-8; it reads them in others too, in which some programs
write theirs.
"""

from __future__ import annotations

import re
from typing import Final

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package.archive import Packed, Staged

_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_DECLARED: Final = re.compile(
    rb"""<\?xml\s[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
"""Matches `<?xml version="1.0" encoding="ISO-8859-1"` with the encoding."""
_DECLARATION: Final = re.compile(r"<\?xml\s[^>]{0,200}?\?>")
_KNOWN: Final = re.compile(
    r"utf-16(?:le|be)?|iso-8859-\d{1,2}|latin-?1|windows-125\d|gb2312|gbk|gb18030|big5|shift_jis"
    r"|euc-(?:jp|kr)",
    re.IGNORECASE,
)
"""Encodings that are read; in others a tag could hide from whoever looks for its bytes."""
_HEAD_BYTES: Final = 200


class ForeignParts(Staged):
    """The parts of a package that another program may have made, each in UTF-8."""

    def content(self, name: str) -> bytes:
        """Hand out a part. Raises: NotAWorkbook, UnsafeFile."""
        data = super().content(name)
        encoding = _encoding(data[:_HEAD_BYTES])
        if not encoding:
            return data
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise NotAWorkbook("damaged-part", where=name) from error
        return _DECLARATION.sub("", text.lstrip("\ufeff"), count=1).encode()

    def packed(self, name: str) -> Packed | None:
        """Hand out a part as the archive holds it; None where that is not UTF-8."""
        return None if _encoding(self.head(name, _HEAD_BYTES)) else super().packed(name)


def _encoding(head: bytes) -> str:
    """Name the encoding of a part that must be written anew; blank for one that stays.

    An encoding that nobody knows stays too: whoever reads the part refuses it by name.
    """
    if head.startswith(_UTF_16_MARKS):
        return "utf-16"
    declared = _DECLARED.match(head.lstrip(b"\xef\xbb\xbf"))
    name = declared[1].decode("ascii") if declared else ""
    return name if _KNOWN.fullmatch(name) else ""
