"""How does a command answer? With one JSON document, or with words in the right language."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from salesbook.cli.outputs import printing
from salesbook.interrupts import uninterrupted
from salesbook.labels.words import Language

if TYPE_CHECKING:
    from salesbook.cli.options import Common
    from salesbook.cli.terminal import Terminal


def answer(
    common: Common,
    language: Language,
    *,
    document: Callable[[], dict[str, Any]],
    words: Callable[[Terminal], None],
) -> None:
    """Say a result as the command was asked to.

    Args: language is the result's, where none was asked for; document and words make the answer of
        either kind, and only the one that is wanted is made.
    """
    from salesbook.cli.terminal import Terminal

    terminal = Terminal(common.lang or language, quiet=common.quiet)
    if common.as_json:
        terminal.document(document())
    else:
        words(terminal)


@contextlib.contextmanager
def work_is_done() -> Iterator[None]:
    """Answer for work that is saved by now.

    Neither Ctrl-C nor an output that takes no more words undoes it, so neither may end the command
    as if nothing had been done.
    """
    with uninterrupted(), printing(done=True):
        yield
