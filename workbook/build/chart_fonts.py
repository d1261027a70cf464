"""In which font do charts write Chinese? In one that they name, or each computer would choose.

XlsxWriter names a chart's font for Latin letters alone (`a:latin`). Which one Chinese letters of a
label get would then hang on Excel's language: a name of a customer looks and breaks differently.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from workbook.build import look

_CHART: Final = re.compile(r"xl/charts/chart\d+\.xml")
# `<a:latin typeface="Calibri"/>`, behind which the schema wants `a:ea`.
_LATIN: Final = re.compile(rb"<a:latin [^>]*/>")


def with_eastern_fonts(package: bytes) -> bytes:
    """The workbook with a font for Chinese beside each font that its charts name."""
    eastern = b'<a:ea typeface="%b"/>' % look.FONTS["zh-CN"].encode()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if _CHART.fullmatch(entry.filename):
                content = _LATIN.sub(lambda latin: latin[0] + eastern, content)
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
