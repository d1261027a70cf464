"""How does one type the options of an import again, for the rows that were not taken whole?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.questions import quoted_text

_READING: Final = {"date_order": "--date-order", "decimal": "--decimal", "currency": "--currency"}
"""Options that say how any cell is read."""
_OF_COLUMNS: Final = {"amount_from": "--amount-from"}
_FLAGS: Final = {
    "fixed": "--fixed",
    "add_missing": "--add-missing",
    "make_keys": "--make-keys",
    "drop_equal": "--drop-equal",
    "always_new": "--new",
}


def command_for_gaps(book: Path, gaps: Path, options: ImportOptions) -> str:
    """The command that imports the mended gaps of a file.

    They have the workbook's own headers, and rows that are there: what is said of the file's columns
    is not of them.
    """
    flags = _flags(options, ["add_missing"])
    return " ".join([*_start(book, gaps, options), *_common(options), *flags])


def command_for_rejects(book: Path, rejects: Path, options: ImportOptions) -> str:
    """The command that imports the mended rejects of a file.

    They have its columns; how a text file is written is another matter, and rows of the workbook
    that were to go are gone: `--replace` would take the accepted ones away again.
    """
    parts = [*_start(book, rejects, options), *_columns(options.columns)]
    parts += [f"--ignore {quoted_text(name)}" for name in sorted(options.ignored)]
    parts += [f"--keep {quoted_text(header)}" for header in options.kept]
    parts += ["--keep-all"] if options.keep_all else []
    parts += _common(options)
    parts += _valued(options, _OF_COLUMNS)
    return " ".join([*parts, *_flags(options, _FLAGS)])


def _start(book: Path, file: Path, options: ImportOptions) -> list[str]:
    return [
        "salesbook import",
        quoted_text(str(book)),
        quoted_text(str(file)),
        f"--into {quoted_text(options.into)}",
    ]


def _common(options: ImportOptions) -> list[str]:
    """What is said of cells, words and stages."""
    parts = [
        f"--value {quoted_text(f'{name}:{word}={code}')}"
        for (name, word), code in options.words.items()
    ]
    parts += _valued(options, _READING)
    if options.stages:
        parts.append(f"--stages {quoted_text(options.stages)}")
    return parts


def _columns(columns: Mapping[str, str]) -> list[str]:
    return [f"--column {quoted_text(f'{name}={header}')}" for name, header in columns.items()]


def _valued(options: ImportOptions, flags: Mapping[str, str]) -> list[str]:
    said = [(flag, getattr(options, name)) for name, flag in flags.items()]
    return [f"{flag} {quoted_text(str(value))}" for flag, value in said if value]


def _flags(options: ImportOptions, names: Collection[str]) -> list[str]:
    return [flag for name, flag in _FLAGS.items() if name in names and getattr(options, name)]
