"""Which words does a report need? They come in from above: this room knows codes and numbers only."""

from __future__ import annotations

from typing import Any, Protocol

from salesbook.messages import Message


class Words(Protocol):
    """What a report says, in one language."""

    @property
    def language(self) -> str:
        """The language as HTML and PDF name it: `en` or `zh-Hans`."""

    def say(self, name: str, /, **facts: Any) -> str:
        """A text of reports.toml by its dotted name, with its facts."""

    def sentence(self, cell: str | Message) -> str:
        """What a cell of a list says: a message in words, or a text as it stands in the workbook."""

    def heading(self, field: str) -> str:
        """What the workbook calls a field of PageLines."""

    def choice(self, owner: str, code: str) -> str:
        """The word of a code that a field, such as `PageLines.metric`, may hold."""

    def period(self, period: str) -> str:
        """A month, quarter or year as people call it."""
