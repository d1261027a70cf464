"""Which warnings has somebody accepted, and do they still stand?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import pandas as pd

from salesbook.messages import Finding

_HASH_LENGTH = 12
_WAIVED_BY: Final = ("table", "row_key", "field", "code", "value_hash")


def value_hash(found: str) -> str:
    """A short fingerprint of what a warning found: a waiver ends when the value changes."""
    return hashlib.sha256(found.encode()).hexdigest()[:_HASH_LENGTH]


def without_waived(findings: Iterable[Finding], waivers: pd.DataFrame) -> list[Finding]:
    """Leave out warnings that were accepted for the value they found; errors cannot be accepted.

    Args:
        waivers: Waivers; `field` is the field's name, `value_hash` as `value_hash` makes it.
    """
    columns = [waivers[name] for name in _WAIVED_BY]
    accepted = set(zip(*columns, strict=True))
    return [
        finding
        for finding in findings
        if finding.severity == "error" or _waiver_of(finding) not in accepted
    ]


def _waiver_of(finding: Finding) -> tuple[str, ...]:
    """What a row of Waivers must say, in the order of _WAIVED_BY, to accept this finding."""
    return (
        finding.table,
        finding.row_key,
        finding.field or "",
        finding.code,
        value_hash(finding.found),
    )
