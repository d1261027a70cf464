"""Which words do buttons use, and what is a message box made of?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from salesbook.labels import Language, sentence, word, words
from salesbook.labels.messages import fill
from salesbook.messages import Message


@dataclass(frozen=True, slots=True)
class MessageBox:
    """What a press shows at its end."""

    text: str
    mode: str = "info"
    """As xlwings names the picture in it: `info` or `critical`."""
    buttons: str = "ok"


def say(name: str, language: Language, /, **facts: Any) -> str:
    """One text of macros.toml with its facts."""
    return fill(word("macros", name, language), facts, language)


def sentence_in_excel(message: Message, language: Language) -> str:
    """Put a message into words that name no option: who presses a button cannot type one.

    Messages that need other words in Excel have them in macros.toml, under `instead`.
    """
    return sentence(message, language, words("macros", language)["instead"])
