"""How is a customer forgotten: shown first, then taken out of the workbook and of its backups?

The order matters. The workbook is saved in one step, as it is by every run: where that fails it is as
it was, and no backup has gone. Backups go afterwards; where that is interrupted, the same command
finds him in those that are left, and goes on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from salesbook import __version__
from salesbook.book.backups import Backup, Backups
from salesbook.book.forgetting.cells import TableChange, change_of
from salesbook.book.forgetting.person import Person, customer_asked
from salesbook.book.forgetting.words import Words
from salesbook.book.keeping import KeptBook, open_book
from salesbook.book.page_values import store_page_values
from salesbook.book.run_log import next_moment
from salesbook.book.session import Session, collecting_nothing
from salesbook.book.template import template_bytes
from salesbook.book.undo import FORGET
from salesbook.book.user import user_name
from salesbook.errors import SalesbookError, UsageError
from salesbook.frames import frame_from_rows
from salesbook.hosts.package import Disk, Trace, open_package, package_of, read_ordinary
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.money import to_decimal
from salesbook.names.forgotten import is_forgotten, neutral_keys
from salesbook.progress import tell
from salesbook.store import TableWrite
from salesbook.tables import TABLES
from salesbook.writing.body import RowChanges

_NO_STATE: Final = "-"
"""Stands in the log where another run has the fingerprint of what it left: nothing leads back."""
_ENDINGS: Final = (".csv", ".txt", ".tsv", ".json")
_MOST_BYTES: Final = 50_000_000
"""Of a file beside the workbook that is read; a larger one is no list of ours."""


@dataclass(frozen=True)
class NamedPlace:
    """A place in which a word of his stays."""

    word: str
    """The weightiest of his words there."""
    trace: Trace


@dataclass(frozen=True)
class AlikeRow:
    """A customer or lead that may be him, though nothing links the two."""

    table: str
    key: str
    cell: str
    """Its first cell, without the sheet."""


@dataclass(frozen=True)
class Forgotten:
    """Where a customer stands, and what became of it."""

    book: Path
    customer_id: str
    key: str
    """The key under which sums stay."""
    rows: Mapping[str, int]
    """By table the rows that change or go."""
    gone: Mapping[str, int]
    """Of these the ones that go."""
    remarks: int
    """Notes, comments and links on his rows."""
    open_deals: int
    """Deals of his that go on under the neutral key."""
    open_amount: Decimal
    """What they weigh, in the book's currency."""
    open_complaints: int
    """Complaints of his without an end: nobody is told to settle them any more."""
    also_in: tuple[NamedPlace, ...]
    """Where one of his words stays: text of others, sheets of people's own; by word."""
    backups: tuple[Path, ...]
    """Backups that hold him: they go."""
    changed_backups: tuple[Path, ...]
    """Such ones that somebody has changed, so that they are no longer ours to delete."""
    files: tuple[Path, ...]
    """Files beside the workbook that hold one of his words."""
    is_preview: bool
    language: Language
    seconds: float
    notes: tuple[Message, ...] = ()
    alike: tuple[AlikeRow, ...] = ()
    """Rows that may be about him as well; they stay as they are."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """By word of his that is not looked for: the key of another who has it."""


def forget_file(
    book: Path, customer_id: str, *, yes: bool, wait: float, disk: Disk | None = None
) -> Forgotten:
    """Show where a customer stands; with `yes` take him out of the workbook and of its backups.

    Raises: SalesbookError of any kind; then no file changed.
    """
    if is_forgotten(customer_id):
        # Newer backups know the key: they must not be taken for what an interrupted run left.
        raise UsageError("is-forgotten", where="--customer", found=customer_id)
    started = time.perf_counter()
    with collecting_nothing(), open_book(book, wait=wait, for_writing=yes, disk=disk) as host:
        backups = Backups(host.package.path)
        try:
            customer = customer_asked(Session(host), customer_id)
        except UsageError as unknown:
            # Somebody may have been interrupted between the workbook and its backups.
            rest = _left_in_backups(host, backups, customer_id, yes=yes)
            if rest is None:
                raise unknown from None
            return rest
        person = Person(Session(host), customer)
        words = person.sought
        # Asked before the tables change under it.
        alike, shared = tuple(_alike(person)), person.shared
        changes, notes = _staged(host, person)
        also_in = _places(host, person, person.session.language)
        deals, amount = _open_deals(person)
        held = _holding(backups, words)
        if yes:
            tell("saving")
            # Without `keeping`: the state before is what nobody is to have any more.
            host.package.save()
            _delete(backups, held)
        return Forgotten(
            book=book,
            customer_id=customer,
            key=person.key,
            rows={name: change.rows for name, change in changes.items()},
            gone={name: len(change.leaving) for name, change in changes.items() if change.leaving},
            remarks=sum(change.remarks for change in changes.values()),
            open_deals=deals,
            open_amount=amount,
            open_complaints=_open_complaints(person),
            also_in=also_in,
            backups=tuple(backup.path for backup, is_ours in held.items() if is_ours),
            changed_backups=tuple(backup.path for backup, is_ours in held.items() if not is_ours),
            files=tuple(_files_beside(host.package.path, words)),
            is_preview=not yes,
            language=person.session.language,
            seconds=round(time.perf_counter() - started, 3),
            notes=notes,
            alike=alike,
            shared=shared,
        )


def _staged(host: KeptBook, person: Person) -> tuple[dict[str, TableChange], tuple[Message, ...]]:
    """Stage all that changes in the workbook. Returns: what changes by table, and what to say."""
    session = person.session
    changes = {}
    tell("reading")
    for table in TABLES:
        if session.has(table) and table != "RunLog":
            # What people put on rows is looked for only where some row is about him.
            marks = session.annotations(table) if person.rows.get(table) else ()
            change = change_of(person, table, marks)
            if change.rows:
                changes[table] = change
    tell("writing")
    writes = [change.write(session.table(name)) for name, change in changes.items()]
    log = _logged(session, list(changes))
    host.package.write([write for write in (*writes, *log) if write is not None])
    # What pages show is made of the tables: who only looks need not wait for it.
    notes = store_page_values(host.package) if host.package.for_writing else ()
    host.package.drop_traces(person.words)
    return changes, notes


def _traces(host: KeptBook, words: Words, language: Language) -> list[Trace]:
    """Where one of his words stays, but for words of our own: `such as C001` in a note of ours."""
    template = package_of(template_bytes(language), "template")
    ours = {trace.text for trace in template.traces_of(words)}
    return [
        trace for trace in host.package.traces_of(words) if trace.cell or trace.text not in ours
    ]


def _places(host: KeptBook, person: Person, language: Language) -> tuple[NamedPlace, ...]:
    """Where his words stay, by word, the weightiest first; each place once, at its weightiest."""
    weights = person.words_by_weight
    last = len(weights)
    places = []
    for trace in _traces(host, person.sought, language):
        words = sorted(person.sought.named_in(trace.text), key=lambda word: weights.get(word, last))
        places.append(NamedPlace(words[0] if words else "", trace))
    return tuple(sorted(places, key=lambda place: weights.get(place.word, last)))


def _alike(person: Person) -> Iterator[AlikeRow]:
    """Rows that may be his, as a person finds them."""
    for table, rows in person.alike.items():
        read = person.session.table(table)
        keys = person.rows_of(table)[TABLES[table].key[0]]
        for row in sorted(rows):
            key = keys[row]
            yield AlikeRow(table, key if isinstance(key, str) else "", read.address(row, "name"))


def _logged(session: Session, tables: Sequence[str]) -> list[TableWrite]:
    """The row of the log: that somebody was forgotten, and in which tables, but not who."""
    if not session.has("RunLog"):
        return []
    row = {
        "at": next_moment(session.table("RunLog").frame),
        "action": FORGET,
        "seconds": 0.0,
        "rows_in": 0,
        "rows_out": len(tables),
        "findings": 0,
        "user": user_name(),
        "version": __version__,
        "written": " ".join(f"{table}={_NO_STATE}" for table in tables),
    }
    changes = RowChanges(frame_from_rows("RunLog", [row]))
    return [session.prepared_changes("RunLog", changes).write]


def _open_deals(person: Person) -> tuple[int, Decimal]:
    """Deals of his that are still in the forecast, and their amount."""
    session = person.session
    rows = sorted(person.rows.get("Deals", ()))
    if not rows:
        return 0, to_decimal(0, session.policy.decimals)
    deals = person.rows_of("Deals").loc[rows]
    stages = session.frame("Stages")
    closed = set(stages.loc[stages["kind"] != "open", "stage"])
    is_open = deals["closed_on"].isna() & ~deals["stage"].isin(list(closed))
    amount = int(deals.loc[is_open, "amount"].fillna(0).sum())
    return int(is_open.sum()), to_decimal(amount, session.policy.decimals)


def _open_complaints(person: Person) -> int:
    """Complaints of his that are not resolved."""
    rows = sorted(person.rows.get("Feedback", ()))
    if not rows:
        return 0
    feedback = person.rows_of("Feedback").loc[rows]
    return int(((feedback["kind"] == "complaint") & feedback["resolved_at"].isna()).sum())


# --- backups --------------------------------------------------------------------------------------


def _holding(backups: Backups, words: Words) -> dict[Backup, bool]:
    """The backups in which one of the words stands, and whether each is still as we made it."""
    found = {}
    for backup in backups.all():
        try:
            with open_package(backup.path, for_writing=False) as package:
                holds_him = package.holds(words)
        except SalesbookError:
            # What cannot be read may hold him as well.
            holds_him = True
        if holds_him:
            found[backup] = backup.is_whole()
    return found


def _delete(backups: Backups, held: Mapping[Backup, bool]) -> None:
    backups.delete([backup for backup, is_ours in held.items() if is_ours])


def _left_in_backups(
    host: KeptBook, backups: Backups, customer_id: str, *, yes: bool
) -> Forgotten | None:
    """What an interrupted command left: backups in which he still is a customer; None without any."""
    started = time.perf_counter()
    session = Session(host)
    person = None
    for backup in backups.all():
        with (
            contextlib.suppress(SalesbookError),
            open_package(backup.path, for_writing=False) as package,
        ):
            before = Session(package)
            if customer_id in before.frame("Customers")["customer_id"].tolist():
                person = Person(before, customer_id)
                words = person.sought
                places = _places(host, person, session.language)
                break
    if person is None:
        return None
    held = _holding(backups, words)
    if yes:
        _delete(backups, held)
    keys = neutral_keys([customer_id], session.frame("Customers")["customer_id"])
    return Forgotten(
        book=host.package.path,
        customer_id=customer_id,
        key=keys[customer_id],
        rows={},
        gone={},
        remarks=0,
        open_deals=0,
        open_amount=to_decimal(0, session.policy.decimals),
        open_complaints=0,
        also_in=places,
        backups=tuple(backup.path for backup, is_ours in held.items() if is_ours),
        changed_backups=tuple(backup.path for backup, is_ours in held.items() if not is_ours),
        files=tuple(_files_beside(host.package.path, words)),
        is_preview=not yes,
        language=session.language,
        seconds=round(time.perf_counter() - started, 3),
    )


# --- beside the workbook --------------------------------------------------------------------------


def _files_beside(book: Path, words: Words) -> list[Path]:
    """Lists in the workbook's folder in which one of the words stands, as rejects of imports are."""
    found = []
    for path in sorted(book.parent.iterdir()):
        with contextlib.suppress(OSError):
            is_list = path.suffix.lower() in _ENDINGS and path.is_file()
            if not is_list or path.stat().st_size > _MOST_BYTES:
                continue
            if words.are_in(_text_of(read_ordinary(path))):
                found.append(path)
    return found


def _text_of(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("latin-1")
