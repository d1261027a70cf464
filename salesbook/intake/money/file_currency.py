"""Does a file decide the workbook's currency? Only where it holds no money yet, and somebody says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from salesbook.errors import AmbiguousFile
from salesbook.exchange import ExchangeRates
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.intake.book_now import BookNow
from salesbook.intake.changes import TableChange
from salesbook.intake.rows import FileRow
from salesbook.tables import MONEY_KINDS, TABLES


def with_currency(book: BookNow, told: str | None) -> BookNow:
    """The workbook in the currency that the user names, where it holds no money yet."""
    rules = book.policy.rules
    if told is None or told == rules.currency or book.has_amounts():
        return book
    policy = replace(book.policy, rules=rules.model_copy(update={"currency": told}))
    return replace(book, policy=policy)


def currency_change(book: BookNow) -> TableChange:
    """The row of Policy that says the workbook's currency."""
    currency = book.policy.rules.currency
    position = book.table("Policy").by_key.get(("currency",))
    if position is None:
        row = {"key": "currency", "value": currency}
        return TableChange("Policy", {}, frame_from_rows("Policy", [row]))
    return TableChange("Policy", {position: {"value": currency}}, empty_frame("Policy"))


def refuse_one_foreign(rows: Sequence[FileRow], table: str, book: BookNow) -> None:
    """Ask for the currency where all of a file's money is in one that is not the workbook's.

    A workbook without money may take it; with a rate the file's money can be converted.

    Raises: AmbiguousFile.
    """
    money = {spec.name for spec in TABLES[table].fields if spec.kind in MONEY_KINDS}
    if any(money & row.values.keys() for row in rows):
        return
    foreign = {currency for row in rows for currency in _foreign_currencies(row)}
    if len(foreign) != 1:
        return

    currency = next(iter(foreign))
    has_rate = ExchangeRates(book.policy.rates).on(currency, book.as_of) is not None
    if has_rate or book.has_amounts():
        return
    own = book.policy.rules.currency
    raise AmbiguousFile(
        "file-currency", where=table, found=currency, expected=own, option=f"--currency {currency}"
    )


def _foreign_currencies(row: FileRow) -> Iterator[str]:
    """The currencies of a row's money that are not the workbook's."""
    for money in row.foreign.values():
        yield money.currency
    for _, reason in row.faults:
        if reason.code == "money-other-currency":
            yield str(reason.params["currency"])
