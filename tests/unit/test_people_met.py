"""Which deals hang on one person at the customer's?"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain import funnel
from salesbook.domain.pipeline.watch.people_met import people_met
from salesbook.frames import frame_from_rows
from salesbook.labels import sentence
from tests.drawn_tables import day
from tests.pipeline_book import deal, draw, policy

KIND = "deal-single-contact"


def met(*contacts, **about):
    """Contacts on the first days of June with whom each names."""
    return [
        {"activity_id": f"A{at}", "done_on": day(f"2026-06-{at + 1:02}"), "rep_id": "ann",
         "customer_id": "c1", "deal_id": "a", "kind": "phone", "contact": contact} | about
        for at, contact in enumerate(contacts)
    ]  # fmt: skip


def alerts(activities, *more):
    deals = [deal("a", "Lead", customer_id="c1", amount=900), *more]
    drawn = draw(Deals=deals, Activities=activities, settings=policy())
    found = funnel.run(drawn).tables["Alerts"]
    return found[found["kind"] == KIND]


@pytest.mark.parametrize(
    ("contacts", "is_single"),
    [
        (["Ada Ash", "Ada Ash", "Ada Ash"], True),
        (["Ada Ash", "ADA  ASH", "ada ash"], True),
        (["Ada Ash", "Ada Ash"], False),
        (["Ada Ash", "Ada Ash", "Ada Ash", "Bo Birk"], False),
        (["Ada Ash", "Ada Ash", "Ada Ash, Bo Birk"], False),
        (["张伟", "张伟", "张伟、李娜"], False),
        (["Ada Ash", None, "Ada Ash", None], False),
        (["Ada Ash", None, "Ada Ash", None, "Ada Ash;"], True),
        ([None, None, None], False),
        (["Ada Ash", "Ada Ash", " , "], False),
    ],
)
def test_enough_contacts_with_one_person_are_told(contacts, is_single):
    assert (alerts(met(*contacts))["row_key"].tolist() == ["a"]) is is_single


def test_it_names_the_person_and_how_often():
    found = alerts(met("Ada Ash", "Ada Ash", "Ada Ash"))
    assert (
        sentence(found["because"].iloc[0], "en") == "All 3 contacts so far were with Ada Ash alone"
    )
    assert sentence(found["do"].iloc[0], "en") == (
        "Ask Ada Ash who else has a say, and meet one of them."
    )
    assert sentence(found["because"].iloc[0], "zh-CN") == "至今 3 次联系都只找了Ada Ash一人"


def test_a_contact_with_the_customer_about_no_deal_counts():
    of_customer = met("Bo Birk", deal_id=None, activity_id="B")
    assert alerts([*met("Ada Ash", "Ada Ash", "Ada Ash"), *of_customer]).empty


def test_a_contact_about_another_deal_of_the_customer_does_not():
    of_other = met("Bo Birk", deal_id="b", activity_id="B")
    found = alerts(
        [*met("Ada Ash", "Ada Ash", "Ada Ash"), *of_other], deal("b", "Lead", customer_id="c1")
    )
    assert found["row_key"].tolist() == ["a"]


def test_closed_deals_are_not_told():
    activities = met(*["Ada Ash"] * 3, deal_id="w")
    assert alerts(activities, deal("w", "Won", customer_id="c1", closed_on="2026-06-11")).empty


def closed(name, stage, people):
    row = deal(name, stage, customer_id="c1", amount=900, closed_on="2026-06-08")
    contacts = [
        contact | {"deal_id": name, "activity_id": f"{name}{at}"}
        for at, contact in enumerate(met(*people))
    ]
    return row, contacts


def test_what_hangs_on_it_is_learned_from_closed_deals():
    """Where deals with one person are never won and others always, more hangs on it than guessed."""
    single, several = ["Ada Ash"] * 3, ["Ada Ash", "Bo Birk", "Ada Ash"]

    def at_stake(lost_are_single):
        pairs = [
            closed(
                f"{stage}{at}", stage, single if stage == "Lost" and lost_are_single else several
            )
            for stage in ("Won", "Lost")
            for at in range(30)
        ]
        rows = [row for row, _ in pairs]
        activities = [contact for _, contacts in pairs for contact in contacts]
        return int(alerts([*met(*single), *activities], *rows)["at_stake"].iloc[0])

    assert at_stake(lost_are_single=True) > 1.5 * at_stake(lost_are_single=False) > 0


@given(st.lists(st.sampled_from(["Ada Ash", "Bo Birk", "ada ash", None]), max_size=6), st.randoms())
def test_people_are_counted_once_in_any_order(contacts, order):
    activities = met(*contacts)
    frames = [
        frame_from_rows("Activities", rows)
        for rows in (activities, order.sample(activities, len(activities)))
    ]
    deals = frame_from_rows("Deals", [deal("a", "Lead", customer_id="c1")])
    first, second = (people_met(deals, frame, pd.Series([pd.NaT])) for frame in frames)
    named = [contact.casefold() for contact in contacts if contact]
    assert first[["contacts", "people"]].to_numpy().tolist() == [[len(named), len(set(named))]]
    pd.testing.assert_frame_equal(first, second)
