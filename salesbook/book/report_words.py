"""Which words does a report take? Those of the labels, so that it says what the workbook says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from salesbook import labels
from salesbook.labels import Language
from salesbook.labels.messages import fill
from salesbook.messages import Message

_TAGS: Final[dict[Language, str]] = {"en": "en", "zh-CN": "zh-Hans"}


@dataclass(frozen=True)
class LabelWords:
    """`reports.wording.Words` in one language of the labels."""

    labels_language: Language
    book_language: Language
    """In which the sentences stand that were read from the workbook."""

    @property
    def language(self) -> str:
        """The language as HTML and PDF name it."""
        return _TAGS[self.labels_language]

    def say(self, name: str, /, **facts: Any) -> str:
        """A text of reports.toml with its facts."""
        return fill(labels.word("reports", name, self.labels_language), facts, self.labels_language)

    def sentence(self, cell: str | Message) -> str:
        """A message in words; a text as it stands, unless it can be said in the language asked for."""
        if isinstance(cell, Message):
            return labels.sentence(cell, self.labels_language)
        if self.labels_language == self.book_language:
            return cell
        message = labels.message_of(cell)
        return cell if message is None else labels.sentence(message, self.labels_language)

    def heading(self, field: str) -> str:
        """What the workbook calls a field of PageLines."""
        return labels.header("PageLines", field, self.labels_language)

    def choice(self, owner: str, code: str) -> str:
        """The word of a code."""
        return labels.choice(owner, code, self.labels_language)

    def period(self, period: str) -> str:
        """A month, quarter or year as people call it."""
        return labels.sentence(Message("page.period", {"period": period}), self.labels_language)
