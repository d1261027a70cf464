"""How does somebody at a terminal answer an import's questions? One at a time, by their number."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from salesbook.cli.outputs import say
from salesbook.labels.words import Language, inert

if TYPE_CHECKING:
    from salesbook.intake.telling.questions import Choice, Question

_INDENT: Final = "  "


def somebody_is_there() -> bool:
    """Whether a person can read a question and type an answer: at a pipe nobody can."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Asking:
    """Puts questions on stderr, so that a result on stdout stays a result."""

    def __init__(self, book: Path, language: Language | None) -> None:
        self._book = book
        self._language = language

    def __call__(self, question: Question) -> Choice:
        """Ask until one of the choices is typed.

        Raises: click.Abort where the user wants no more of it (Ctrl-C, end of input).
        """
        from salesbook.intake.telling.questions import in_words, lines_of
        from salesbook.messages import Message

        language = self._in_language()
        say("")
        for line in lines_of(question, language):
            say(inert(line))
        for number, choice in enumerate(question.choices, start=1):
            say(inert(f"{_INDENT}{number}  {in_words(choice.words, language)}"))

        last = len(question.choices)
        prompt = in_words(Message("terminal.prompt", {"last": last}), language)
        while True:
            typed = _typed_line(f"{prompt}: ")
            number = _read_number(typed) if typed else _number_of_default(question)
            if 1 <= number <= last:
                return question.choices[number - 1]
            say(in_words(Message("terminal.again", {"last": last}), language))

    def _in_language(self) -> Language:
        if self._language is None:
            from salesbook.book.language import language_of_book
            from salesbook.cli.language import LANGUAGE

            self._language = language_of_book(self._book) or LANGUAGE
        return self._language


def _typed_line(prompt: str) -> str:
    """What is typed behind a prompt on stderr; click's own prompt puts a blank on stdout.

    Raises: click.Abort at the end of input.
    """
    sys.stderr.write(inert(prompt))
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise click.Abort
    return line.strip()


def _number_of_default(question: Question) -> int:
    """What Enter alone stands for; 0 where something must be typed."""
    return 0 if question.default is None else question.default + 1


def _read_number(typed: str) -> int:
    """The number of a choice; 0 for what is none. `２` of a Chinese keyboard is one too."""
    plain = typed.rstrip(".。)）")
    return int(plain) if plain.isdecimal() else 0
