"""The sample is always the same, fits together, and has just the mistakes that were planted."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd
import pytest

from salesbook.actions import ACTIONS
from salesbook.book.files import run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.book.template import FILES, template_bytes
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, word
from salesbook.sample.tables import SAMPLE_AS_OF, sample_tables
from salesbook.tables import TABLES, Role
from salesbook.writing.body import prepare_write

both = pytest.mark.parametrize("language", LANGUAGES)


@cache
def tables(language):
    return sample_tables(language)


@both
def test_the_same_date_gives_the_same_rows(language):
    again = sample_tables(language, SAMPLE_AS_OF)
    assert list(again) == list(tables(language))
    for name, frame in again.items():
        pd.testing.assert_frame_equal(frame, tables(language)[name])


@both
def test_the_company_has_the_size_it_should(language):
    sizes = {name: len(frame) for name, frame in tables(language).items()}
    managers = set(tables(language)["Reps"]["manager_id"].dropna())
    assert sizes["Reps"] - len(managers) == 12
    assert len(managers) == 3
    assert sizes["Customers"] == 150
    assert sizes["Deals"] == 400
    assert sizes["Orders"] > 400
    ordered = tables(language)["Orders"]["ordered_on"]
    assert (ordered.max() - ordered.min()).days > 700


@both
def test_every_input_table_that_people_fill_has_rows(language):
    without = {name for name, spec in TABLES.items() if spec.role is Role.INPUT} - set(
        tables(language)
    )
    assert without == {"Periods", "Waivers", "ImportMaps"}


@both
def test_the_pipeline_opens_on_what_can_still_be_won(language):
    """Open deals stand first, the next to be closed at the top."""
    deals = tables(language)["Deals"]
    over = deals["stage"].isin(
        [word("book", f"stages.{kind}", language) for kind in ("won", "lost")]
    )
    assert over.is_monotonic_increasing
    assert 0 < (~over).sum() < len(deals)
    assert deals.loc[~over, "expected_on"].is_monotonic_increasing


@both
def test_keys_are_unique(language):
    for name, frame in tables(language).items():
        keys = frame[list(TABLES[name].key)]
        assert not keys.duplicated().any(), name


@both
def test_nothing_has_happened_after_the_run_date(language):
    happened = {
        "Orders": "ordered_on",
        "Payments": "paid_on",
        "Activities": "done_on",
        "Deals": "closed_on",
        "StageHistory": "entered_on",
        "Feedback": "answered_at",
        "Leads": "first_contact_at",
        "CandidateHistory": "entered_on",
        "Training": "completed_on",
    }
    end = pd.Timestamp(SAMPLE_AS_OF) + pd.Timedelta(days=1)
    for table, field in happened.items():
        assert tables(language)[table][field].max() < end, table


def test_both_languages_tell_the_same_story():
    english, chinese = (tables(language) for language in LANGUAGES)
    assert {name: len(frame) for name, frame in english.items()} == {
        name: len(frame) for name, frame in chinese.items()
    }
    assert english["Orders"]["ordered_on"].tolist() == chinese["Orders"]["ordered_on"].tolist()
    assert (english["Orders"]["amount"] * 7 - chinese["Orders"]["amount"]).abs().max() <= 700


@pytest.mark.parametrize(
    "as_of", [dt.date(2024, 2, 29), dt.date(2027, 1, 1), dt.date(2026, 11, 22)]
)
def test_any_date_will_do(as_of):
    made = sample_tables("en", as_of)
    assert made["Orders"]["ordered_on"].max() <= pd.Timestamp(as_of)
    assert made["Targets"]["target"].gt(0).all()


def test_the_tiers_of_earlier_months_are_those_of_a_run_of_then(tmp_path):
    """Tier and value of everybody at the end of May, as `tier` of that day has them."""
    path = tmp_path / FILES["en"]
    made = tables("en")
    path.write_bytes(template_bytes("en"))
    with open_package(path, for_writing=True) as host:
        session = Session(host)
        host.write(
            [
                prepare_write(
                    session.table(name), frame, language="en", currency=session.currency
                ).write
                for name, frame in made.items()
                if name != "TierHistory"
            ]
        )
        host.save()
    day = dt.date(2026, 5, 31)
    run_on_file(path, "tier", Options(day), wait=5)
    with open_package(path, for_writing=False) as host:
        tiers = Session(host).frame("CustomerTiers")
    fields = ["customer_id", "tier", "value"]
    kept = made["TierHistory"][made["TierHistory"]["as_of"] == pd.Timestamp(day)]
    in_order = [frame[fields].sort_values("customer_id") for frame in (kept, tiers)]
    assert in_order[0].to_numpy().tolist() == in_order[1].to_numpy().tolist()


@both
def test_the_checks_find_one_of_each_planted_mistake(language, tmp_path):
    path = tmp_path / FILES[language]
    path.write_bytes(template_bytes(language))
    with open_package(path, for_writing=True) as host:
        session = Session(host)
        currency = session.currency
        host.write(
            [
                prepare_write(
                    session.table(name), frame, language=language, currency=currency
                ).write
                for name, frame in tables(language).items()
            ]
        )
        task, read = Session(host).task(ACTIONS["validate"].reads, Options(SAMPLE_AS_OF))
        findings = [*read, *ACTIONS["validate"].run(task).findings]
    assert sorted((finding.table, finding.code) for finding in findings) == [
        ("Customers", "look-alike"),
        ("Customers", "magnitude"),
        ("Deals", "closed-without-date"),
        ("Deals", "lost-without-reason"),
        ("Deals", "owner-left"),
        ("Deals", "unknown-product"),
        ("Orders", "date-before"),
    ]
