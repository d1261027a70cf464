"""What bends a process or a book on a Monday?"""

from __future__ import annotations

import datetime as dt
import errno
import os
import re
from pathlib import Path
from typing import Any

from reliability.books import parts
from reliability.patches import pack
from reliability.zoo_book import book_parts
from salesbook.book import session
from salesbook.store import column_letters

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


def without_locks(number: int) -> None:
    """Have every lock of this process fail."""
    import fcntl

    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    fcntl.flock = fail


def clock_ahead(days: int) -> None:
    """Have the log's clock run ahead."""

    class Ahead(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Ahead:
            return cls.fromisoformat((dt.datetime.now(tz) + dt.timedelta(days=days)).isoformat())

    class Clock:
        datetime = Ahead

        def __getattr__(self, name: str) -> Any:
            return getattr(dt, name)

    vars(session)["dt"] = Clock()


def output_full(_: object) -> None:
    """Put standard output on a disk that is full."""
    os.dup2(os.open("/dev/full", os.O_WRONLY), 1)


def bent(how: str, book: Path) -> None:
    """Bend a book: a formula, a row, a column, a table's name."""
    held = parts(book)
    tables = book_parts(book).tables
    deals, orders = tables["deals"], tables["orders"]
    if how == "formula":
        place = f"{column_letters(deals.area.left + deals.headers.index('Amount'))}{deals.body.top}"
        _swap(
            held,
            deals.sheet.part,
            rf'<c r="{place}"[^>]*?(/>|>.*?</c>)',
            f'<c r="{place}"><f>2+3</f></c>',
        )
    elif how == "below":
        below = orders.area.bottom + 1
        cell = f'<c r="{column_letters(orders.area.left)}{below}" t="inlineStr"><is><t>O999</t></is></c>'
        _swap(held, orders.sheet.part, "</sheetData>", f'<row r="{below}">{cell}</row></sheetData>')
    elif how in ("renamed", "key deleted"):
        header = "Amount" if how == "renamed" else "Deal ID"
        _swap(held, deals.part, f'name="{header}"', 'name="My own"')
    else:
        for word in ("name", "displayName"):
            _swap(held, orders.part, f' {word}="Orders"', f' {word}="Deals"')
    pack(book, held)


def _swap(held: dict[str, bytes], part: str, pattern: str, new: str) -> None:
    held[part], count = re.subn(
        pattern.encode(), new.encode(), held[part], count=1, flags=re.DOTALL
    )
    if not count:
        raise ValueError(f"{part} has no {pattern}")
