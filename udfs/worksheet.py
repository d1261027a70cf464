"""How does Excel call a function? Raw cells in, raw cells or an error out; nothing ever breaks."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any, Final

from salesbook.arrays import Objects
from salesbook.errors import SalesbookError
from udfs.cells import MISSING, CellRange
from udfs.errors import VALUE_ERROR, SheetError

CATEGORY: Final = "Salesbook"
_log = logging.getLogger(__name__)


def worksheet_function(name: str, answer: Callable[..., Objects]) -> Callable[..., Any]:
    """Make the function that Excel calls of one that takes ranges of cells.

    It returns a list of rows, also for a single value, where errors are numbers of `udfs.errors`;
    an argument that makes no sense makes the whole answer one error. An argument left out, or a
    blank in place of an optional one, takes its default.
    """
    parameters = inspect.signature(answer).parameters.values()
    is_optional = [parameter.default is None for parameter in parameters]

    @functools.wraps(answer)
    def called(*cells: Any) -> Any:
        try:
            arguments: list[CellRange | None] = []
            for raw, optional in zip(cells, is_optional, strict=False):
                argument = CellRange.of(None if _left_out(raw) else raw)
                is_blank = argument.cells == [None]
                arguments.append(None if optional and is_blank else argument)
            return answer(*arguments).tolist()
        except SheetError as refusal:
            return [[refusal.code]]
        except (SalesbookError, ArithmeticError, ValueError) as refusal:
            _log.info("%s: %s", name, refusal)
        except Exception:
            # A bug of ours: an exception in Excel would be a dialog box for every cell.
            _log.exception("%s", name)
        return [[VALUE_ERROR]]

    called.__name__ = called.__qualname__ = name
    called.__annotations__ = {}
    return called


def declare(function: Callable[..., Any], xlwings: Any) -> Callable[..., Any]:
    """Tell xlwings about a function: its category, and that cells come and go as they are.

    xlwings' own conversion would make error cells blank on their way in, and blanks empty texts on
    their way out.

    Args: xlwings has `func`, `arg` and `ret`: the package, or a stand-in for it as on Windows.
    """
    declared: Callable[..., Any] = xlwings.func(category=CATEGORY)(xlwings.ret("raw")(function))
    for name in inspect.signature(function).parameters:
        declared = xlwings.arg(name, convert="raw")(declared)
    return declared


def _left_out(cell: Any) -> bool:
    return type(cell) is int and cell == MISSING
