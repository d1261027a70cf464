"""What becomes of the history that another system kept of its deals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from salesbook.actions import ACTIONS
from salesbook.domain import funnel
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.past.at import at
from salesbook.errors import UsageError
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage
from tests.drawn_tables import frames_of
from tests.pipeline_book import records
from tests.spec.import_tables import AS_OF, STAGES, book, counts, draft, gaps, imported, problems

SALESFORCE = (
    "Id,OpportunityId,CreatedDate,StageName,Amount,CloseDate,FromOpportunityStageName,PrevAmount\n"
)
GROWN = SALESFORCE + (
    "1,D1,2026-01-02,Lead,100,2026-05-01,,\n"
    "2,D1,2026-01-09,Lead,150,2026-06-01,,100\n"
    "3,D1,2026-02-02,Offer,150,2026-06-01,Lead,\n"
)
"""A deal that was worth more, and expected later, while it was in its first stage."""
FIELD_HISTORY = "Id,OpportunityId,Field,OldValue,NewValue,CreatedDate\n"
SHOWN = ("deal_id", "seq", "stage", "entered_on", "source")


def deal(deal_id: str, stage: str, **more: Any) -> dict[str, Any]:
    return {"deal_id": deal_id, "rep_id": "R1", "stage": stage, **more}


def with_deals(*deals: Mapping[str, Any], **tables: list[dict[str, Any]]) -> BookNow:
    rows = {"Deals": list(deals), "StageHistory": [], "DealHistory": [], **tables}
    return book(rows)


ONE = with_deals(deal("D1", "Offer", name="Pumps", created_on=dt.date(2026, 1, 1)))


def history(now: BookNow, *fields: str) -> list[tuple[Any, ...]]:
    """StageHistory by deal and seq."""
    names = fields or SHOWN
    frame = now.table("StageHistory").frame.sort_values(["deal_id", "seq"])
    return records(frame, *names)


def taken(tmp_path, text, now=ONE, **options):
    """The draft and the workbook after it."""
    done = draft(tmp_path, text, "StageHistory", now, **options)
    return done, imported(now, done)


def codes(done) -> dict[str, Any]:
    return {note.code: dict(note.params) for note in done.notes}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# Files as other systems write them.


def test_a_log_of_stages_comes_in_with_what_the_deal_was_worth_then(tmp_path):
    """Each move is noticed on its own day: a forecast of that day may know it."""
    text = SALESFORCE + (
        "1,D1,2026-01-02 10:00:00,Lead,100,2026-05-01,,\n"
        "2,D1,2026-02-02 10:00:00,Offer,150,2026-06-01,Lead,100\n"
    )
    done, after = taken(tmp_path, text)
    assert counts(done) == {"read": 2, "new": 2}
    fields = ("stage", "entered_on", "noticed_on", "source", "amount", "expected_on")
    assert history(after, *fields) == [
        ("Lead", day("2026-01-02"), day("2026-01-02"), "imported", 10000, day("2026-05-01")),
        ("Offer", day("2026-02-02"), day("2026-02-02"), "imported", 15000, day("2026-06-01")),
    ]


def test_a_row_of_the_same_stage_notes_what_changed_meanwhile(tmp_path):
    """It enters no stage again; what the deal was worth since stands in DealHistory."""
    done, after = taken(tmp_path, GROWN)
    assert counts(done) == {"read": 3, "new": 2, "updated": 1}
    assert codes(done)["stage-log.notes"]["count"] == 1
    notes = after.table("DealHistory").frame
    fields = ("deal_id", "noticed_on", "amount", "expected_on")
    assert records(notes, *fields) == [("D1", day("2026-01-09"), 15000, day("2026-06-01"))]


def test_a_log_of_fields_is_taken_apart_by_the_field_that_changed(tmp_path):
    """The old values say what the deal was at first; changes of other fields are not kept."""
    text = FIELD_HISTORY + (
        "1,D1,Amount,100,150,2026-01-09 10:00:00\n"
        "2,D1,StageName,Lead,Offer,2026-02-02 10:00:00\n"
        "3,D1,CloseDate,2026-05-01,2026-06-01,2026-02-09 10:00:00\n"
        "4,D1,NextStep,call,meet,2026-02-09 10:00:00\n"
    )
    done, after = taken(tmp_path, text)
    assert problems(done) == [(5, "", "log-other-field")]
    fields = ("stage", "entered_on", "amount", "expected_on")
    assert history(after, *fields) == [
        ("Lead", day("2026-01-01"), 10000, day("2026-05-01")),
        ("Offer", day("2026-02-02"), 15000, day("2026-05-01")),
    ]
    notes = after.table("DealHistory").frame.sort_values("noticed_on")
    assert records(notes, "noticed_on", "amount", "expected_on") == [
        (day("2026-01-09"), 15000, day("2026-05-01")),
        (day("2026-02-09"), 15000, day("2026-06-01")),
    ]


def test_a_deal_that_never_moved_still_has_its_changes_noted(tmp_path):
    text = FIELD_HISTORY + (
        "1,D1,Amount,100,150,2026-01-09\n2,D1,CloseDate,2026-05-01,2026-06-01,2026-02-09\n"
    )
    done, after = taken(tmp_path, text)
    assert counts(done) == {"read": 2, "updated": 2}
    assert history(after) == []
    notes = after.table("DealHistory").frame.sort_values("noticed_on")
    assert records(notes, "noticed_on", "amount", "expected_on") == [
        (day("2026-01-09"), 15000, day("2026-05-01")),
        (day("2026-02-09"), 15000, day("2026-06-01")),
    ]


def test_the_present_stage_beside_a_log_of_fields_is_not_taken_for_a_move(tmp_path):
    """A Salesforce report of field history shows stage and amount of today in every row."""
    text = (
        "Opportunity Name,Stage,Amount,Field / Event,Old Value,New Value,Edit Date\n"
        "Pumps,Offer,999,Stage,Lead,Offer,2026-02-02\n"
    )
    _, after = taken(tmp_path, text)
    assert history(after, "stage", "entered_on", "amount") == [
        ("Lead", day("2026-01-01"), None),
        ("Offer", day("2026-02-02"), None),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        'Date entered "Lead (Sales Pipeline)"|Date entered "Offer (Sales Pipeline)"',
        "Date entered 'Lead' (Sales Pipeline)|Date entered 'Offer' (Sales Pipeline)",
        "进入“Lead”阶段时间|进入“Offer”阶段时间",
        "进入Lead日期|进入Offer日期",
    ],
)
def test_columns_of_days_become_rows(tmp_path, headers):
    """What the deal is today, beside them, was not so on those days."""
    lead, offer = ('"' + header.replace('"', '""') + '"' for header in headers.split("|"))
    text = (
        f"Record ID,Deal Name,Deal Stage,Amount,{lead},{offer}\n"
        "D1,Pumps,Offer,999,2026-01-03,2026-02-03\n"
    )
    done, after = taken(tmp_path, text)
    assert counts(done) == {"read": 2, "new": 2}
    assert history(after, "stage", "entered_on", "amount") == [
        ("Lead", day("2026-01-03"), None),
        ("Offer", day("2026-02-03"), None),
    ]


def test_a_mended_row_of_a_log_of_fields_comes_in_as_it_was_taken_apart(tmp_path):
    """The rejects file has the columns that were made of the old and new values."""
    text = (
        "OpportunityId,Field,OldValue,NewValue,CreatedDate,"
        "Field that was changed,Old stage of deal,New stage of deal\n"
        "D1,StageName,Lead,Ofer,2026-02-02,StageName,Lead,Offer\n"
    )
    _, after = taken(tmp_path, text)
    assert [stage for _, _, stage, *_ in history(after)] == ["Lead", "Offer"]


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        ("Deal ID,Deal Stage,Date entered", "D1,Offer,2026-02-03 09:00"),
        (
            "Deal ID,Stage,Amount,Closing Date,Modified Time,Stage Duration",
            "D1,Offer,,,2026-02-03 09:00:00,12",
        ),
        ("Deal ID,Field name,Old value,New value,Change date", "D1,stage_id,,Offer,2026-02-03"),
        ("商机编号,原阶段,变更后阶段,变更时间,负责人", "D1,,Offer,2026/2/3 9:00,Ann"),
        ("商机名称,变更前阶段,新阶段,变更日期", "Pumps,,Offer,2026年2月3日"),
    ],
)
def test_logs_of_other_systems_are_known_by_their_headers(tmp_path, headers, row):
    _, after = taken(tmp_path, f"{headers}\n{row}\n")
    assert history(after) == [("D1", 1, "Offer", day("2026-02-03"), "imported")]


def test_a_deal_is_known_by_both_lengths_of_its_salesforce_id(tmp_path):
    """Exports write 18 characters, reports the first 15, in which case counts."""
    long, other = "0065g00000Abc13AAB", "0065g00000aBC13AAC"
    now = with_deals(deal(long, "Offer"), deal(other, "Lead"))
    text = "Deal ID,Stage,Date entered stage\n0065g00000Abc13,Offer,2026-02-03\n"
    _, after = taken(tmp_path, text, now)
    assert history(after, "deal_id") == [(long,)]


# What is left out.


def test_rows_of_unknown_deals_and_stages_and_of_days_to_come_are_left_out(tmp_path):
    text = (
        "Deal ID,Stage,Date entered stage\n"
        "X9,Offer,2026-02-03\n"
        "D1,Nowhere,2026-02-03\n"
        "D1,Offer,2027-02-03\n"
        "D1,,2026-02-03\n"
        "D1,Offer,2026-02-03\n"
    )
    done, after = taken(tmp_path, text)
    assert problems(done) == [
        (2, "deal_id", "unknown-deal"),
        (3, "stage", "stage-not-in-log"),
        (4, "entered_on", "move-not-yet"),
        (5, "stage", "missing-required"),
    ]
    assert len(history(after)) == 1


def test_an_unknown_owner_costs_no_row(tmp_path):
    text = "Deal ID,Stage,Date entered stage,Owner\nD1,Offer,2026-02-03,Nobody Known\n"
    done, after = taken(tmp_path, text)
    assert gaps(done) == [(2, "rep_id", "unknown-rep")]
    assert history(after) == [("D1", 1, "Offer", day("2026-02-03"), "imported")]


def test_a_mended_gap_fills_its_row_by_key(tmp_path):
    _, after = taken(tmp_path, "Deal ID,Stage,Date entered stage\nD1,Offer,2026-02-03\n")
    done, mended = taken(tmp_path, "Deal,Seq,Rep\nD1,1,Ann\n", after)
    assert counts(done) == {"read": 1, "updated": 1}
    assert history(mended, "seq", "stage", "rep_id") == [(1, "Offer", "R1")]


def test_the_record_is_never_replaced(tmp_path):
    with pytest.raises(UsageError, match="record-stays"):
        draft(tmp_path, SALESFORCE, "StageHistory", ONE, replace=True)


# What is there already.


def test_importing_twice_changes_nothing(tmp_path):
    _, after = taken(tmp_path, GROWN)
    again, same = taken(tmp_path, GROWN, after)
    assert counts(again) == {"read": 3, "unchanged": 3}
    assert not again.changes
    assert history(same) == history(after)


def run_of(now: BookNow, on: dt.date = AS_OF) -> Outcome:
    """A run of funnel on the workbook."""
    return ACTIONS["funnel"].run(task_of(now, on))


def task_of(now: BookNow, on: dt.date) -> Task:
    drawn = {
        name: now.table(name).frame
        for name in ("Deals", "StageHistory", "DealHistory", "Reps")
        if name in now.tables
    }
    return Task(frames_of(drawn, ACTIONS["funnel"].reads), now.policy, on)


def after_a_run(now: BookNow, on: dt.date = AS_OF) -> BookNow:
    """The workbook as a run leaves it."""
    outcome = run_of(now, on)
    rows = {
        "Deals": now.table("Deals").frame,
        **{name: outcome.tables[name] for name in ("StageHistory", "DealHistory")},
    }
    return book({name: list(TableNow(name, frame).rows.values()) for name, frame in rows.items()})


def test_what_a_run_guessed_gives_way(tmp_path):
    """A run on a fresh list of deals guesses through which stages they came."""
    ran = after_a_run(ONE)
    assert [source for *_, source in history(ran)] == ["inferred", "inferred"]
    text = "Deal ID,Stage,Date entered stage\nD1,Lead,2026-01-01\nD1,Offer,2026-02-03\n"
    done, after = taken(tmp_path, text, ran)
    assert codes(done)["stage-log.guesses-gone"] == {"count": 2, "deals": 1}
    assert history(after) == [
        ("D1", 1, "Lead", day("2026-01-01"), "imported"),
        ("D1", 2, "Offer", day("2026-02-03"), "imported"),
    ]
    # Nothing is left for the next run to add.
    assert history(after_a_run(after)) == history(after)


def test_what_somebody_typed_stays_and_the_log_goes_before_it(tmp_path):
    now = with_deals(
        deal("D1", "Won", created_on=dt.date(2026, 1, 1), closed_on=dt.date(2026, 3, 31))
    )
    ran = after_a_run(now)
    text = (
        "Deal ID,Stage,Date entered stage\n"
        "D1,Lead,2026-01-01\nD1,Offer,2026-02-03\nD1,Won,2026-04-02\n"
    )
    done, after = taken(tmp_path, text, ran)
    # The log's Won of two days later is the same stay: the day in Pipeline decides what was sold.
    assert codes(done)["stage-log.other-day"]["count"] == 1
    assert history(after) == [
        ("D1", 1, "Lead", day("2026-01-01"), "imported"),
        ("D1", 2, "Offer", day("2026-02-03"), "imported"),
        ("D1", 3, "Won", day("2026-03-31"), "typed"),
    ]


def test_a_log_that_ends_elsewhere_is_told_and_the_next_run_adds_the_present_stage(tmp_path):
    """The typed day of the present stage lies before the log's end: it is not that stage's day."""
    now = with_deals(deal("D1", "Offer", name="Pumps", stage_since=dt.date(2026, 1, 5)))
    text = "Deal ID,Stage,Date entered stage\nD1,Lead,2026-02-01\n"
    done, after = taken(tmp_path, text, now)
    assert codes(done)["stage-log.other-stage"]["names"] == ("Pumps",)
    assert history(after_a_run(after)) == [
        ("D1", 1, "Lead", day("2026-02-01"), "imported"),
        ("D1", 2, "Offer", AS_OF, "inferred"),
    ]


def test_moves_stay_as_the_file_has_them(tmp_path):
    """Entered again, skipped, gone back and several times on one day."""
    now = with_deals(deal("D1", "Lost", created_on=dt.date(2026, 1, 1)))
    text = (
        "Deal ID,Stage,Date entered stage\n"
        "D1,Offer,2026-01-05 09:00\nD1,Lead,2026-01-05 11:00\nD1,Offer,2026-01-05 15:30\n"
        "D1,Lead,2026-02-01 09:00\nD1,Lost,2026-03-01 09:00\n"
    )
    done, after = taken(tmp_path, text, now)
    assert counts(done) == {"read": 5, "new": 5}
    stages = [stage for _, _, stage, *_ in history(after)]
    assert stages == ["Offer", "Lead", "Offer", "Lead", "Lost"]
    lines = text.splitlines()
    backwards = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    _, other = taken(tmp_path, backwards, now)
    assert history(other) == history(after)


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_moves_of_one_day_without_a_time_go_by_the_order_of_the_file(tmp_path, is_newest_first):
    now = with_deals(deal("D1", "Offer"))
    rows = [
        "D1,Lead,2026-01-01",
        "D1,Offer,2026-01-05",
        "D1,Lead,2026-01-05",
        "D1,Offer,2026-02-01",
    ]
    rows = rows[::-1] if is_newest_first else rows
    text = "\n".join(["Deal ID,Stage,Date entered stage", *rows]) + "\n"
    _, after = taken(tmp_path, text, now)
    assert [stage for _, _, stage, *_ in history(after)] == ["Lead", "Offer", "Lead", "Offer"]


# What a run makes of it.


LOG = """Deal ID,Stage,Date entered stage
Z,Lead,2026-06-20
Z,Lost,2026-06-30
A,Lead,2026-07-01
A,Offer,2026-07-11
A,Won,2026-07-13
B,Lead,2026-07-05
B,Offer,2026-07-15
B,Won,2026-07-19
C,Lead,2026-07-06
C,Offer,2026-07-16
C,Lost,2026-07-22
D,Lead,2026-07-17
D,Offer,2026-07-27
E,Lead,2026-07-12
E,Offer,2026-07-22
"""
# Z was closed first: since its day deals of every length are there.
SIX = with_deals(
    deal("Z", "Lost", created_on=day("2026-06-20"), closed_on=day("2026-06-30"), lost_stage="Lead"),
    deal("A", "Won", created_on=day("2026-07-01"), closed_on=day("2026-07-13")),
    deal("B", "Won", created_on=day("2026-07-05"), closed_on=day("2026-07-19")),
    deal(
        "C", "Lost", created_on=day("2026-07-06"), closed_on=day("2026-07-22"), lost_stage="Offer"
    ),
    deal("D", "Offer", created_on=day("2026-07-17")),
    deal("E", "Offer", created_on=day("2026-07-12")),
)


def test_stage_times_and_conversion_are_those_of_the_log(tmp_path):
    """Counted by hand: Offer was left after 2, 4 and 6 days, two deals are in it for 4 and 9.

    Of those at risk 4 of 5 stay longer than 2 days, 3 of 4 longer than 4, one of two longer than 6:
    0.8, 0.6 and 0.3, so that half have left after 6 days. Lead took 10 days each time.
    """
    _, after = taken(tmp_path, LOG, SIX)
    outcome = run_of(after)
    times = outcome.tables["StageTimes"]
    shown = ("stage", "count", "open", "median_days", "naive_mean_days")
    assert records(times[times["slice_kind"] == "all"], *shown) == [
        ("Lead", 6, 0, 10.0, 10.0),
        ("Offer", 5, 2, 6.0, 4.0),
    ]
    table = outcome.tables["Funnel"]
    whole = table[(table["slice_kind"] == "all") & (table["period"] == "all")]
    shown = ("stage", "entered", "advanced", "lost", "open", "rate", "resolved_rate")
    assert records(whole, *shown) == [
        ("Lead", 6, 5, 1, 0, pytest.approx(5 / 6), pytest.approx(5 / 6)),
        ("Offer", 5, 2, 1, 2, 0.4, pytest.approx(2 / 3)),
    ]


def test_without_the_log_nothing_is_known_of_these_stays():
    """The worked example above rests on the file."""
    times = run_of(SIX).tables["StageTimes"]
    shown = times[(times["slice_kind"] == "all") & (times["stage"] == "Offer")]
    assert shown.empty


def test_a_stage_that_the_log_skips_was_not_passed_unseen(tmp_path):
    """Between two runs a deal may have passed a stage; a log has every move."""
    stages = ("Lead", "Demo", "Offer")
    policy = Policy(
        rules=Rules(currency="USD"),
        stages=(
            *(Stage(stage=name, rank=rank, kind="open") for rank, name in enumerate(stages, 1)),
            *STAGES[2:],
        ),
    )
    now = with_deals(
        deal("D1", "Offer", created_on=day("2026-07-01")),
        deal("Z", "Lost", created_on=day("2026-06-20"), closed_on=day("2026-06-30")),
    )
    now = BookNow(now.tables, policy, AS_OF)
    text = (
        "Deal ID,Stage,Date entered stage\nZ,Lead,2026-06-20\nZ,Lost,2026-06-30\n"
        "D1,Lead,2026-07-01\nD1,Offer,2026-07-21\n"
    )
    done = draft(tmp_path, text, "StageHistory", now)
    (change,) = done.changes
    tables = {"Deals": now.table("Deals").frame, "StageHistory": change.new_rows}
    task = Task(frames_of(tables, ACTIONS["funnel"].reads), policy, AS_OF)
    times = funnel.run(task).tables["StageTimes"]
    assert records(times[times["slice_kind"] == "all"], "stage", "count", "median_days") == [
        ("Lead", 2, 20.0),
        ("Offer", 1, None),
    ]


def test_before_the_first_deal_was_closed_nobody_knows_who_is_missing(tmp_path):
    """A list of open deals alone has the long stays of the time before, and not the short ones."""
    open_deals = with_deals(*(deal(name, "Offer") for name in "DE"))
    lines = [line for line in LOG.splitlines() if line[0] in "DE"]
    _, after = taken(tmp_path, "\n".join(lines), open_deals)
    assert run_of(after).tables["StageTimes"]["median_days"].isna().all()


@pytest.mark.parametrize("on", ["2026-07-12", "2026-07-20", "2026-07-31"])
def test_a_run_of_an_earlier_day_knows_the_log_up_to_that_day(tmp_path, on):
    """run(book, D) = run(at(book, D), D)."""
    _, after = taken(tmp_path, LOG, SIX)
    task = task_of(after, day(on))
    then = at(task.tables, task.policy, day(on)).tables
    there = then["StageHistory"]
    assert len(there) == sum(line.split(",")[2] <= on for line in LOG.splitlines()[1:])
    ran = ACTIONS["funnel"].run(task)
    alone = ACTIONS["funnel"].run(Task(then, task.policy, day(on)))
    for name in ("Funnel", "StageTimes", "Forecast", "Alerts", "DealScores"):
        assert ran.tables[name].equals(alone.tables[name]), name


def test_a_forecast_of_an_earlier_day_may_know_the_day_that_was_expected_then(tmp_path):
    """Slips are measured from a day that was noted before closing: the log has it."""
    text = SALESFORCE + (
        "1,D1,2026-01-02,Lead,100,2026-05-01,,\n2,D1,2026-06-02,Won,150,2026-06-02,Lead,100\n"
    )
    now = with_deals(deal("D1", "Won", created_on=day("2026-01-01"), closed_on=day("2026-06-02")))
    _, after = taken(tmp_path, text, now)
    task = task_of(after, day("2026-03-01"))
    then = at(task.tables, task.policy, day("2026-03-01")).tables
    entry = then["StageHistory"]
    assert records(entry, "stage", "expected_on") == [("Lead", day("2026-05-01"))]
    assert records(then["Deals"], "stage", "closed_on") == [("Lead", None)]
