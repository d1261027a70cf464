"""How far is work that may take long? Whoever does it says so, and a face may listen.

Nothing hangs on what is said here: without a listener it is said to nobody.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeVar

Phase = Literal["reading", "file", "matching", "calculating", "writing", "saving"]
"""What is being done; its words are those of `progress` in cli.toml."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where the work is."""

    phase: Phase
    done: int = 0
    total: int = 0
    """How many of the phase's parts there are; 0 where nobody knows."""


Listener = Callable[[Step], None]


def _nobody(_: Step) -> None:
    """Listen to nothing."""


_listener: ContextVar[Listener] = ContextVar("listener", default=_nobody)
_Item = TypeVar("_Item")


@contextlib.contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Have a listener told of each step that is taken in this block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(phase: Phase, done: int = 0, total: int = 0) -> None:
    """Say where the work is."""
    _listener.get()(Step(phase, done, total))


def counted(phase: Phase, items: Collection[_Item]) -> Iterator[_Item]:
    """Go through the parts of a phase and say before each how many are done."""
    for position, item in enumerate(items):
        tell(phase, position, len(items))
        yield item
