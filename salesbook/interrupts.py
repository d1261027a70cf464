"""When may Ctrl-C end a process, and when would that make a sentence untrue?"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_process = {"ends with its save": False}


def ends_with_its_save() -> None:
    """Say that this process saves once and then ends: after it nothing is to be interrupted.

    Between a save and the words about it there would else be moments in which Ctrl-C ends the
    command as if nothing had been written.
    """
    _process["ends with its save"] = True


@contextlib.contextmanager
def uninterrupted(*, is_save: bool = False) -> Iterator[None]:
    """Pass over Ctrl-C for a moment; after a save to the end, in a process that ends with it.

    Whoever is told of it is told that nothing was written, which must stay true.
    """
    # Only the main thread may say what a signal does.
    is_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if is_main_thread else None
    if before is None:
        yield
        return

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    is_saved = False
    try:
        yield
        is_saved = is_save
    finally:
        if not (is_saved and _process["ends with its save"]):
            signal.signal(signal.SIGINT, before)
