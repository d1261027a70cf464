"""How long will it take? A bar on stderr for work over two seconds, where a person can see it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from salesbook.cli.language import LANGUAGE
from salesbook.labels.words import Language, word
from salesbook.progress import Step, heard_by

if TYPE_CHECKING:
    from rich.progress import Progress

    from salesbook.cli.options import Common

_SECONDS_WITHOUT: Final = 2.0
"""Work that ends earlier needs no bar."""


def is_wanted(common: Common) -> bool:
    """Whether somebody may look at a bar: at a terminal that can move its cursor, and not asked for quiet."""
    is_for_people = not common.quiet and not common.as_json
    return is_for_people and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def progress_bar(common: Common) -> Iterator[ProgressBar]:
    """Show where the work of this block is, once it has taken two seconds; take it away at the end."""
    bar = ProgressBar(common.lang or LANGUAGE)
    if not is_wanted(common):
        yield bar
        return
    try:
        bar.start()
        with heard_by(bar.step):
            yield bar
    finally:
        bar.stop()


class ProgressBar:
    """One line that says what is being done and how far it is."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown: Progress | None = None
        self._step = Step("reading")

    def start(self) -> None:
        """Wait, and then show the bar."""
        # The work itself may say nothing for seconds, so that it cannot start the bar.
        self._timer = threading.Timer(_SECONDS_WITHOUT, self._show)
        self._timer.daemon = True
        self._timer.start()

    def step(self, step: Step) -> None:
        """Remember where the work is, and show it where the bar is there."""
        with self._lock:
            self._step = step
            self._update()

    def stop(self) -> None:
        """Take the bar away for good; what comes next finds the line empty."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._timer = None
            shown, self._shown = self._shown, None
        # Not under the lock: the bar's own thread may be waiting for it.
        if shown is not None:
            shown.stop()

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Take the bar away while somebody is asked something."""
        was_started = self._timer is not None
        self.stop()
        yield
        if was_started:
            self.start()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeElapsedColumn as TimeColumn

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeColumn(),
            console=Console(stderr=True, markup=False, emoji=False),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        progress.add_task("", total=None)
        with self._lock:
            if self._timer is None:
                return  # the work has ended meanwhile
            self._shown = progress
            self._update()
            progress.start()

    def _update(self) -> None:
        if self._shown is None:
            return
        step = self._step
        self._shown.update(
            self._shown.task_ids[0],
            description=word("cli", f"progress.{step.phase}", self._language),
            completed=step.done,
            total=step.total or None,
        )
