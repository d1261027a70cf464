"""Are rows and amounts conserved from file and sheet to table, whatever they hold?"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from figures.results import Figures, Goal, Result, none_of
from reliability.words import told
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.draft import draft_import
from salesbook.intake.options import ImportOptions
from salesbook.policy import Policy
from salesbook.reading.table import read_table
from salesbook.store import TableCells
from salesbook.tables.settings import Rules, Stage

HEADERS = ("Deal ID", "Deal name", "Customer", "Rep", "Stage", "Amount", "Created on")
AMOUNTS = {
    "": None, "5": "5", "1,234.50": "1234.5", "12,5OO": None, "0": "0", "-3": "-3", "1.5k": "1500", "$7": "7", "(2)": "-2",
    "１２": "12", "1e3": "1000", "n/a": None, "2 000": "2000", "0.01": "0.01", "9,999,999.99": "9999999.99", "abc": None,
}  # fmt: skip
_NEGATIVE = ("-3", "(2)")
"""Out of the field's range in a workbook's table: missing there, with a finding."""
_ROW = st.tuples(
    st.sampled_from(["", "D1", "D2", "D3", "D4", "D 5", "00123", "NA"]),
    st.sampled_from(["", "Pumps", "Valves", "=1+1", "a\nb", 'c"d', "合计划", "Total Energy"]),
    st.sampled_from(["", "Acme", "hill", "Nobody", "ＡＣＭＥ"]),
    st.sampled_from(["", "Ann", "R2", "Zed"]),
    st.sampled_from(["", "Lead", "won", "Dreaming"]),
    st.sampled_from(sorted(AMOUNTS)),
    st.sampled_from(["", "2026-01-02", "03/04/2026", "2026-02-30", "13/04/2026"]),
)
FILES = st.lists(_ROW, max_size=12)
_STAGES = tuple(
    Stage.model_validate({"pipeline": "main", "stage": name, "rank": rank, "kind": kind})
    for rank, (name, kind) in enumerate([("Lead", "open"), ("Offer", "open"), ("Won", "won"), ("Lost", "lost")], 1)
)  # fmt: skip
Rows = list[tuple[str, ...]]


class LostError(AssertionError):
    """A row or an amount that went missing, or came from nowhere."""


def run(work: Path, *, cases: int = 1000) -> Result:
    """Try both laws on so many cases each."""
    work.mkdir(parents=True, exist_ok=True)
    done = {
        "files into Deals": _tried(lambda rows: imported(work / "file.csv", rows, False), cases),
        "files into Deals, --add-missing": _tried(
            lambda rows: imported(work / "file.csv", rows, True), cases
        ),
        "a sheet's table into a frame": _tried(read, cases),
    }
    rows = tuple((name, count, len(failures)) for name, (count, failures) in done.items())
    lost = [text for _, failures in done.values() for text in failures]
    return Result(
        *told("conservation", cases=f"{cases:,}"),
        (Figures(("way", "cases", "a row or amount lost"), rows),),
        (
            Goal(
                f"{cases:,} cases each",
                all(row[1] >= cases for row in rows),
                str(min(row[1] for row in rows)),
            ),
            none_of(
                "rows in = used + skipped, amounts in = amounts out",
                lost,
                of=sum(row[1] for row in rows),
            ),
        ),
    )


def _tried(law: Callable[[Rows], None], cases: int) -> tuple[int, list[str]]:
    count = 0
    quiet = (HealthCheck.too_slow, HealthCheck.data_too_large)

    @settings(
        max_examples=cases,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=quiet,
        database=None,
    )
    @given(rows=FILES)
    def hold(rows: Rows) -> None:
        nonlocal count
        count += 1
        law(rows)

    try:
        hold()
    except Exception as error:  # a law broken, or a bug on the way
        return count, [f"{type(error).__name__}: {error}"]
    return count, []


def imported(path: Path, rows: Rows, add_missing: bool) -> None:
    """The law of an import. Raises: LostError."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADERS, *rows])
    path.write_text(out.getvalue(), "utf-8", newline="")
    draft = draft_import(path, ImportOptions("Deals", add_missing=add_missing), _book())
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    _same("rows read", draft.read, len(filled))
    _same("rows", draft.read, draft.accepted + len(draft.rejected) + draft.duplicates)
    _same("accepted", draft.accepted, draft.new + draft.updated + draft.unchanged)
    sums = draft.totals
    if not sums:
        raise LostError("no totals")
    _same("amounts read", sums.read, _sum(row[5] for row in filled))
    _same("amounts", sums.read, sums.accepted + sums.rejected + sums.duplicates)
    new = [TableNow(change.table, change.new_rows).rows.values() for change in draft.changes]
    cents = [int(str(row.get("amount", 0))) for some in new for row in some]
    _same("amounts in the table", sum(cents), sums.accepted * 100)


def _book() -> BookNow:
    tables = {
        "Reps": [{"rep_id": "R1", "name": "Ann"}, {"rep_id": "R2", "name": "Bo"}],
        "Customers": [{"customer_id": "C1", "name": "Acme"}, {"customer_id": "C2", "name": "Hill"}],
        "Stages": [stage.model_dump() for stage in _STAGES],
    }
    now = {name: TableNow(name, frame_from_rows(name, rows)) for name, rows in tables.items()}
    return BookNow(now, Policy(rules=Rules(currency="USD"), stages=_STAGES), dt.date(2026, 7, 31))


def read(rows: Rows) -> None:
    """The law of reading a workbook's table. Raises: LostError."""
    columns = tuple([row[at] or None for row in rows] for at in range(len(HEADERS)))
    told_table = read_table(TableCells("Deals", "Pipeline", HEADERS, columns, 6, 1), currency="USD")
    filled = [row for row in rows if any(row)]
    _same("rows", told_table.rows_in, len(filled))
    _same("rows used", told_table.rows_in, len(told_table.frame) + told_table.rows_skipped)
    used = set(told_table.frame.index)
    explained = {finding.row for finding in told_table.findings}
    if not {at for at, row in enumerate(rows) if any(row)} - used <= explained:
        raise LostError("a row was skipped without a word")
    amounts = told_table.frame["amount"].dropna()
    _same(
        "amounts",
        Decimal(int(amounts.sum())) / 100,
        _sum(rows[at][5] for at in used if rows[at][5] not in _NEGATIVE),
    )


def _sum(texts: Iterable[str]) -> Decimal:
    """What these amounts come to, those aside that no one can read."""
    read = (AMOUNTS[text] for text in texts)
    return sum((Decimal(amount) for amount in read if amount is not None), Decimal(0))


def _same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise LostError(f"{what}: {found} instead of {wanted}")
