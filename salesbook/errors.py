"""What can go wrong for a user? Each refusal with its exit code and the facts of its sentence."""

from __future__ import annotations

from typing import Any, ClassVar


class SalesbookError(Exception):
    """A refusal: nothing was written; labels turn `code` and `params` into one sentence.

    `where` names the place (a path, a sheet cell, an option); the sentence and the advice are the
    messages `error.<code>` and `error.<code>.advice` of the user's language.
    """

    exit_code: ClassVar[int] = 70
    default_code: ClassVar[str] = "internal"

    def __init__(self, code: str = "", *, where: str = "", **params: Any) -> None:
        self.code = code or self.default_code
        self.where = where
        self.params: dict[str, Any] = params
        facts = ", ".join(f"{name}={value!r}" for name, value in params.items())
        super().__init__(f"{self.code}: {where} {facts}".strip())


class MonthHasErrors(SalesbookError):
    """A month cannot be closed while there are errors in what it is paid by."""

    exit_code, default_code = 1, "month-has-errors"


class UsageError(SalesbookError):
    """The command's words or options do not fit together."""

    exit_code, default_code = 2, "usage"


class EveryRowRejected(SalesbookError):
    """An import could use none of its rows."""

    exit_code, default_code = 3, "every-row-rejected"


class NotAWorkbook(SalesbookError):
    """The file is no workbook, is damaged, or is not one of ours."""

    exit_code, default_code = 10, "not-a-workbook"


class PasswordProtected(SalesbookError):
    """The file is encrypted."""

    exit_code, default_code = 11, "password-protected"


class UnsafeFile(SalesbookError):
    """The file would cost more memory or time than any honest one, or tries a known attack."""

    exit_code, default_code = 12, "unsafe-file"


class NoSuchTable(SalesbookError):
    """The workbook has no such table."""

    exit_code, default_code = 13, "no-such-table"


class ColumnMissing(SalesbookError):
    """A table lacks a column that the action needs."""

    exit_code, default_code = 14, "column-missing"


class SettingsError(SalesbookError):
    """Settings make no sense for the action that needs them."""

    exit_code, default_code = 15, "settings"


class LockedFile(SalesbookError):
    """Another program, or another run of salesbook, holds the file."""

    exit_code, default_code = 16, "locked"


class ChangedMeanwhile(SalesbookError):
    """The file changed between reading and writing."""

    exit_code, default_code = 17, "changed-meanwhile"


class CannotWrite(SalesbookError):
    """The file system refused a write, or a table is laid out so that a write would harm it."""

    exit_code, default_code = 18, "cannot-write"


class ProtectedSheet(SalesbookError):
    """The sheet is protected."""

    exit_code, default_code = 19, "protected-sheet"


class SplitInfeasible(SalesbookError):
    """No split of the targets keeps all locks, bounds and fixed margins."""

    exit_code, default_code = 20, "split-infeasible"


class AmbiguousFile(SalesbookError):
    """A foreign file can be read in more than one way; the message says which option decides."""

    exit_code, default_code = 21, "ambiguous-file"


class NothingToUndo(SalesbookError):
    """There is no run or import that could be undone."""

    exit_code, default_code = 22, "nothing-to-undo"


class UndoLosesTyping(SalesbookError):
    """A table no longer holds what the run wrote: undoing would lose what was typed since."""

    exit_code, default_code = 23, "undo-loses-typing"


class PlanNotPublished(SalesbookError):
    """The action needs a published plan."""

    exit_code, default_code = 24, "plan-not-published"


class Interrupted(SalesbookError):
    """The user stopped the command; nothing was written."""

    exit_code, default_code = 130, "interrupted"
