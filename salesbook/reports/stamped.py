"""How does an Office file get the same bytes each time? Its moments are those of the report's day."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Final

_MOMENT: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
"""Matches `<dcterms:created xsi:type="dcterms:W3CDTF">2026-11-29T08:15:00Z</dcterms:`."""
_NEGATIVE_AXIS: Final = re.compile(rb'(<c:(?:axId|crossAx) val=")-(\d+")')
"""Matches `<c:axId val="-2068027336"`: ids of axes are not negative in the standard."""


def stamped(content: bytes, day: dt.date) -> bytes:
    """Pack an Office file anew, with one moment everywhere, in the files inside it too."""
    out = io.BytesIO()
    moment = max(day, dt.date(1980, 1, 1))
    with (
        zipfile.ZipFile(io.BytesIO(content)) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in packed.namelist():
            entry = zipfile.ZipInfo(name, (moment.year, moment.month, moment.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            # Or it would tell which system made it.
            entry.create_system = 3
            target.writestr(entry, _part(name, packed.read(name), day))
    return out.getvalue()


def _part(name: str, content: bytes, day: dt.date) -> bytes:
    if name.endswith(".xlsx"):
        return stamped(content, day)
    if name == "docProps/core.xml":
        return _MOMENT.sub(rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode() + rb"\2", content)
    if "/charts/" in name:
        return _NEGATIVE_AXIS.sub(rb"\1\2", content)
    return content
