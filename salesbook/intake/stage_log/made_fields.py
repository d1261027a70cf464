"""Which fields of a log's rows does the import make by itself?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LOG: Final = "StageHistory"
"""The record that takes files of what another system noted."""

MADE_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    LOG: frozenset(("seq", "noticed_on", "source")),
}
"""By table, required fields that no file needs a column for."""
