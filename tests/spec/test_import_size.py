"""How much memory does a row of a large file take until it is drafted?"""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from salesbook.intake.draft import ImportDraft
from tests.spec.import_tables import book, draft

ROWS = 2_000
HEADERS = "Order No,Line number,Order date,Customer,Sales rep,Product,Qty,Amount,Status\n"


def lines(count: int) -> str:
    """Order lines as a system writes them: five lines an order, few customers, many amounts."""
    drawn = (
        f"SO{place // 5:06},{place % 5 + 1},2026-0{place * 6 // count + 1}-15,Acme,Ann,"
        f"P{place % 300:03},{place % 19 + 1},{place * 7919 % 500_000 / 100:.2f},delivered\n"
        for place in range(count)
    )
    return HEADERS + "".join(drawn)


def peak_of_draft(folder: Path, count: int) -> tuple[ImportDraft, int]:
    """A draft of so many lines, and the most bytes that were held at once while it was made."""
    text = lines(count)
    now = book({"Orders": []})
    tracemalloc.start()
    try:
        done = draft(folder, text, "Orders", now)
        return done, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_row_of_a_file_is_held_once(tmp_path: Path) -> None:
    """Equal texts are one text, a row's values are not copied, and what it lacks takes no room.

    540,000 order lines have to go through a gigabyte: 1,500 bytes a line leave room for the sheet.
    """
    _, before = peak_of_draft(tmp_path, ROWS)
    done, after = peak_of_draft(tmp_path, 2 * ROWS)
    assert done.new == 2 * ROWS
    assert (after - before) / ROWS < 1_500


def test_a_draft_that_is_written_holds_no_rows_but_those_to_tell(tmp_path: Path) -> None:
    """Its rejected rows it keeps: they go into a file beside the source."""
    done = draft(tmp_path, lines(20) + "SO9,1,?,Acme,Ann,P1,1,2.00,delivered\n", "Orders")
    settled = done.without_rows()
    assert len(done.source.rows) == 21
    assert (settled.source.rows, settled.changes) == ((), ())
    assert settled.rejected == done.rejected
    assert len(settled.rejected) == 1
