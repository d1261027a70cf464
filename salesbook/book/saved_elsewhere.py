"""Did another program than Excel save the workbook, so that its macros and tables lost something?"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.book.template import sheet_code_name
from salesbook.hosts.package import LastSave, PackageHost
from salesbook.messages import Message
from salesbook.tables import TABLES

_WPS = "WPS Office"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a workbook lost when another program saved it."""

    program: str
    """Blank where the file does not say which."""
    sheets: int
    """Sheets of ours whose names in macros are gone or others."""
    tables: int
    """Tables of ours that lost their style."""


def lost_elsewhere(save: LastSave) -> Lost | None:
    """Say what was lost; None where all is there, or a user may have wanted it so.

    A table without style is a matter of taste unless another program saved the book; names of
    sheets matter only beside macros, and Excel itself gives a sheet another name now and then,
    never half of them.
    """
    ours = {code: name for code, name in save.code_names.items() if code in TABLES}
    sheets_by_name = {sheet_code_name(code): ours[code] == sheet_code_name(code) for code in ours}
    wrong = sum(not is_right for is_right in sheets_by_name.values())
    most_are_wrong = save.has_macros and wrong * 2 > len(sheets_by_name)
    if not save.program and not most_are_wrong:
        return None

    unstyled = len(save.unstyled & ours.keys())
    if not wrong and not unstyled:
        return None
    program = save.program or (_WPS if save.may_be_wps else "")
    return Lost(program, wrong, unstyled)


def save_notes(host: PackageHost) -> tuple[Message, ...]:
    """What to say after a run on a workbook that another program saved; nothing on any other."""
    lost = lost_elsewhere(host.last_save())
    if lost is None:
        return ()
    facts = {"sheets": lost.sheets, "tables": lost.tables}
    if lost.program:
        return (Message("book.saved-elsewhere", {"program": lost.program, **facts}),)
    return (Message("book.saved-by-another", facts),)
