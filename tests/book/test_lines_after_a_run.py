"""A run of one verb shows again on the pages what the others found before."""

import datetime as dt
from pathlib import Path

import pytest

from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES

DAY = dt.date(2026, 11, 29)


def lines_in(book: Path) -> dict[str, list[object]]:
    with open_package(book, for_writing=False) as package:
        cells = package.read("PageLines")
        return dict(zip(cells.headers, cells.columns, strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_of_one_verb_leaves_what_the_others_say(language, tmp_path):
    """Reasons and advice are read back from their tables, also amounts in 万."""
    book = tmp_path / "Book.xlsm"
    new_file(book, language, sample_as_of=DAY)
    run_on_file(book, "split", Options(dt.date(2026, 1, 5), publish=True), wait=5)
    run_on_file(book, "refresh", Options(DAY), wait=5)
    after_all = lines_in(book)

    run_on_file(book, "tier", Options(DAY), wait=5)
    assert lines_in(book) == after_all
