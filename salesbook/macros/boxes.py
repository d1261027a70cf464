"""How is something asked in one box of Excel, so that all of it can be read?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import say

MOST_SIGNS: Final = 1_024
"""Longer texts a message box of Excel cuts off, and what is asked stands at their end."""


def ask_in_box(
    host: MacroHost,
    text: str,
    buttons: Literal["ok_cancel", "yes_no_cancel"],
    button: str = "import",
) -> Literal["yes", "no"]:
    """Show one box of a button, and say what was pressed; OK is a yes. Raises: Cancelled."""
    answer = host.book.app.alert(text, say(f"button.{button}", host.language), buttons, "info")
    if answer == "cancel":
        raise Cancelled
    return "no" if answer == "no" else "yes"


def fitted(title: str, lines: Sequence[str], question: str, *, more: str) -> str:
    """A text that a box shows whole: of the lines as many as there is room for.

    Args:
        more: what stands for the lines that are left out.
    """
    room = MOST_SIGNS - len(title) - len(question) - len(more) - len("\n\n\n\n\n")
    shown: list[str] = []
    for line in lines:
        if len(line) + 1 > room:
            shown.append(more)
            break
        shown.append(line)
        room -= len(line) + 1
    return "\n\n".join(filter(None, [title, "\n".join(shown), question]))


def shortened(text: str, most: int) -> str:
    """A text on one line, of a length that can be read."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
