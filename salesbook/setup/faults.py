"""What did a check find? All is well, a fault or a remark, with the facts its sentence needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from salesbook.setup.machine import Machine


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the set-up; `fault` is a code of `setup.toml`, none where all is well."""

    check: str
    fault: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_remark: bool = False
    """True where things work, and there is something to know."""


@dataclass(frozen=True, slots=True)
class Place:
    """The workbook that is looked at: its path or address, and its sheet xlwings.conf."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_folder(self) -> bool:
        """False for a workbook in the cloud: an address, or a name without a folder."""
        return "://" not in self.name and any(sign in self.name for sign in "/\\")


Rule = Callable[[Machine, Place | None], Iterator[Look]]
