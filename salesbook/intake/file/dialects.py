"""How does a text file mark its cells: delimiter, quotes, blanks after delimiters, backslashes?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from salesbook.intake.file.header_words import HeaderWords
from salesbook.intake.foreign import is_blank

DELIMITERS: Final = (",", ";", "\t", "|")

SEPARATOR_LINE: Final = re.compile(r"\"?sep=([^\s\w\"])\"?(?:\r\n|\r|\n)", re.IGNORECASE)
"""`sep=;` as a file's first line: programs write it to tell Excel the delimiter."""
TAB_SEPARATOR_LINE: Final = re.compile(r"\"?sep=\t\"?(?:\r\n|\r|\n)", re.IGNORECASE)

_HEAD_ROWS: Final = 60
_HEAD_CHARACTERS: Final = 200_000
_LINE_END: Final = re.compile(r"\r\n|\r|\n")

_ENOUGH_KNOWN: Final = 2
"""Known headers from which a delimiter is beyond doubt, and below which blanks are tried as one."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text file marks its cells."""

    delimiter: str
    quote: str = '"'
    skips_blanks: bool = False
    """Whether blanks after a delimiter belong to no cell, as in `1, "Vale, Kim"`."""
    has_escapes: bool = False
    r"""Whether `\"` stands for a quote in a quoted cell, as MySQL writes it."""


def best_delimiter(text: str, words: HeaderWords) -> str:
    """Find the delimiter under which a text's head makes most sense.

    Most known headers; then most rows of one width above 1; then the order of `DELIMITERS`.
    """
    # Of equals `max` takes the first.
    return max(DELIMITERS, key=lambda delimiter: _head_score(text, delimiter, words))


def header_score(text: str, words: HeaderWords, delimiter: str | None = None) -> int:
    """Count the most known headers that any row of a text's head has, under any delimiter."""
    delimiters = (delimiter,) if delimiter else DELIMITERS
    return max(_head_score(text, delimiter, words)[0] for delimiter in delimiters)


def header_width(text: str, delimiter: str, words: HeaderWords) -> int:
    """Count the cells of the row with the most known headers; of the usual row without any."""
    rows = _head_rows(text, delimiter)
    scores = [words(row) for row in rows]
    most_known = max(scores, default=0)
    if most_known:
        return len(rows[scores.index(most_known)])
    widths = [len(row) for row in rows if row]
    return max(widths, key=widths.count, default=0)


def headers_at_blanks(text: str, words: HeaderWords) -> list[str]:
    """The headers of a text whose cells stand one blank apart; empty where it has no such row."""
    rows = _head_rows(text, " ")
    scores = [words(row) for row in rows]
    most_known = max(scores, default=0)
    return rows[scores.index(most_known)] if most_known >= _ENOUGH_KNOWN else []


def blanks_may_be_within(headers: Sequence[str], words: HeaderWords) -> bool:
    """Whether a blank between two headers may belong to one, as in `Order number`.

    Then nobody could tell which blank parts cells. So each word must be a header that is known, and
    no two of them may be one together.
    """
    return not all(map(words.knows, headers)) or any(
        words.knows(f"{left} {right}") for left, right in pairwise(headers)
    )


def is_parted(text: str, words: HeaderWords) -> bool:
    """Whether some usual delimiter parts the headers beyond doubt."""
    return header_score(text, words) >= _ENOUGH_KNOWN


def likely_dialects(text: str, delimiter: str) -> Iterator[Dialect]:
    r"""List the ways in which a text may mark its cells, the likeliest first.

    Whether one of the rarer ways is meant shows only when the text is read under it: `\"` may be a
    cell that ends with a backslash, and `'` an apostrophe.
    """
    plain = Dialect(delimiter)
    quoted_after_blank = delimiter != " " and f'{delimiter} "' in text
    likeliest = replace(plain, skips_blanks=quoted_after_blank)
    yield likeliest
    if '\\"' in text:
        yield replace(likeliest, has_escapes=True)
    if quoted_after_blank:
        # A quote behind a blank may also be one of the text: `1, "best" pumps`.
        yield plain

    if _quotes_with_apostrophes(text, delimiter):
        for skips_blanks in {f"{delimiter} '" in text and delimiter != " ", False}:
            yield replace(plain, quote="'", skips_blanks=skips_blanks)
            if "\\'" in text:
                yield replace(plain, quote="'", skips_blanks=skips_blanks, has_escapes=True)


def _quotes_with_apostrophes(text: str, delimiter: str) -> bool:
    """Whether at least every second line of the head has a whole cell between apostrophes.

    `'=1+1` and `'s-Hertogenbosch` begin with one and are not closed; and no file has both kinds of
    quotes around its cells.
    """
    head = text[:_HEAD_CHARACTERS]
    mark = re.escape(delimiter)
    line_count = head.count("\n") + 1
    between_apostrophes = rf"(?:^|{mark}) ?'(?:[^'\\]|''|\\.)*'(?={mark}|\r|\n|$)"
    count = len(re.findall(between_apostrophes, head, re.MULTILINE))
    if count * 2 < line_count:
        return False
    begin_with_quote = len(re.findall(rf'(?:^|{mark}) ?"', head, re.MULTILINE))
    return begin_with_quote * 2 < count


def _head_rows(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of a text, up to a spoiled one."""
    rows: list[list[str]] = []
    head = text[:_HEAD_CHARACTERS]
    reader = csv.reader(
        io.StringIO(head, newline=""),
        delimiter=delimiter,
        skipinitialspace=delimiter != " " and f'{delimiter} "' in head,
    )
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:
        pass  # what came before the spoiled row says enough
    return rows


def _head_score(text: str, delimiter: str, words: HeaderWords) -> tuple[int, int]:
    """The most known headers in a row of the head, and how many rows have the usual width."""
    rows = _head_rows(text, delimiter)
    most_known = max((words(row) for row in rows), default=0)
    widths = [len(row) for row in rows if len(row) > 1]
    of_usual_width = max((widths.count(width) for width in set(widths)), default=0)
    return most_known, of_usual_width


def without_outer_quotes(text: str) -> str:
    """Take off the quotes around whole lines, as a file has them that was quoted twice.

    `"A1,""Finch, Ltd"",5"` is a line that some program took for a single cell.

    Returns: the text as it was where some line is no such cell.
    """
    if not text.lstrip().startswith('"'):
        return text
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return text
    is_one_cell_each = all(len(row) <= 1 for row in rows)
    if not is_one_cell_each or not any(_holds_delimiter(row) for row in rows):
        return text
    return "\n".join(row[0] if row else "" for row in rows)


def _holds_delimiter(row: Sequence[str]) -> bool:
    return any(not is_blank(cell) and any(mark in cell for mark in DELIMITERS) for cell in row)


def lines_of(text: str) -> list[str]:
    """Cut a text into lines at every kind of line end that programs write."""
    return _LINE_END.split(text)
