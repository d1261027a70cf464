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
_NEW_DAYS: Final = 120
_OPENED_DAYS: Final = (210, 50)


def add_people(world: World) -> None:
    """Fill Reps, Assignments and Reviews."""
    world.rows["Reps"] = [_rep(world, number) for number in range(1, 16)]
    world.rows["Assignments"] = [
        {"rep_id": "R09", "valid_from": world.month_start(12), "manager_id": MANAGERS[2]},
        {"rep_id": "R12", "valid_from": world.month_start(2), "capacity_rate": 0.5},
    ]
    world.rows["Reviews"] = [
        row
        for quarter in (0, 1)
        for rep in SELLERS
        if rep != LEFT
        for row in [_review(world, rep, quarter)]
    ]


def person(world: World, number: int) -> str:
    """The name of person `number`; names repeat after 775 people."""
    words = world.words
    last = words.lasts[number * 11 % len(words.lasts)]
    first = words.firsts[(number * 7 + number // len(words.lasts)) % len(words.firsts)]
    return words.person.format(first=first, last=last)


def team_of(rep: str) -> int:
    """Which of the three teams a rep works in: managers lead one each, sellers go round."""
    return (int(rep[1:]) - 1) % 3


def _rep(world: World, number: int) -> Fields:
    words, rep = world.words, key("R", number, 2)
    manages = rep in MANAGERS
    hunts = number % 2 == 0
    return {
        "rep_id": rep,
        "name": person(world, number),
        "team": words.teams[team_of(rep)],
        "manager_id": None if manages else MANAGERS[team_of(rep)],
        "role": words.roles[2] if manages else words.roles[0 if hunts else 1],
        "level": words.levels[2 if manages else number % 2],
        "hired_on": _hired(world, rep, number),
        "left_on": left_on(world) if rep == LEFT else None,
        "capacity_rate": 1.0,
        "plan": None if manages else words.plan,
        "email": f"{rep.lower()}@salesbook.example",
    }


def _hired(world: World, rep: str, number: int) -> dt.date:
    started = dt.date(world.as_of.year - 8 + number % 6, 1 + number * 5 % 12, 1)
    return world.ago(_NEW_DAYS) if rep == NEW else started


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


def add_hiring(world: World) -> None:
    """Fill Openings, Candidates, CandidateHistory and InterviewScores."""
    words = world.words
    world.rows["Openings"] = [
        {
            "opening_id": "V1",
            "team": words.teams[2],
            "role": words.roles[0],
            "opened_on": world.ago(_OPENED_DAYS[0]),
            "needed_by": world.ago(_NEW_DAYS),
            "filled_on": world.ago(_NEW_DAYS),
            "must_have": words.must_have[0],
        },
        {
            "opening_id": "V2",
            "team": words.teams[0],
            "role": words.roles[1],
            "opened_on": world.ago(_OPENED_DAYS[1]),
            "needed_by": world.ago(-34),
            "must_have": words.must_have[1],
        },
    ]
    for name in ("Candidates", "CandidateHistory", "InterviewScores"):
        world.rows[name] = []
    for number in range(1, 25):
        _apply(world, number)


_PATH: Final = ("applied", "screened", "interviewed", "offered", "hired")
_REACHED: Final = (1, 1, 2, 1, 2, 3, 2, 1, 3, 2, 4, 3)
"""Stages that an applicant passes; the next twelve do the same for the second opening."""


def _apply(world: World, number: int) -> None:
    chance = world.chance(f"candidate {number}")
    candidate = key("B", number, 2)
    first = number <= 12
    hired = number == 11
    steps = 5 if hired else min(_REACHED[(number - 1) % 12], 4 if first else 3)
    day = world.ago(_OPENED_DAYS[0] - 2 - number if first else _OPENED_DAYS[1] - 2 - number % 12)
    history, stage = [], "applied"
    for step in _PATH[:steps]:
        stage = step
        history.append((stage, day))
        day = world.workday(day + dt.timedelta(days=chance.randint(5, 11)))
    if first and not hired:
        stage = "withdrawn" if number % 5 == 0 else "rejected"
        history.append((stage, day))
    history = [(one, on) for one, on in history if on <= world.as_of]
    world.rows["Candidates"].append(
        {
            "candidate_id": candidate,
            "opening_id": "V1" if first else "V2",
            "name": person(world, 400 + number),
            "channel": world.words.channels[number % 4],
            "cost": world.money((40, 120, 900, 10)[number % 4]),
            "applied_on": history[0][1],
            "stage": history[-1][0],
            "hired_rep_id": "R15" if hired else None,
        }
    )
    world.rows["CandidateHistory"] += [
        {"candidate_id": candidate, "seq": seq, "stage": one, "entered_on": on}
        for seq, (one, on) in enumerate(history, start=1)
    ]
    if steps >= 3:
        world.rows["InterviewScores"] += _scores(world, candidate)


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
    world.rows["Courses"] = [
        {
            "course_id": f"K{number}",
            "title": title,
            "kind": kind,
            "for_role": None if role is None else world.words.roles[role],
            "due_days": days,
            "pass_score": score,
        }
        for number, (title, (kind, role, days, score)) in enumerate(
            zip(world.words.courses, _COURSES, strict=True), start=1
        )
    ]
    world.rows["Training"] = [
        row
        for rep in (*MANAGERS, *SELLERS)
        for number in range(1, 6)
        for row in _took(world, rep, number)
    ]


def _took(world: World, rep: str, number: int) -> list[Fields]:
    chance = world.chance(f"training {rep} {number}")
    hired = next(row["hired_on"] for row in world.rows["Reps"] if row["rep_id"] == rep)
    if (number == 5 and rep not in MANAGERS) or (number == 4 and chance.random() < 0.5):
        return []
    enrolled = world.workday(hired + dt.timedelta(days=7 * number))
    done = world.workday(enrolled + dt.timedelta(days=chance.randint(5, 20)))
    unfinished = rep == NEW and number >= 2
    score = 62 if rep == "R10" and number == 3 else chance.randint(82, 98)
    return [
        {
            "rep_id": rep,
            "course_id": f"K{number}",
            "enrolled_on": enrolled,
            "completed_on": None if unfinished else done,
            "score": None if unfinished else score,
        }
    ]
