"""Which columns of a file are which fields? The file is read, its columns are told, its months found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from salesbook.cells.base import CellOptions
from salesbook.errors import UsageError
from salesbook.exchange import currency_told
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.fitting import fit_test
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.headers import HeaderMap, WhatIsBelow, field_named, map_headers
from salesbook.intake.columns.said_values import says_value, with_said_values
from salesbook.intake.columns.said_words import said_words, with_said_words
from salesbook.intake.columns.systems import system_of
from salesbook.intake.columns.title_units import notes_of_units, units_over, with_title_units
from salesbook.intake.documents import as_meant
from salesbook.intake.file.header_rows import refuse_without_columns
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.maps.remembered import Remembered, known_headers_of, remember
from salesbook.intake.matching.order_keys import refuse_hidden_key
from salesbook.intake.money.amounts import MadeAmounts, with_amounts
from salesbook.intake.options import ImportOptions
from salesbook.intake.stage_log.made_fields import MADE_FIELDS
from salesbook.intake.stage_log.shapes import as_stage_log, columns_taken_apart
from salesbook.intake.usable import refuse_too_many
from salesbook.intake.wide.periods import (
    WideOptions,
    WideTable,
    find_wide,
    total_rows_as_scopes,
    without_periods,
    year_said,
)
from salesbook.intake.wide.plan_years import fiscal_year_of
from salesbook.intake.wide.wide_long import with_months_beside
from salesbook.intake.wide.wide_products import EVERY_PRODUCT, with_product_lines
from salesbook.messages import Message


@dataclass(frozen=True)
class MappedFile:
    """A file that was read, and which of its columns are what."""

    source: ForeignTable
    header_map: HeaderMap
    remembered: Remembered
    """What the user says, and said of such files before."""
    wide: WideTable | None = None
    """Which of its columns are months; None for a file that has none."""
    notes: tuple[Message, ...] = ()
    """How amounts were made of other columns, and what lines over the table say of them."""
    amount_proposal: str = ""
    """An expression for `--amount-from` by which they were made though nobody has said it."""
    as_it_stands: tuple[ForeignTable, HeaderMap] | None = None
    """What is remembered of the file: its columns before months were put beside each other."""


def map_file(path: Path, options: ImportOptions, book: BookNow) -> MappedFile:
    """Read a file and tell which of its columns are what.

    Raises: UsageError, ColumnMissing, AmbiguousFile, NotAWorkbook, PasswordProtected, UnsafeFile.
    """
    table = options.into
    # `--column year=2026` says a year and names no header.
    year, columns = year_said(options.columns)
    options = replace(options, columns=columns)
    source = read_source(path, table, source_options(options, known_headers_of(table, book)))
    source, options = with_product_lines(source, options, book.policy, path.name)
    refuse_too_many(len(source.rows), where=path.name)
    source = as_meant(source, system_of(source.headers), table, book.policy.decimals)
    source = as_stage_log(source, table)

    cell_options = cell_options_of(options, book)
    remembered = remember(path, options, source, book, cell_options)
    options = remembered.options
    source = with_said_values(source, options.columns)
    is_named = any(map(_is_header, options.columns.values()))
    if not options.has_headers and not is_named:
        raise refuse_without_columns(source, where=path.name)

    header_map = _headers_mapped(source, remembered, book, cell_options)
    refuse_hidden_key(source, header_map, options)
    made = _amounts_made(source, header_map, options, cell_options)
    source, header_map = made.source, made.header_map

    units = units_over(source.above, where=path.name)
    header_map = with_title_units(header_map, table, units)
    wide_options = WideOptions(
        path.name,
        year,
        fiscal_year_of((book.as_of.year, book.as_of.month), book.policy.rules.fiscal_year_start),
        options.fixed,
        cell_options,
        units,
        currency_told(options.currency),
    )
    as_it_stands = source, header_map
    long_months = with_months_beside(source, header_map, table, where=path.name)
    if long_months is not None:
        source, header_map = long_months.source, long_months.header_map
        wide_options = replace(wide_options, from_rows=True)
        made = replace(made, notes=(*made.notes, long_months.note))
    wide = find_wide(source, header_map, table, wide_options)
    if wide is not None:
        header_map = without_periods(header_map, wide)
        source = total_rows_as_scopes(source, wide)
    proposal = made.expression if made.is_proposed else ""
    notes = (*made.notes, *notes_of_units(units))
    return MappedFile(source, header_map, remembered, wide, notes, proposal, as_it_stands)


def source_options(options: ImportOptions, known_headers: tuple[str, ...] = ()) -> SourceOptions:
    """How to read a file as the user says.

    Args:
        known_headers: those that count as known besides the ones that he names.
    """
    _, columns = year_said(options.columns)
    named = tuple(header for header in columns.values() if _is_header(header))
    return SourceOptions(
        encoding=options.encoding,
        sheet=options.sheet,
        headers=(*named, *options.known_headers, *known_headers),
        hidden=options.hidden,
        delimiter=options.delimiter,
        has_headers=options.has_headers,
    )


def _is_header(said: str) -> bool:
    """False for what stands in place of a header: nothing, all products, a value of all rows."""
    return said not in ("", EVERY_PRODUCT) and not says_value(said)


def _counted_in_table(columns: Mapping[str, str], source: ForeignTable) -> dict[str, str]:
    """Headers by field as the table has them: in `Amount#2`, the number counts through the file."""
    counted: dict[str, str] = {}
    for name, header in columns.items():
        text, sign, number = header.rpartition("#")
        # `#2` is a place in the table that is taken, whatever stands before it in the file.
        is_numbered = text.strip() and sign and number.isdecimal()
        before = source.earlier.get(fold_header(text), 0) if is_numbered else 0
        is_further_on = before and int(number) > before
        counted[name] = f"{text}#{int(number) - before}" if is_further_on else header
    return counted


def _without_empty(header_map: HeaderMap, source: ForeignTable) -> HeaderMap:
    """The mapping without what it says of columns that hold nothing, not even a header."""
    empty = {f"#{column + 1}" for column in source.empty_columns}
    not_taken = tuple(header for header in header_map.not_taken if header not in empty)
    return replace(header_map, not_taken=not_taken)


def _headers_mapped(
    source: ForeignTable, remembered: Remembered, book: BookNow, cell_options: CellOptions
) -> HeaderMap:
    """Which column goes into which field, with the words that the user gives a meaning."""
    options = remembered.options
    table = options.into
    said = said_words(table, options.words, cell_options)
    below = WhatIsBelow(
        same=_same_columns(source), fits=fit_test(source, table, cell_options, said)
    )
    header_map = map_headers(
        table,
        source.headers,
        _counted_in_table(_wanted_columns(options), source),
        below=below,
        lacking=book.table(table).lacking,
        settled=remembered.settled,
    )
    header_map = _with_parts_of_log(header_map, source, table)
    return _without_empty(with_said_words(header_map, said), source)


def _with_parts_of_log(header_map: HeaderMap, source: ForeignTable, table: str) -> HeaderMap:
    """The mapping with what the import makes itself of a log's columns."""
    used = columns_taken_apart(source, table)
    taken = {source.headers[column] for column in used}
    return replace(
        header_map,
        made=header_map.made | MADE_FIELDS.get(table, frozenset()),
        used=header_map.used | used,
        not_taken=tuple(header for header in header_map.not_taken if header not in taken),
    )


def _amounts_made(
    source: ForeignTable, header_map: HeaderMap, options: ImportOptions, cell_options: CellOptions
) -> MadeAmounts:
    """The file with its amounts, which may have to be made of quantities and prices."""
    # Prices are in the file's currency, whatever becomes of the amounts.
    currency = currency_told(options.currency) or cell_options.currency
    price_cells = replace(cell_options, currency=currency)
    return with_amounts(source, header_map, options.into, options.amount_from, price_cells)


def cell_options_of(options: ImportOptions, book: BookNow) -> CellOptions:
    """How to read cells: by the workbook's rules and the user's word."""
    rules = book.policy.rules
    return CellOptions(
        date_order=options.date_order,
        decimal=options.decimal,
        currency=rules.currency,
        fiscal_year_start=rules.fiscal_year_start,
    )


def _wanted_columns(options: ImportOptions) -> dict[str, str]:
    """Header by field as the user says it; blank where he ignores the field.

    Raises: UsageError where there is no such field, or where he says both of one.
    """
    table = options.into
    wanted = {
        field_named(table, name, where="--column"): header
        for name, header in options.columns.items()
    }
    for name in options.ignored:
        field = field_named(table, name, where="--ignore")
        if wanted.get(field):
            raise UsageError(
                "named-and-ignored", where="--ignore", found=name, header=wanted[field]
            )
        wanted[field] = ""
    return wanted


def _same_columns(source: ForeignTable) -> Callable[[int, int], bool]:
    def same(left: int, right: int) -> bool:
        return all(row.cells[left] == row.cells[right] for row in source.rows if row.fault is None)

    return same
