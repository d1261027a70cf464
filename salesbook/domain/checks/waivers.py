"""Which warnings has somebody accepted, and do they still stand?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import pandas as pd

from salesbook.messages import Finding

_HASH_LENGTH = 12
_WAIVED_BY: Final = ("table", "row_key", "field", "code", "value_hash")
_ANY_VALUE: Final = ""
_NUMBER: Final = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?")
"""Such as 30000000.00 or 30,000,000; no fingerprint, even one that is digits but for an e."""


def value_hash(found: str) -> str:
    """A short fingerprint of what a warning found, which books of before 0.3.0 asked for."""
    return hashlib.sha256(found.encode()).hexdigest()[:_HASH_LENGTH]


def accepted_value(found: str) -> str:
    """What a row of Waivers says that accepts a warning for the value it found.

    A cell that is blank has no value to repeat, and a blank here would accept any: its fingerprint
    says that it was blank.
    """
    return found.strip() or value_hash("")


def without_waived(findings: Iterable[Finding], waivers: pd.DataFrame) -> list[Finding]:
    """Leave out warnings that were accepted for the value they found; errors cannot be accepted.

    Args:
        waivers: Waivers; `field` is the field's name. `value_hash` is the value as Checks shows it,
            or its fingerprint; missing accepts whatever value the warning is about.
    """
    columns = [waivers[name] for name in _WAIVED_BY]
    accepted = {
        (table, row_key, field, code, _comparable(value))
        for table, row_key, field, code, value in zip(*columns, strict=True)
    }
    return [
        finding
        for finding in findings
        if finding.severity == "error" or accepted.isdisjoint(_waivers_of(finding))
    ]


def _waivers_of(finding: Finding) -> list[tuple[str, ...]]:
    """What a row of Waivers may say, in the order of _WAIVED_BY, to accept this finding."""
    about = (finding.table, finding.row_key, finding.field or "", finding.code)
    values = [_comparable(finding.found), value_hash(finding.found), _ANY_VALUE]
    if finding.found == finding.row_key:
        # Checks shows no value where it is the key of the row, which stands beside it.
        values.append(value_hash(""))
    return [(*about, value) for value in values]


def _comparable(value: object) -> str:
    """A value so that 30000000.00, as Checks shows it, equals 30,000,000, as a cell shows it."""
    text = "" if pd.isna(value) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        return text
    return f"{Decimal(text.replace(',', '')).normalize():f}"
