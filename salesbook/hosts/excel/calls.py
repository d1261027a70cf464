"""What does Excel say when it cannot answer, and how long is it worth asking again?"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from salesbook.errors import CannotWrite, LockedFile, ProtectedSheet, SalesbookError

T = TypeVar("T")

_BUSY: Final = frozenset({-2147418111, -2147417846, -2146777998})
"""Call rejected by callee, try again later, and Excel's own "ignored".

A cell is being edited, or a box is open.
"""
_UNKNOWN_NAME: Final = -2147352570
_PROGRAM_ERRORS: Final = frozenset({"com_error", "CommandError", "ExcelBusyError"})
"""Errors of pywin32, appscript and xlwings by name: neither package exists on every system."""


class Calls:
    """Asks Excel, again and again while it is busy, but not for ever.

    Args:
        patience: seconds to go on asking.
        pause: seconds between two questions.
    """

    def __init__(self, where: str, patience: float = 10.0, pause: float = 0.2) -> None:
        self.where = where
        self.patience = patience
        self._pause = pause

    def __call__(self, question: Callable[[], T]) -> T:
        """Put one question. Raises: LockedFile where Excel stays busy."""
        until = time.monotonic() + self.patience
        while True:
            try:
                return question()
            except Exception as error:
                if not is_busy(error):
                    raise
                if time.monotonic() >= until:
                    raise LockedFile("cell-being-edited", where=self.where) from error
            time.sleep(self._pause)

    def rest(self) -> None:
        """Wait as long as between two questions, unless nobody has the patience."""
        if self.patience:
            time.sleep(self._pause)


@contextlib.contextmanager
def bounded_retries() -> Iterator[None]:
    """Have xlwings hand a busy Excel's refusal on.

    Left alone it asks again for ever, without a pause.
    """
    engine: Any = sys.modules.get("xlwings._xlwindows")
    before = getattr(engine, "N_COM_ATTEMPTS", None)
    if before is not None:
        engine.N_COM_ATTEMPTS = 1

    try:
        yield
    finally:
        if before is not None:
            engine.N_COM_ATTEMPTS = before


def is_program_error(error: BaseException) -> bool:
    """True where Excel refused, rather than our own code going wrong."""
    return type(error).__name__ in _PROGRAM_ERRORS


def is_busy(error: BaseException) -> bool:
    """True where Excel may well answer later."""
    if type(error).__name__ == "ExcelBusyError":
        return True
    if not is_program_error(error):
        return False
    return getattr(error, "hresult", None) in _BUSY or _details(error)[1] in _BUSY


def is_unknown_name(error: BaseException) -> bool:
    """True where this version of Excel does not have the property."""
    return isinstance(error, AttributeError) or getattr(error, "hresult", None) == _UNKNOWN_NAME


def _details(error: BaseException) -> tuple[str, int | None]:
    """What Excel says in words, and its own number."""
    info = getattr(error, "excepinfo", None)
    if isinstance(info, tuple) and len(info) > 5:
        return str(info[2] or ""), info[5]
    return str(getattr(error, "strerror", "") or error), None


def refusal(error: BaseException, sheet: str) -> BaseException:
    """Turn Excel's refusal into ours; anything else stays what it is."""
    if isinstance(error, SalesbookError) or not is_program_error(error):
        return error
    words = _details(error)[0]
    if "protect" in words.lower():
        return ProtectedSheet("protected-sheet", where=sheet, sheet=sheet)
    return CannotWrite("excel-refused", where=sheet, found=words[:200])


def native(program_object: Any, windows: str, mac: str) -> Any:
    """One property of Excel that xlwings has no word for; None where the engine has none either."""
    try:
        return getattr(program_object, windows)
    except Exception as error:
        if is_busy(error):
            raise

    try:
        return getattr(program_object, mac).get()
    except Exception as error:
        if is_busy(error):
            raise

    return None


def assign_native(program_object: Any, windows: str, mac: str, value: Any) -> None:
    """Set a property of Excel that xlwings has no word for."""
    if sys.platform == "darwin":
        getattr(program_object, mac).set(value)
    else:
        setattr(program_object, windows, value)
