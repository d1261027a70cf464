"""What settings of more than one word mean, however people type them."""

import datetime as dt
from decimal import Decimal

import pytest

from salesbook.policy import read_policy
from salesbook.tables.lists import list_items, list_text

SATURDAY_AND_SUNDAY = frozenset({5, 6})


def rules_and_faults(key, value):
    policy = read_policy({"Policy": [(0, {"key": key, "value": value})]})
    return getattr(policy.rules, key), [(fault.code, fault.row_key) for fault in policy.faults]


@pytest.mark.parametrize(
    "text",
    [
        "a,b c",
        "a，b c",
        "a、b c",
        " a ; b c",
        "a；b c",
        "a\nb c",
        "a,,b c,",
        "a, b c, a",
    ],
)
def test_a_list_is_the_same_whatever_stands_between_its_items(text):
    assert list_items(text) == ("a", "b c")


def test_a_list_joined_and_taken_apart_is_itself():
    assert list_items(list_text(["x", "y z"])) == ("x", "y z")
    assert list_items("") == list_items(" , 、") == ()


@pytest.mark.parametrize(
    "text",
    ["sat,sun", "Sat, Sunday", "sat，sun", "sat、sun", "周六、周日", "星期六，星期天", "sun;sat"],
)
def test_a_weekend_is_read_with_any_comma_and_in_both_languages(text):
    assert rules_and_faults("weekend", text) == (SATURDAY_AND_SUNDAY, [])


def test_a_weekend_of_one_day():
    assert rules_and_faults("weekend", "周日") == (frozenset({6}), [])


@pytest.mark.parametrize(
    "text",
    [
        "sat,noday",
        "mon,tue,wed,thu,fri,sat,sun",
        "周八",
        "sat sun",
        "sat/sun",
        "Sat and Sun",
        "mon-fri",
        "Sunflower",
        "sa,su",
    ],
)
def test_a_weekend_that_is_none_leaves_the_default_in_force(text):
    expected = (SATURDAY_AND_SUNDAY, [("weekend-unreadable", "weekend")])
    assert rules_and_faults("weekend", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "08:30-17:00",
        "8:30 - 17:00",
        "８：３０–１７：００",
        "8:30至17:00",
        "8:30——17:00",
        "8:30 to 17:00",
        "8:30−17:00",
    ],
)
def test_working_hours_are_read_with_any_dash(text):
    assert rules_and_faults("working_hours", text) == ((dt.time(8, 30), dt.time(17)), [])


@pytest.mark.parametrize(
    "text",
    [
        "nine to five",
        "18:00-09:00",
        "09:00",
        "always",
        "09.30-18.30",
        "09,30-18,30",
        "09:00+02:00-18:00",
        "09:00Z-18:00Z",
        "25:00-26:00",
    ],
)
def test_working_hours_that_are_none_leave_the_default_in_force(text):
    expected = ((dt.time(9), dt.time(18)), [("hours-unreadable", "working_hours")])
    assert rules_and_faults("working_hours", text) == expected


@pytest.mark.parametrize("text", ["2,4,6,8", "2，4，6，8", "2、4、6、8"])
def test_cuts_are_read_with_any_comma(text):
    assert rules_and_faults("rfm_recency_cuts", text) == (tuple(map(Decimal, "2468")), [])


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("rfm_recency_cuts", "9,6,3,1", "cuts-rise"),
        ("rfm_money_cuts", "10,20,30,40", "cuts-fall"),
        ("rfm_frequency_cuts", "4,3,2", "cuts-fall"),
        ("rfm_frequency_cuts", "4,3,2,-1", "cuts-fall"),
        ("rfm_money_cuts", "a lot", "cuts-fall"),
    ],
)
def test_cuts_that_are_none_are_a_fault(key, text, code):
    default = getattr(read_policy({}).rules, key)
    assert rules_and_faults(key, text) == (default, [(code, key)])
