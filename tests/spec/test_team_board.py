"""What the Team board lists: who differs by more than luck explains, and totals that hold everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given

from salesbook.frames import frame_from_rows
from salesbook.labels import sentence
from salesbook.messages import Message
from salesbook.pages.lines import helping, team_board
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext
from salesbook.pages.lines.grades import graded
from salesbook.pages.lines.team_board.answers import _step
from salesbook.pages.lines.team_board.hiring import seats_count
from salesbook.pages.lines.team_board.standing import MOST_REPS
from tests.drawn_tables import FEW, SEEDS
from tests.spec.score_tables import FLAT, day, order, planned, policy_of
from tests.spec.scored_pages import Lists, context_of, lists_of
from tests.spec.test_target_board import MONTHS, SCORED, a_company

NORTH = [
    {"rep_id": f"r{number}", "name": name, "team": "North"}
    for number, name in enumerate(["Ann", "Bo", "Cy", "Di", "Ed", "Flo"])
]
YEAR = "company|company|FY2026"


def boards(context: PageContext) -> Lists:
    return lists_of(team_board.lists, context)


def steady(sold_by_rep: dict[str, int]) -> dict[str, Any]:
    """A plan of 10,000 a month each, and sales by deals of 500: as many as come to the sums."""
    plan = [row for rep in sold_by_rep for row in planned(rep, dict.fromkeys(MONTHS, 10_000))]
    orders = [
        order(f"o{rep}{number}", rep, f"2026-0{number % 2 + 1}-{number % 27 + 1:02}", 500)
        for rep, sold in sold_by_rep.items()
        for number in range(sold // 500)
    ]
    return {"TargetPlan": plan, "Orders": orders}


@FEW
@given(SEEDS)
def test_reps_and_the_rest_add_up_to_the_total(seed):
    """Sold, due and pay of the lines shown, of those counted and of who left or moved."""
    found = boards(a_company(seed))
    for block in [block for block in found if block.startswith("team-reps|")]:
        (total,) = found[block.replace("team-reps", "team-total")]
        assert sum(line.get("subject") is not None for line in found[block]) <= MOST_REPS
        for field in ("sold", "due", "amount"):
            parts = sum(line[field] or 0 for line in found[block])
            assert parts == (total[field] or 0), (block, field)


@FEW
@given(SEEDS)
def test_no_grade_stands_without_the_score_that_it_goes_by(seed):
    """Beside a score that it does not go by, a grade alone reads as an error."""
    context = a_company(seed)
    cards = context.tables["Scorecard"].set_index(["period", "rep_id"])
    found = boards(context)
    for block in [block for block in found if block.startswith("team-reps|")]:
        for line in found[block]:
            says = line.get("says")
            assert "word" not in line
            if says is not None and says.code == "page.graded":
                card = cards.loc[(block.rpartition("|")[2], line["row_key"])]
                assert says.params["score"] == card["grade_score"]


@pytest.mark.parametrize(
    ("grade", "grade_range", "score", "en"),
    [
        ("D", None, 54.0, "D · 54"),
        (None, Message("grade-range", {"best": "B", "worst": "D"}), 88.0, "B–D · 88"),
        (None, Message("grade-range", {"best": "C", "worst": None}), 41.0, "≤ C · 41"),
        ("D", None, None, None),
        (None, None, 54.0, None),
    ],
)
def test_a_grade_is_said_with_its_score(grade, grade_range, score, en):
    said = graded(grade, grade_range, score)
    assert (None if said is None else sentence(said, "en")) == en


@FEW
@given(SEEDS)
def test_teams_add_up_to_the_company(seed):
    """Sold and due of the block of teams are those of the table's total."""
    found = boards(a_company(seed))
    for block in [block for block in found if block.startswith("team-teams|company")]:
        (total,) = found[block.replace("team-teams", "team-total")]
        for field in ("sold", "due"):
            assert sum(line[field] or 0 for line in found[block]) == (total[field] or 0)


@FEW
@given(SEEDS)
def test_a_pace_and_its_sign_are_those_of_the_dashboard(seed):
    """Of the running year, for everybody whom the Dashboard compares."""
    context = a_company(seed)
    lines = boards(context).get(f"team-reps|{YEAR}", [])
    by_rep = {line["row_key"]: line for line in lines if line.get("row_key")}
    for pace in helping.paces(context).values():
        if pace.rep_id in by_rep:
            line = by_rep[pace.rep_id]
            assert (line["sold"], line["due"], line["rate"]) == (pace.sold, pace.due, pace.rate)
            assert (line["sign"], line["rate_low"]) == (pace.sign, pace.low)


def test_who_is_behind_by_more_than_luck_is_talked_to_first():
    """Five sell 20,000 of 20,000 in deals of 500, Flo 2,000: she is behind, the others are alike."""
    sold = {str(rep["rep_id"]): 20_000 for rep in NORTH} | {"r5": 2_000}
    found = boards(context_of("2026-02-28", SCORED, Reps=NORTH, **steady(sold)))
    (talk,) = found[f"team-talks|{YEAR}"]
    assert (talk["subject"], talk["sign"], talk["rate"]) == ("Flo", "▼", 0.1)
    assert talk["says"].code == "page.team.do.pipeline"
    tiles = found[f"team-tiles|{YEAR}"]
    assert [tile.get("count") for tile in tiles] == [None, 1, 0, None]
    (answer,) = found[f"team-answer|{YEAR}"]
    assert (answer["sign"], answer["says"].code) == ("▼", "page.team.behind-1")
    assert answer["says"].more[0].params == {"count": 5}


def test_where_somebody_is_behind_the_other_tile_does_not_call_all_alike():
    sold = {str(rep["rep_id"]): 20_000 for rep in NORTH} | {"r5": 2_000}
    found = boards(context_of("2026-02-28", SCORED, Reps=NORTH, **steady(sold)))
    says = [tile["says"].code for tile in found[f"team-tiles|{YEAR}"][1:3]]
    assert says == ["page.team.names-1", "page.team.names-none"]


def test_where_all_are_alike_nobody_is_named():
    """Everybody sold what was due."""
    sold = {str(rep["rep_id"]): 20_000 for rep in NORTH}
    found = boards(context_of("2026-02-28", SCORED, Reps=NORTH, **steady(sold)))
    assert found[f"team-talks|{YEAR}"] == []
    (answer,) = found[f"team-answer|{YEAR}"]
    assert (answer["sign"], answer["says"].code) == ("✓", "page.team.alike")


def test_nobody_standing_out_is_no_good_news_where_all_are_far_behind():
    """Everybody sold half of what was due, in few deals: it is said of all of them together."""
    sold = {str(rep["rep_id"]): 10_000 for rep in NORTH}
    found = boards(context_of("2026-02-28", Reps=NORTH, **steady(sold)))
    (answer,) = found[f"team-answer|{YEAR}"]
    assert (answer["sign"], answer["says"].code) == ("●", "page.team.alike-behind")
    assert answer["says"].params == {"count": 6, "rate": 0.5}


@FEW
@given(SEEDS)
def test_whom_to_talk_to_first_are_those_who_need_help_on_the_dashboard(seed):
    """The same people with the same signs, and nothing is green beside somebody who is behind."""
    context = a_company(seed)
    found = boards(context)
    helped = helping.reps_of(context, WHOLE_COMPANY).shown
    talks = found.get(f"team-talks|{YEAR}", [])
    judged = [(pace.rep_id, pace.sign) for pace in helped if pace.is_judged]
    assert [(line["row_key"], line["sign"]) for line in talks][: len(judged)] == judged
    signs = [line.get("sign") for line in found[f"team-answer|{YEAR}"]]
    assert not (talks and "✓" in signs)


def test_a_rep_behind_within_the_normal_swing_is_said_to_be_behind():
    sold = {str(rep["rep_id"]): 20_000 for rep in NORTH} | {"r5": 17_000}
    found = boards(context_of("2026-02-28", SCORED, Reps=NORTH, **steady(sold)))
    assert [line["sign"] for line in found[f"team-talks|{YEAR}"]] == ["●"]
    (answer,) = found[f"team-answer|{YEAR}"]
    assert answer["sign"] == "●"
    assert sentence(answer["says"], "en").endswith("6 reps. 1 of them is behind.")


def test_of_many_reps_those_who_stand_out_are_shown():
    """30 reps, the slowest of them far behind: 20 lines by pace and 10 counted, and he is last shown."""
    reps = [{"rep_id": f"r{n:02}", "name": f"Rep {n:02}", "team": "North"} for n in range(30)]
    sold = {str(rep["rep_id"]): 20_000 for rep in reps} | {"r07": 1_000}
    found = boards(context_of("2026-02-28", SCORED, Reps=reps, **steady(sold)))
    lines = found[f"team-reps|{YEAR}"]
    assert len(lines) == MOST_REPS + 1
    assert (lines[19]["subject"], lines[19]["sign"]) == ("Rep 07", "▼")
    assert (lines[20]["says"].params, lines[20]["sold"]) == ({"count": 10}, 200_000)


def test_what_left_people_sold_stays_in_the_total():
    """Bo left in January with 300 sold: one line holds them, without a pace."""
    reps = [NORTH[0], {**NORTH[1], "left_on": day("2026-01-20")}]
    plan = planned("r0", dict.fromkeys(MONTHS, 100)) + planned("r1", {"2026-01": 100})
    orders = [order("o1", "r0", "2026-02-02", 150), order("o2", "r1", "2026-01-10", 300)]
    found = boards(context_of("2026-02-28", SCORED, Reps=reps, TargetPlan=plan, Orders=orders))
    ann, others = found[f"team-reps|{YEAR}"]
    assert (ann["subject"], ann["sold"]) == ("Ann", 150)
    assert (others["says"].code, others["sold"], others["due"], others["rate"]) == (
        "page.team.others",
        300,
        100,
        None,
    )


def test_the_year_before_can_be_chosen():
    """Periods: what runs, last month, and 2025, of which there was a plan; all of it was due."""
    plan = planned("r0", {"2025-11": 100, "2026-01": 100})
    found = boards(context_of("2026-02-10", SCORED, Reps=NORTH[:1], TargetPlan=plan))
    words = [line["word"] for line in found["team_periods|company|company|"]]
    assert words == [
        *("FY2026", "FY2026-Q1", "2026-02"),
        *("2026-02", "FY2026-Q1", "FY2026", "2026-01", "FY2025"),
    ]
    (ann,) = found["team-reps|company|company|FY2025"]
    assert (ann["sold"], ann["due"], ann["rate"]) == (0, 100, 0.0)


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({}, "page.team.no-reps"),
        ({"Reps": NORTH}, "page.team.no-plan"),
        (
            {"Reps": NORTH, "TargetPlan": planned("r0", {"2026-01": 100})},
            "page.team.no-sales",
        ),
    ],
)
def test_before_there_are_figures_the_answer_is_the_next_step(tables, code):
    """People, then a plan, then orders."""
    found = boards(context_of("2026-02-10", SCORED, **tables))
    (answer,) = found[f"team-answer|{YEAR}"]
    assert answer["says"].code == code


def test_an_open_seat_says_how_late_it_is():
    """Needed in 20 days; a hire takes 40 and 10 are gone: late. The step goes by who is farthest."""
    history = [
        {"candidate_id": "c1", "seq": 1, "stage": "hired", "entered_on": day("2026-02-10")},
        {"candidate_id": "c2", "seq": 1, "stage": "interviewed", "entered_on": day("2026-02-25")},
    ]
    found = boards(
        context_of(
            "2026-03-01",
            SCORED,
            Reps=NORTH,
            Openings=[
                {"opening_id": "v1", "team": "North", "role": "hunter", "opened_on": day("2026-01-01"),
                 "filled_on": day("2026-02-10")},
                {"opening_id": "v2", "team": "North", "role": "hunter", "opened_on": day("2026-02-19"),
                 "needed_by": day("2026-03-21")},
            ],
            Candidates=[
                {"candidate_id": "c1", "opening_id": "v1", "applied_on": day("2026-01-01"), "stage": "hired"},
                {"candidate_id": "c2", "opening_id": "v2", "applied_on": day("2026-02-20"),
                 "stage": "interviewed"},
            ],
            CandidateHistory=history,
        )
    )  # fmt: skip
    (seat,) = found["team-seats|company|company|"]
    assert (seat["sign"], seat["days"], seat["limit_days"]) == ("●", 10, 40)
    assert [seat[field] for field in ("number", "count_up", "count_down", "count")] == [1, 1, 1, 0]
    assert seat["says"].code == "page.team.seat.met"
    assert found["team-seats-count|company|company|"] == [{"count": 1}]


def test_late_courses_are_listed_the_latest_first_and_the_rest_counted():
    """Four of six people are late with a course: three are named, two people are on time."""
    courses = [{"course_id": "k1", "title": "Negotiation", "kind": "ongoing", "due_days": 10}]
    training = [
        {"rep_id": f"r{n}", "course_id": "k1", "enrolled_on": dt.datetime(2026, 1, n + 1)}
        for n in range(4)
    ]
    found = boards(context_of("2026-03-01", SCORED, Reps=NORTH, Courses=courses, Training=training))
    lines = found["team-courses|company|company|"]
    assert [(line["subject"], line["word"], line["days"]) for line in lines] == [
        ("Ann", "Negotiation", 49),
        ("Bo", "Negotiation", 48),
        ("Cy", "Negotiation", 47),
    ]
    assert (lines[0]["table"], lines[0]["row_key"]) == ("Training", "r0|k1")
    (count,) = found["team-courses-count|company|company|"]
    assert (count["count"], count["says"].params) == (4, {"fine": 2, "count": 6})


def test_panel_and_table_count_the_same_late_courses():
    """A rep and the manager are late: two in the panel, two in the total, one in each line."""
    reps = [
        {**NORTH[0], "manager_id": "m"},
        {"rep_id": "m", "name": "Mo", "team": "North", "role": "manager"},
    ]
    courses = [{"course_id": "k1", "title": "Negotiation", "kind": "ongoing", "due_days": 10}]
    training = [
        {"rep_id": rep["rep_id"], "course_id": "k1", "enrolled_on": dt.datetime(2026, 1, 1)}
        for rep in reps
    ]
    tables = {"Courses": courses, "Training": training, **steady({"r0": 20_000})}
    found = boards(context_of("2026-02-28", SCORED, Reps=reps, **tables))
    for scope in ("company|company", "team|North"):
        (count,) = found[f"team-courses-count|{scope}|"]
        (total,) = found[f"team-total|{scope}|FY2026"]
        lines = found[f"team-reps|{scope}|FY2026"]
        assert (count["count"], total["count"]) == (2, 2)
        assert [line["count"] for line in lines] == [1, 1]
        assert lines[1]["says"].code == "page.team.others"


CAPACITY = {"have": 4.6, "coming": 0.0, "needed": 6.0, "low": 5.5, "high": 6.5, "gap": -1.4}


def short(period: str, team: str = "South", **more: object) -> dict[str, object]:
    because = Message("capacity-short", {"short": 1.4})
    return {"period": period, "team": team, **CAPACITY, "because": because, **more}


def said_of_capacity(*rows: dict[str, object]) -> Message | None:
    context = context_of("2026-01-10", SCORED, Reps=NORTH)
    tables = {**context.tables, "CapacityPlan": frame_from_rows("CapacityPlan", rows)}
    line = seats_count(replace(context, tables=tables), WHOLE_COMPANY, [])
    return line.get("says")


def english(*rows: dict[str, object]) -> str | None:
    said = said_of_capacity(*rows)
    return None if said is None else sentence(said, "en")


def test_from_when_on_a_team_is_short_and_what_closes_it():
    """In March South is 1.4 short: two hires by January 15 carry it. February comes too soon."""
    enough = short("2026-02", "North", have=7.0, gap=1.0)
    march = short("2026-03", more_hires=2, fill_by=day("2026-01-15"))
    assert english(enough, march) == (
        "● South is 2 reps short of plan in March 2026. "
        "2 more hires, started by 2026-01-15, would close it."
    )
    april = short("2026-04", have=4.0, gap=-2.0, more_hires=2, fill_by=day("2026-01-15"))
    assert english(short("2026-02"), march, april) == (
        "● From February 2026 on South is up to 2 reps short of plan. "
        "2 more hires, started by 2026-01-15, would close it from March 2026 on."
    )


def test_a_month_that_is_short_does_not_make_the_later_ones_short():
    """Short in August and January, enough between: not "from August on"."""
    august, january = short("2026-08"), short("2027-01", gap=-0.75, have=5.25)
    between = [short(f"2026-{month:02}", have=6.0, gap=0.0) for month in range(9, 13)]
    assert english(august, *between, january) == (
        "● South is up to 2 reps short of plan in 2 months from August 2026 to January 2027. "
        "Too late to close by hiring."
    )


def test_where_no_hiring_closes_a_gap_the_target_is_what_has_to_change():
    facts = {"count": 16, "people": 5, "until": "2026-12"}
    part = Message("capacity-beyond-hiring", facts)
    row = short("2026-12", because=Message("capacity-short", {"short": 16.0}, (part,)))
    assert (english(row) or "").endswith(
        "The target is the problem, not hiring: by December 2026 it would take 16 more hires beside "
        "5 reps. Lower it, or give a part of it to other teams."
    )


def test_a_part_of_a_gap_is_not_said_to_close_it():
    reason = Message("capacity-short", {"short": 1.4}, (Message("capacity-partly", {}),))
    row = short("2026-12", more_hires=2, fill_by=day("2026-12-15"), because=reason)
    said = said_of_capacity(row)
    assert said is not None
    assert [more.code for more in said.more] == ["page.team.capacity-partly"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"have": 6.0, "gap": 0.0}, "✓ Enough people for the plan to March 2026"),
        (
            {"have": 5.6, "gap": -0.4},
            "✓ No team is short of people by more than the normal swing to March 2026; "
            "South is nearest, with 1 rep short in March 2026",
        ),
        (
            {"coming": 1.4, "gap": 0.0},
            "● South needs its open positions filled on time: "
            "without them it is up to 2 reps short of plan",
        ),
        ({"needed": None, "low": None}, None),
    ],
)
def test_where_no_team_is_short_beyond_the_swing_it_says_what_that_rests_on(row, says):
    assert english(short("2026-03", **row)) == says


def test_of_two_short_teams_the_first_to_be_short_is_named_and_the_other_counted():
    later = short("2026-04", "North", gap=-3.0)
    said = said_of_capacity(later, short("2026-03"))
    assert said is not None
    assert said.params["team"] == "CapacityPlan.team=South"
    assert [(more.code, more.params.get("count")) for more in said.more] == [
        ("page.team.capacity-too-late", None),
        ("page.team.capacity-others", 1),
    ]


def test_board_and_capacity_plan_say_the_same_of_one_book():
    """5 of 6 there all year, the plan of 2026 ends in December: one answer on both."""
    months = [f"2026-{month:02}" for month in range(1, 13)]
    reps = [{"rep_id": f"r{n}", "name": f"r{n}", "team": "South"} for n in range(5)]
    plan = [row for rep in reps for row in planned(rep["rep_id"], dict.fromkeys(months, 1_200))]
    sold = [
        order(f"o{rep['rep_id']}{month}", rep["rep_id"], f"2025-{month:02}-10", 1_000)
        for rep in reps
        for month in range(1, 13)
    ]
    context = context_of("2025-12-31", SCORED, Reps=reps, Orders=sold, TargetPlan=plan)
    rows = context.tables["CapacityPlan"].dropna(subset=["more_hires"])
    assert set(rows["more_hires"]) == {1}
    says = seats_count(context, WHOLE_COMPANY, []).get("says")
    assert says is not None
    assert says.params["short"] == 1.0
    closing = says.more[0].params
    assert closing["count"] == 1
    assert closing["day"] == rows["fill_by"].iloc[0].date()
    assert closing.get("then", says.params["period"]) == rows["period"].iloc[0]


def test_a_seat_that_somebody_has_accepted_says_when_he_starts():
    """v1 is hired, and n1 starts on April 1, after it was needed: late, but no answer is due."""
    tables = {
        "Reps": [*NORTH, {"rep_id": "n1", "name": "n1", "team": "North", "hired_on": day("2026-04-01")}],
        "Openings": [
            {"opening_id": "v1", "team": "North", "role": "hunter", "opened_on": day("2026-01-01"),
             "needed_by": day("2026-03-15")},
        ],
        "Candidates": [
            {"candidate_id": "c1", "opening_id": "v1", "applied_on": day("2026-01-10"), "stage": "hired",
             "hired_rep_id": "n1"},
        ],
    }  # fmt: skip
    (seat,) = boards(context_of("2026-03-01", SCORED, **tables))["team-seats|company|company|"]
    assert seat["says"] == Message("page.team.seat.starts", {"day": dt.date(2026, 4, 1)})
    assert seat["sign"] == "●"

    tables["Candidates"][0]["hired_rep_id"] = None
    (seat,) = boards(context_of("2026-03-01", SCORED, **tables))["team-seats|company|company|"]
    assert (seat["says"].code, seat["sign"]) == ("page.team.seat.accepted", None)


def test_new_reps_onboarding_is_told_beside_the_courses():
    """Two came in January; one has a course late."""
    courses = [{"course_id": "k1", "title": "Basics", "kind": "onboarding", "due_days": 30.0}]
    new = [
        {"rep_id": key, "name": key, "team": "North", "hired_on": day("2026-01-05")}
        for key in ("n1", "n2")
    ]
    passed = {"rep_id": "n1", "course_id": "k1", "enrolled_on": dt.datetime(2026, 1, 8)}
    passed["completed_on"] = dt.datetime(2026, 1, 20)
    tables = {"Reps": [*NORTH, *new], "Courses": courses, "Training": [passed]}
    found = boards(context_of("2026-03-01", SCORED, **tables))
    (count,) = found["team-courses-count|company|company|"]
    said = count["because"]
    assert said.code == "page.team.onboarding-behind-many"
    facts = {name: said.params[name] for name in ("name", "count", "behind", "passed", "courses")}
    assert facts == {"name": "n2", "count": 2, "behind": 1, "passed": 1, "courses": 2}


def test_a_share_on_a_scale_of_100_is_still_a_share():
    """Where Metrics wants attainment on a scale to 100 the pace's range is that of shares."""
    policy = policy_of(Metrics=({"metric": "attainment", "weight": 1.0, "scale": 100.0},))
    sold = {str(rep["rep_id"]): 20_000 for rep in NORTH}
    found = boards(context_of("2026-02-28", policy, Reps=NORTH, **steady(sold)))
    for line in found[f"team-reps|{YEAR}"]:
        assert line["sign"] is None
        assert line["rate_low"] < 1 < line["rate_high"] < 3


def test_whom_luck_alone_may_have_lifted_is_not_announced():
    """On goal, and a level that asks for 95 points: luck moves the score by more than 5."""
    policy = policy_of(
        Metrics=[{"metric": "attainment", "weight": 1.0, "goal": 1.0}],
        Levels=[
            {"level": "Junior", "rank": 1},
            {"level": "Senior", "rank": 2, "needs_score": 95.0},
        ],
    )
    reps = [{**rep, "level": "Junior"} for rep in NORTH[:2]]
    sold = {str(rep["rep_id"]): 20_000 for rep in reps}
    found = boards(context_of("2026-02-28", policy, Reps=reps, **steady(sold)))
    (line,) = found["team-people|company|company|"]
    assert (line["sign"], line["count"]) == ("●", 0)
    assert line["says"] == Message("page.team.ready-not-sure", {"count": 2})


def test_awards_and_readiness_are_two_lines():
    """The best seller of the last month that is over, and who is ready, by name; each team its own."""
    policy = policy_of(
        Levels=[{"level": "Junior", "rank": 1}, {"level": "Senior", "rank": 2}],
        AwardRules=[
            {"award": "best-seller", "period_kind": "month", "valid_from": dt.date(2020, 1, 1)}
        ],
    )
    reps = [{**rep, "level": "Junior"} for rep in NORTH[:2]]
    sold = {str(rep["rep_id"]): 20_000 + 1000 * place for place, rep in enumerate(reps)}
    found = boards(context_of("2026-02-28", policy, Reps=reps, **steady(sold)))
    awards, ready = found["team-people|company|company|"]
    best = NORTH[1]["name"]
    assert awards["says"].params == {
        "award": "Awards.award=best-seller",
        "period": "2026-02",
        "name": best,
    }
    assert ready["count"] == 2
    assert [part.params["level"] for part in (ready["says"], *ready["says"].more)] == ["Senior"] * 2
    assert found["team-people|team|North|"][0]["says"] == awards["says"]


def test_who_shares_an_award_stands_in_one_sentence():
    """Three won as many new customers: one award, said once, with the names of all."""
    won = {"period": "2026-01", "award": "most-new-customers", "kind": "money", "because": None}
    context = context_of("2026-02-28", Reps=NORTH)
    context.tables["Awards"] = frame_from_rows(
        "Awards", [{**won, "rep_id": rep["rep_id"]} for rep in NORTH[:3]]
    )
    [line] = boards(context)["team-people|company|company|"]
    ann, bob, cay = (rep["name"] for rep in NORTH[:3])
    assert line["count"] == 3
    assert sentence(line["says"], "en") == (
        f"Most new customers, January 2026: {ann}, {bob} and {cay}."
    )
    assert sentence(line["says"], "zh-CN") == f"2026年1月拓客冠军：{ann}、{bob}、{cay}（并列）。"


def test_pay_is_a_share_of_what_it_is_reckoned_on():
    """Ann sold 20,000 and is paid 10 % of the 5,000 that customers have paid: 500 is 10 % of these."""
    policy = policy_of(
        Policy=[{"key": "commission_basis", "value": "cash"}],
        Brackets=[FLAT],
        Metrics=({"metric": "attainment", "weight": 1.0},),
    )
    facts = steady({"r0": 20_000})
    payments = [
        {
            "payment_id": f"p{number}",
            "order_id": row["order_id"],
            "paid_on": day("2026-02-20"),
            "amount": 500,
        }
        for number, row in enumerate(facts["Orders"][:10])
    ]
    reps = [{**NORTH[0], "plan": "std"}, *NORTH[1:]]
    found = boards(context_of("2026-02-28", policy, Reps=reps, Payments=payments, **facts))
    pace, _, _, pay = found[f"team-tiles|{YEAR}"]
    assert (pace["sold"], pay["amount"]) == (20_000, 500)
    assert pay["because"] == Message("page.pay.share-cash", {"rate": 0.1})


@pytest.mark.parametrize(
    ("metric", "quota", "en"),
    [
        ("activity", None, "Agree 2 more visits and calls in the next 20 working days"),
        (None, 312.0, "Move 312 of quota to others"),
        ("win_rate", 312.0, "Sit in on the next two proposals · Move 312 of quota to others"),
    ],
)
def test_each_cause_has_its_own_cure(monkeypatch, metric, quota, en):
    """Calls at 0.31 a day of 0.4 take 2 in 20 days, not two a day; a heavy quota is made lighter."""
    worst = None if metric is None else {"metric": metric, "value": 0.31, "goal": 0.4}
    monkeypatch.setattr(
        "salesbook.pages.lines.team_board.answers.worst_metric", lambda context, rep: worst
    )
    cause = Message("page.why.number", {} if quota is None else {"quota": Decimal(int(quota))})
    step = _step(SimpleNamespace(context=None), "r1", cause)
    assert " ".join(sentence(step, "en").split()) == en
