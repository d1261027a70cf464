"""How does Excel stand still for a run, and go on as before whatever happens?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from salesbook.hosts.excel.calls import Calls, assign_native, bounded_retries, native

if TYPE_CHECKING:
    import xlwings as xw

_STILL: Final[dict[str, Any]] = {
    "screen_updating": False,
    "display_alerts": False,
    "enable_events": False,
    "calculation": "manual",
}


@contextlib.contextmanager
def quiet_excel(app: xw.App, *, patience: float = 10.0) -> Iterator[None]:
    """No repainting, no events, no recalculation; at the end all is as before, the status bar too.

    Raises: LockedFile where Excel stays busy; then nothing was changed.
    """
    calls = Calls("Excel", patience)
    names = ("status_bar", *_STILL)
    with bounded_retries():
        before = {name: calls(lambda name=name: getattr(app, name)) for name in names}  # type: ignore[misc]

    try:
        with bounded_retries():
            for name, value in _STILL.items():
                _put(calls, app, name, value)
        yield
    except BaseException:
        with contextlib.suppress(Exception):  # what went wrong first is what the user must hear
            _restore(calls, app, before)
        raise

    _restore(calls, app, before)


@contextlib.contextmanager
def no_filling(calls: Calls, app: xw.App) -> Iterator[None]:
    """Keep Excel from filling a formula that goes into one cell into its whole column.

    Excel does so in a table whose other cells of the column are blank.
    """
    corrections = calls(lambda: native(app.api, "AutoCorrect", "autocorrect_object"))
    name = ("AutoFillFormulasInLists", "auto_fill_formulas_in_lists")
    fills = calls(lambda: native(corrections, *name)) if corrections is not None else None
    if fills is not True:
        yield
        return
    calls(lambda: assign_native(corrections, *name, False))
    try:
        yield
    finally:
        # Whether all is written or taken back is decided by now.
        with contextlib.suppress(Exception):
            calls(lambda: assign_native(corrections, *name, True))


def _put(calls: Calls, app: xw.App, name: str, value: Any) -> None:
    calls(lambda: setattr(app, name, value))


def _restore(calls: Calls, app: xw.App, before: dict[str, Any]) -> None:
    """Each setting on its own, so that one refusal costs one; calculation before the screen moves."""
    failed: list[Exception] = []
    for name in ("calculation", "enable_events", "display_alerts", "status_bar", "screen_updating"):
        try:
            with bounded_retries():
                _put(calls, app, name, before[name])
        except Exception as error:
            failed.append(error)

    if failed:
        raise failed[0]
