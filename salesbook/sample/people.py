"""Who works in the sample company? Reps, their appraisals, applicants and courses."""

from __future__ import annotations

import datetime as dt
from typing import Final

from salesbook.sample.world import Fields, World, key

MANAGERS: Final = ("R01", "R02", "R03")
SELLERS: Final = tuple(key("R", number, 2) for number in range(4, 16))
LEFT: Final = "R07"
"""Left, and still owns an open deal."""
NEW: Final = "R15"
"""Hired a few months ago: on the ramp."""
OVERDUE: Final = "R10"
"""Whose next talk was due a week ago."""
BEFORE_NEW: Final = "R09"
"""Of the same team, whose customers some of the new rep's were."""
_NEW_DAYS: Final = 120
_OPENED_DAYS: Final = (210, 50)


def add_people(world: World) -> None:
    """Fill Reps, Assignments, Reviews, Goals and OneToOnes."""
    world.rows["Reps"] = [_rep(world, number) for number in range(1, 16)]
    world.rows["Assignments"] = [
        {"rep_id": "R09", "valid_from": world.month_start(12), "manager_id": MANAGERS[2]},
        {"rep_id": "R12", "valid_from": world.month_start(2), "capacity_rate": 0.5},
    ]
    staying = [rep for rep in SELLERS if rep != LEFT]
    world.rows["Reviews"] = [
        _review(world, rep, quarters_ago) for quarters_ago in (0, 1) for rep in staying
    ]

    world.rows["Goals"] = [row for rep in staying for row in _goals(world, rep)]
    world.rows["OneToOnes"] = [row for rep in staying for row in _talks(world, rep)]


def _goals(world: World, rep: str) -> list[Fields]:
    """The quarter's goals of a rep: new customers, which are counted, and demos, which he reports."""
    chance = world.chance(f"goals {rep}")
    whole, customers, demos = world.words.goal_parts
    months_gone = (world.as_of.month - 1) % 3
    due_on = world.month_start(months_gone - 3) - dt.timedelta(days=1)
    shared = {"rep_id": rep, "period": world.quarter(0), "due_on": due_on}
    part = {**shared, "parent_id": f"G{rep[1:]}"}
    return [
        {**shared, "goal_id": f"G{rep[1:]}", "goal": whole, "due_on": None},
        {
            **part,
            "goal_id": f"G{rep[1:]}-1",
            "goal": customers,
            "metric": "new_customers",
            "target": chance.choice((2, 3, 4)),
            "weight": 2,
        },
        {
            **part,
            "goal_id": f"G{rep[1:]}-2",
            "goal": demos,
            "target": 12,
            "result": chance.randint(4, 12),
        },
    ]


def _talks(world: World, rep: str) -> list[Fields]:
    """Two talks with a rep; of the last one nobody knows yet what became of it."""
    chance = world.chance(f"talks {rep}")
    first, second = chance.sample(world.words.agreed, 2)
    weeks_ago = chance.randint(1, 3)
    weeks_ahead = -1 if rep == OVERDUE else 4 - weeks_ago
    return [
        {
            "rep_id": rep,
            "held_on": world.ago(7 * weeks_ago + 42),
            "agreed": first[0],
            "next_on": world.ago(7 * weeks_ago),
            "done": first[1],
        },
        {
            "rep_id": rep,
            "held_on": world.ago(7 * weeks_ago),
            "agreed": second[0],
            "next_on": world.ago(-7 * weeks_ahead),
        },
    ]


def person(world: World, number: int) -> str:
    """The name of person `number`; names repeat after 775 people."""
    firsts, lasts = world.words.firsts, world.words.lasts
    # Once all last names were had, the first names move on by one, so that no pair comes again.
    round_of_lasts = number // len(lasts)
    last = lasts[number * 11 % len(lasts)]
    first = firsts[(number * 7 + round_of_lasts) % len(firsts)]
    return world.words.person.format(first=first, last=last)


def team_of(rep: str) -> int:
    """Which of the three teams a rep works in: managers lead one each, sellers go round."""
    return (int(rep[1:]) - 1) % 3


def _rep(world: World, number: int) -> Fields:
    words, rep = world.words, key("R", number, 2)
    hunter, farmer, manager = words.roles
    manages = rep in MANAGERS
    hunts = number % 2 == 0
    selling_role = hunter if hunts else farmer
    return {
        "rep_id": rep,
        "name": person(world, number),
        "team": words.teams[team_of(rep)],
        "manager_id": None if manages else MANAGERS[team_of(rep)],
        "role": manager if manages else selling_role,
        "level": words.levels[2 if manages else number % 2],
        "hired_on": _hired(world, rep, number),
        "left_on": left_on(world) if rep == LEFT else None,
        "capacity_rate": 1.0,
        "plan": None if manages else words.plan,
        "email": f"{rep.lower()}@salesbook.example",
    }


def _hired(world: World, rep: str, number: int) -> dt.date:
    if rep == NEW:
        return world.ago(_NEW_DAYS)
    # Spread over six years and all months.
    year = world.as_of.year - 8 + number % 6
    month = 1 + number * 5 % 12
    return dt.date(year, month, 1)


def served_by(world: World, owner: str, day: dt.date) -> str:
    """Who looked after an owner's customers on a day: a colleague, before the newest one came."""
    return BEFORE_NEW if owner == NEW and day < world.ago(_NEW_DAYS) else owner


def left_on(world: World) -> dt.date:
    """The last day of the rep who left."""
    return world.ago(32)


def _review(world: World, rep: str, quarter: int) -> Fields:
    chance = world.chance(f"review {rep} {quarter}")
    return {
        "rep_id": rep,
        "period": world.quarter(quarter),
        "attitude": chance.choice((3, 3.5, 4, 4, 4.5, 5)),
        "self_score": chance.choice((3.5, 4, 4.5, 5)) if chance.random() > 0.2 else None,
        "peer_score": chance.choice((3, 3.5, 4, 4.5)),
        "goal": chance.choice(world.words.goals),
    }


def must_have(world: World, role: str) -> str:
    """What whoever is sought for a role has to bring along."""
    return world.words.must_have[world.words.roles.index(role)]


def add_hiring(world: World) -> None:
    """Fill Openings, Candidates, CandidateHistory and InterviewScores."""
    words = world.words
    new = next(row for row in world.rows["Reps"] if row["rep_id"] == NEW)
    world.rows["Openings"] = [
        {
            "opening_id": "V1",
            "team": new["team"],
            "role": new["role"],
            "opened_on": world.ago(_OPENED_DAYS[0]),
            "needed_by": world.ago(_NEW_DAYS),
            "filled_on": world.ago(_NEW_DAYS),
            "must_have": must_have(world, new["role"]),
        },
        {
            "opening_id": "V2",
            "team": words.teams[0],
            "role": words.roles[0],
            "opened_on": world.ago(_OPENED_DAYS[1]),
            "needed_by": world.ago(-34),
            "must_have": must_have(world, words.roles[0]),
        },
    ]
    for name in ("Candidates", "CandidateHistory", "InterviewScores"):
        world.rows[name] = []
    for number in range(1, 25):
        _apply(world, number)
    for place, rep in enumerate(_HIRED_LONG_AGO):
        _add_old_search(world, rep, place)


_PATH: Final = ("applied", "screened", "interviewed", "offered", "hired")
_REACHED: Final = (1, 1, 2, 1, 2, 3, 2, 1, 3, 2, 4, 3)
"""Stages that an applicant passes; the next twelve do the same for the second opening."""


_HIRED_LONG_AGO: Final = ("R05", "R11")
"""Reps whose search is still known, so that a hire's cost and days rest on more than one."""
_OLD_APPLICANTS: Final = 10


def _add_old_search(world: World, rep: str, place: int) -> None:
    """Add a search of some years ago: the opening, and ten applicants of whom one was hired."""
    hired = next(row for row in world.rows["Reps"] if row["rep_id"] == rep)
    opening, hired_on = f"V{3 + place}", hired["hired_on"]
    world.rows["Openings"].append(
        {
            "opening_id": opening,
            "team": hired["team"],
            "role": hired["role"],
            "opened_on": world.workday(hired_on - dt.timedelta(days=55)),
            "needed_by": hired_on,
            "filled_on": hired_on,
            "must_have": must_have(world, hired["role"]),
        }
    )
    for turn in range(_OLD_APPLICANTS):
        number = 25 + place * _OLD_APPLICANTS + turn
        is_hired = turn == 4 + place
        steps = len(_PATH) if is_hired else min(_REACHED[turn], 4)
        day = world.workday(hired_on - dt.timedelta(days=50 - 2 * turn))
        history = []
        for stage in _PATH[:steps]:
            history.append((stage, hired_on if stage == "hired" else day))
            day = min(world.workday(day + dt.timedelta(days=6 + turn % 3)), hired_on)
        if not is_hired:
            history.append(("withdrawn" if turn % 4 == 3 else "rejected", hired_on))
        _add_applicant(world, number, opening, history, hired_rep_id=rep if is_hired else None)


def _apply(world: World, number: int) -> None:
    """Add an applicant: twelve for each opening, of whom the first opening has hired one."""
    is_for_first = number <= 12
    is_hired = number == 11
    most_steps = 4 if is_for_first else 3
    step_count = min(_REACHED[(number - 1) % 12], most_steps)
    if is_hired:
        step_count = len(_PATH)

    history = _way(world, number, step_count, is_for_first=is_for_first, is_hired=is_hired)
    opening = "V1" if is_for_first else "V2"
    _add_applicant(world, number, opening, history, hired_rep_id=NEW if is_hired else None)


def _add_applicant(
    world: World,
    number: int,
    opening: str,
    history: list[tuple[str, dt.date]],
    *,
    hired_rep_id: str | None,
) -> None:
    """Add an applicant with his stages, each with its day, and his scores where he was interviewed."""
    candidate = key("B", number, 2)
    world.rows["Candidates"].append(
        {
            "candidate_id": candidate,
            "opening_id": opening,
            "name": person(world, 400 + number),
            "channel": world.words.channels[number % 4],
            "cost": world.money((40, 120, 900, 10)[number % 4]),
            "applied_on": history[0][1],
            "stage": history[-1][0],
            "hired_rep_id": hired_rep_id,
        }
    )
    world.rows["CandidateHistory"] += [
        {"candidate_id": candidate, "seq": seq, "stage": stage, "entered_on": day}
        for seq, (stage, day) in enumerate(history, start=1)
    ]
    was_interviewed = any(stage == "interviewed" for stage, _ in history)
    if was_interviewed:
        world.rows["InterviewScores"] += _scores(world, candidate)


def _way(
    world: World, number: int, step_count: int, *, is_for_first: bool, is_hired: bool
) -> list[tuple[str, dt.date]]:
    """An applicant's stages up to the run date, each with its day."""
    chance = world.chance(f"candidate {number}")
    first_opened, second_opened = _OPENED_DAYS
    days_ago = first_opened - 2 - number if is_for_first else second_opened - 2 - number % 12
    day = world.ago(days_ago)

    way = []
    for stage in _PATH[:step_count]:
        way.append((stage, day))
        day = world.workday(day + dt.timedelta(days=chance.randint(5, 11)))

    # The first opening is filled: all others were turned away or went.
    if is_for_first and not is_hired:
        end = "withdrawn" if number % 5 == 0 else "rejected"
        way.append((end, day))
    return [(stage, day) for stage, day in way if day <= world.as_of]


def _scores(world: World, candidate: str) -> list[Fields]:
    chance = world.chance(f"interview {candidate}")
    return [
        {
            "candidate_id": candidate,
            "criterion": criterion,
            "interviewer": person(world, manager),
            "score": chance.randint(4, 10),
            "weight": weight,
        }
        for criterion, weight in zip(world.words.criteria, (50, 30, 20), strict=True)
        for manager in (1, 2)
    ]


_COURSES: Final = (
    ("onboarding", None, 30, 70),
    ("onboarding", None, 60, 70),
    ("ongoing", None, 180, 75),
    ("ongoing", None, None, None),
    ("career", 2, 365, 80),
)


def add_training(world: World) -> None:
    """Fill Courses and Training; the newest rep has courses to go, one rep failed one."""
    courses: list[Fields] = []
    titled = zip(world.words.courses, _COURSES, strict=True)
    for number, (title, (kind, role, days, pass_score)) in enumerate(titled, start=1):
        courses.append(
            {
                "course_id": f"K{number}",
                "title": title,
                "kind": kind,
                "for_role": None if role is None else world.words.roles[role],
                "due_days": days,
                "pass_score": pass_score,
            }
        )
    world.rows["Courses"] = courses

    hired_on = {row["rep_id"]: row["hired_on"] for row in world.rows["Reps"]}
    world.rows["Training"] = []
    for rep in (*MANAGERS, *SELLERS):
        for number in range(1, 6):
            _train(world, rep, hired_on[rep], number)


def _train(world: World, rep: str, hired: dt.date, number: int) -> None:
    """Add a rep's way through a course, unless he does not take it."""
    chance = world.chance(f"training {rep} {number}")
    is_for_managers = number == 5
    is_voluntary = number == 4
    if is_for_managers and rep not in MANAGERS:
        return
    if is_voluntary and chance.random() < 0.5:
        return

    # One course a week from the day of hire on; the voluntary one is new, and half a year old.
    enrolled = world.workday(hired + dt.timedelta(days=7 * number))
    if is_voluntary and rep != NEW:
        enrolled = world.ago(chance.randint(190, 230))
    completed = world.workday(enrolled + dt.timedelta(days=chance.randint(5, 20)))
    has_failed = rep == "R10" and number == 3
    score = 62 if has_failed else chance.randint(82, 98)
    is_unfinished = rep == NEW and number >= 2
    world.rows["Training"].append(
        {
            "rep_id": rep,
            "course_id": f"K{number}",
            "enrolled_on": enrolled,
            "completed_on": None if is_unfinished else completed,
            "score": None if is_unfinished else score,
        }
    )
