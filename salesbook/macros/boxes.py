"""How is something asked in one box of Excel, so that all of it can be read?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final, Literal

from salesbook.macros.host import Cancelled, MacroHost
from salesbook.macros.words import say

MOST_SIGNS: Final = 1_024
"""Longer texts a message box of Excel cuts off, and what is asked stands at their end."""
_ASKING: Final = (
    "on run arguments",
    "set asked to display dialog (item 1 of arguments) default answer (item 2 of arguments)",
    "text returned of asked",
    "end run",
)
_ASKING_LINES: Final = tuple(word for line in _ASKING for word in ("-e", line))
"""An AppleScript, word by word as osascript takes it; what follow are the script's arguments."""
_TEXT: Final = 2
"""What Excel's InputBox is to take."""


def ask_for_text(host: MacroHost, title: str, text: str, default: str = "") -> str:
    """Ask for one line of text. Raises: Cancelled."""
    if sys.platform == "darwin":
        return _ask_on_mac(text, default)
    typed = host.book.app.api.InputBox(text, title, default, Type=_TEXT)
    # Excel answers False where the user closed the box.
    if not isinstance(typed, str):
        raise Cancelled
    return typed.strip()


def _ask_on_mac(text: str, default: str) -> str:
    """Ask through the system's own box; what is asked holds names, and is handed over as an argument.

    Raises: Cancelled.
    """
    command = ["osascript", *_ASKING_LINES, text, default]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Cancelled
    return done.stdout.strip()


def ask_in_box(
    host: MacroHost,
    text: str,
    buttons: Literal["ok_cancel", "yes_no_cancel"],
    *,
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
