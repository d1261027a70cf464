"""What always holds when a deal's log is put between the rows that the workbook has of it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from salesbook.intake.stage_log.sequence import KnownEntry, LogEntry, fit_together

FIRST = dt.date(2026, 1, 1)
STAGES = ["Lead", "Offer", "Trial", "Won", "Lost"]
PLACE = STAGES.index


def day(number):
    return FIRST + dt.timedelta(days=number)


@st.composite
def logs(draw):
    """Entries by time, no two neighbours of one stage."""
    days = sorted(draw(st.lists(st.integers(0, 20), max_size=6)))
    entries: list[LogEntry] = []
    for number in days:
        stage = draw(st.sampled_from(STAGES))
        if not entries or entries[-1].stage != stage:
            entries.append(LogEntry(stage, day(number), day(number)))
    return entries


@st.composite
def known_rows(draw):
    """Rows as runs and earlier files leave them: numbered in any order of days."""
    rows = []
    for position in range(draw(st.integers(0, 6))):
        entered = draw(st.integers(0, 25))
        noticed = entered + draw(st.integers(0, 10))
        source = draw(st.sampled_from(["typed", "imported", "inferred"]))
        stage = draw(st.sampled_from(STAGES))
        rows.append(KnownEntry(position, position + 1, stage, day(entered), day(noticed), source))
    return rows


def after(fitted, log, known):
    """The rows of the deal once they are written."""
    rows = []
    for number, placed in enumerate(fitted.rows):
        if placed.known is not None:
            row = placed.known
            rows.append(KnownEntry(number, number + 1, row.stage, row.day, row.noticed, row.source))
        else:
            entry = log[placed.entry]
            rows.append(
                KnownEntry(number, number + 1, entry.stage, entry.day, entry.noticed, entry.source)
            )
    return rows


def said(rows):
    return [(row.stage, row.day, row.source) for row in rows]


@given(logs(), known_rows())
def test_days_never_run_backwards(log, known):
    fitted = fit_together(log, known, PLACE)
    days = [placed.day for placed in fitted.rows]
    assert days == sorted(days)


@given(logs(), known_rows())
def test_nothing_typed_or_imported_is_lost_and_no_entry_is_told_twice(log, known):
    """Every kept row stays once, every entry is placed once or is the same stay as a row."""
    fitted = fit_together(log, known, PLACE)
    stay = [placed.known.position for placed in fitted.rows if placed.known]
    assert len(stay) == len(set(stay))
    gone = [row.position for row in fitted.gone]
    assert sorted(stay + gone) == [row.position for row in known]
    assert all(row.source == "inferred" for row in fitted.gone)

    placed_entries = [placed.entry for placed in fitted.rows if placed.entry is not None]
    assert sorted([*placed_entries, *fitted.same_stay]) == list(range(len(log)))
    for placed in fitted.rows:
        if placed.known is not None and placed.entry is not None:
            entry = log[placed.entry]
            assert (placed.known.stage, placed.known.day) == (entry.stage, entry.day)
    for number, row in fitted.same_stay.items():
        assert row.stage == log[number].stage


@given(logs(), known_rows())
def test_the_logs_own_order_stays(log, known):
    """Re-entries, skips and moves of one day stay as the file has them."""
    fitted = fit_together(log, known, PLACE)
    entries = [placed.entry for placed in fitted.rows if placed.entry is not None]
    assert entries == sorted(entries)


@given(logs(), known_rows())
def test_the_same_file_again_changes_nothing(log, known):
    once = after(fit_together(log, known, PLACE), log, known)
    twice = fit_together(log, once, PLACE)
    assert [placed.known for placed in twice.rows] == once
    assert not twice.gone


@given(logs(), known_rows(), st.randoms())
def test_the_order_of_the_tables_rows_makes_no_difference(log, known, random):
    shuffled = random.sample(known, len(known))
    assert fit_together(log, shuffled, PLACE) == fit_together(log, known, PLACE)


def guess(position, stage, entered, noticed):
    return KnownEntry(position, position + 1, stage, day(entered), day(noticed), "inferred")


def test_a_guess_gives_way_to_what_the_log_knows():
    log = [LogEntry("Lead", day(0), day(0)), LogEntry("Offer", day(9), day(9))]
    known = [guess(0, "Lead", 0, 15), guess(1, "Offer", 15, 15)]
    fitted = fit_together(log, known, PLACE)
    assert [(placed.stage, placed.day) for placed in fitted.rows] == [
        ("Lead", day(0)),
        ("Offer", day(9)),
    ]
    assert fitted.gone == known


def test_what_a_run_saw_after_the_log_ends_stays():
    """The log of an older export ends in Offer; a run saw the deal in Trial since."""
    log = [LogEntry("Lead", day(0), day(0)), LogEntry("Offer", day(9), day(9))]
    known = [guess(0, "Lead", 0, 15), guess(1, "Offer", 0, 15), guess(2, "Trial", 15, 15)]
    fitted = fit_together(log, known, PLACE)
    assert [placed.stage for placed in fitted.rows] == ["Lead", "Offer", "Trial"]
    assert fitted.gone == known[:2]


def test_one_stay_with_two_days_keeps_the_day_of_the_workbook():
    typed = KnownEntry(0, 1, "Offer", day(10), day(15), "typed")
    log = [LogEntry("Lead", day(0), day(0)), LogEntry("Offer", day(9), day(9))]
    fitted = fit_together(log, [typed], PLACE)
    assert [(placed.stage, placed.day) for placed in fitted.rows] == [
        ("Lead", day(0)),
        ("Offer", day(10)),
    ]
    assert fitted.same_stay == {1: typed}


def test_a_stage_entered_again_is_no_stay_with_two_days():
    typed = KnownEntry(0, 1, "Offer", day(20), day(20), "typed")
    log = [
        LogEntry("Offer", day(3), day(3)),
        LogEntry("Lead", day(9), day(9)),
    ]
    fitted = fit_together(log, [typed], PLACE)
    assert [placed.stage for placed in fitted.rows] == ["Offer", "Lead", "Offer"]
