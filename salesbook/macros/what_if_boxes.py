"""What would come in if things changed? The button asks for them, one box each, and shows the answer."""

from __future__ import annotations

import datetime as dt

from salesbook.errors import UsageError
from salesbook.labels import sentence
from salesbook.macros.boxes import ask_for_text
from salesbook.macros.host import MacroHost
from salesbook.macros.words import MessageBox, say


def ask_what_if(host: MacroHost, as_of: dt.date) -> MessageBox:
    """Ask what is to change, and say what that does to the landing. Nothing is written.

    Raises: Cancelled, SalesbookError of any kind.
    """
    from salesbook.book.whatif import open_stages, what_if_of
    from salesbook.domain.whatif import Asked

    with host.working():
        stages = open_stages(host)
    stage = _stage(host, stages)
    rate = days = None
    if stage is not None:
        rate = _number(host, "rate", "5", stage=stage)
        days = _number(host, "days", "", stage=stage)
    leads = _number(host, "leads", "")
    if stage is not None and rate is None and days is None:
        # Nothing of the stage is to change, so that it is not asked about.
        stage = None
    asked = Asked(stage, rate, days, leads)
    if asked == Asked():
        return MessageBox(say("what_if.nothing", host.language))
    try:
        with host.working():
            answer = what_if_of(host, asked, as_of)
    except UsageError as refusal:
        # Its place is an option of the command line, which nobody has typed here.
        raise UsageError(refusal.code, **refusal.params) from None
    lines = [sentence(message, host.language) for message in answer.sentences()]
    return MessageBox("\n".join(lines))


def _stage(host: MacroHost, stages: tuple[str, ...]) -> str | None:
    """The stage by its number in the list, or by name; None for a blank."""
    lines = "\n".join(f"{number}  {stage}" for number, stage in enumerate(stages, start=1))
    typed = _ask(host, say("what_if.stage", host.language, stages=lines), "1" if stages else "")
    # A full-width digit is a digit, too.
    if typed.isdecimal() and 1 <= int(typed) <= len(stages):
        return stages[int(typed) - 1]
    return typed or None


def _number(host: MacroHost, what: str, default: str, **facts: str) -> float | None:
    """A number that is typed; None for a blank. Raises: Cancelled, UsageError."""
    typed = _ask(host, say(f"what_if.{what}", host.language, **facts), default)
    if not typed:
        return None
    from salesbook.book.whatif import number_typed

    return number_typed(typed)


def _ask(host: MacroHost, text: str, default: str) -> str:
    """Ask for one line of text. Raises: Cancelled."""
    return ask_for_text(host, say("button.what_if", host.language), text, default)
