"""References: typed as key or as unique name,
kept as typed where they mean none or several rows.
"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from salesbook.frames import frame_from_rows
from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import Policy
from salesbook.reading.references import resolve_references
from salesbook.tables.settings import Product, Stage

STAGES = (
    Stage(stage="Prospecting", rank=1),
    Stage(stage="Engaging", rank=2, was="Talking, Qualifying"),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
    Stage(pipeline="Renewals", stage="Offered", rank=1),
)
POLICY = Policy(stages=STAGES, products=(Product(product="GTX Pro"), Product(product="MG Special")))
REPS = frame_from_rows(
    "Reps",
    [
        {"rep_id": "R1", "name": "Ann Lee"},
        {"rep_id": "R2", "name": "王伟"},
        {"rep_id": "R3", "name": "王伟"},
    ],
)
CUSTOMERS = frame_from_rows(
    "Customers",
    [
        {"customer_id": "C1", "name": "Bo", "company": "Acme Ltd"},
        {"customer_id": "C2", "name": "Acme Ltd"},
        {"customer_id": "C3", "name": "Cy", "company": "Beta"},
    ],
)


def deals(*rows):
    full = [
        {"deal_id": f"D{at}", "rep_id": "R1", "stage": "Prospecting"} | row
        for at, row in enumerate(rows)
    ]
    return frame_from_rows("Deals", full)


def resolve(**tables):
    return resolve_references({"Reps": REPS, "Customers": CUSTOMERS, **tables}, POLICY)


@pytest.mark.parametrize("typed", ["R1", "Ann Lee", "ann  lee", "ＡＮＮ ＬＥＥ", " r1 "])
def test_a_rep_may_be_typed_by_key_or_name_in_any_case_and_width(typed):
    tables, findings = resolve(Deals=deals({"rep_id": typed}))
    assert tables["Deals"]["rep_id"].tolist() == ["R1"]
    assert findings == []


def test_a_name_of_two_reps_is_ambiguous_and_stays():
    tables, [finding] = resolve(Deals=deals({}, {"rep_id": "王伟"}))
    assert tables["Deals"]["rep_id"].tolist() == ["R1", "王伟"]
    assert (
        finding.code,
        finding.severity,
        finding.row,
        finding.field,
        finding.row_key,
        finding.found,
    ) == (
        "ambiguous-reference",
        "error",
        1,
        "rep_id",
        "D1",
        "王伟",
    )
    assert finding.params == {"table": "Reps", "keys": ("R2", "R3")}


def test_a_customer_is_named_by_name_before_company():
    tables, findings = resolve(
        Deals=deals({"customer_id": "acme ltd"}, {"customer_id": "Beta"}, {})
    )
    assert tables["Deals"]["customer_id"].tolist()[:2] == ["C2", "C3"]
    assert tables["Deals"]["customer_id"].isna().tolist() == [False, False, True]
    assert findings == []


def test_an_unknown_product_is_a_warning_with_the_nearest_name():
    tables, [finding] = resolve(Deals=deals({"product": "GTXPro"}, {"product": "gtx  pro"}))
    assert tables["Deals"]["product"].tolist() == ["GTXPro", "GTX Pro"]
    assert (finding.code, finding.severity, finding.params) == (
        "unknown-product",
        "warning",
        {"nearest": "GTX Pro"},
    )


def test_a_manager_who_is_nowhere_is_a_warning():
    """A list of sellers need not list their managers; the row counts in full."""
    reps = frame_from_rows("Reps", [{"rep_id": "R1", "name": "Ann Lee", "manager_id": "Zoe"}])
    tables, found = resolve_references({"Reps": reps}, POLICY)
    assert [(one.code, one.severity, one.field) for one in found] == [
        ("unknown-manager", "warning", "manager_id")
    ]
    assert tables["Reps"]["manager_id"].tolist() == ["Zoe"]


def test_an_unknown_reference_is_an_error_without_a_nearest_name_where_none_is_alike():
    _, findings = resolve(Deals=deals({"rep_id": "Zoltan", "customer_id": "Q9999999"}))
    assert [(f.code, f.field, f.severity, f.params) for f in findings] == [
        ("unknown-customer", "customer_id", "error", {"nearest": None}),
        ("unknown-rep", "rep_id", "error", {"nearest": None}),
    ]


def test_a_stage_is_found_by_its_earlier_name_in_its_pipeline():
    typed = ("talking", "QUALIFYING ", "Engaging", "won")
    tables, findings = resolve(Deals=deals(*({"stage": stage} for stage in typed)))
    assert tables["Deals"]["stage"].tolist() == ["Engaging", "Engaging", "Engaging", "Won"]
    assert findings == []


def test_a_stage_of_another_pipeline_is_unknown():
    tables, findings = resolve(
        Deals=deals(
            {"stage": "Offered", "pipeline": "renewals"},
            {"stage": "Ofered"},
            {"stage": "Prospectin"},
        )
    )
    assert tables["Deals"]["pipeline"].tolist()[0] == "Renewals"
    assert [(f.row, f.code, f.params) for f in findings] == [
        (1, "unknown-stage", {"pipeline": "main", "nearest": None}),
        (2, "unknown-stage", {"pipeline": "main", "nearest": "Prospecting"}),
    ]


def test_an_unknown_pipeline_is_named_once_not_its_stage_too():
    _, [finding] = resolve(Deals=deals({"stage": "Anything", "pipeline": "side"}))
    assert (finding.code, finding.field) == ("unknown-pipeline", "pipeline")


def test_a_deal_team_takes_the_pipeline_of_its_deal():
    team = frame_from_rows("DealTeam", [{"deal_id": "D0", "stage": "offered", "rep_id": "ann lee"}])
    tables, findings = resolve(
        Deals=deals({"stage": "Offered", "pipeline": "Renewals"}), DealTeam=team
    )
    assert tables["DealTeam"].loc[0].tolist() == ["D0", "Offered", "R1"]
    assert findings == []


def test_a_target_of_a_rep_may_name_the_rep():
    rows = [
        {"year": 2026, "scope_kind": kind, "scope": scope, "metric": "revenue", "target": 1}
        for kind, scope in [
            ("company", "company"),
            ("team", "Ann Lee"),
            ("rep", "Ann Lee"),
            ("rep", "Nobody"),
        ]
    ]
    tables, [finding] = resolve(Targets=frame_from_rows("Targets", rows))
    assert tables["Targets"]["scope"].tolist() == ["company", "Ann Lee", "R1", "Nobody"]
    assert (finding.code, finding.row, finding.field) == ("unknown-rep", 3, "scope")


def test_names_that_become_the_key_of_an_earlier_row_are_left_out():
    rows = [
        {"year": 2026, "rep_id": rep, "month": 1, "metric": "revenue", "kind": "lock", "amount": 1}
        for rep in ("R1", "Ann Lee", "R2")
    ]
    tables, [finding] = resolve(Locks=frame_from_rows("Locks", rows))
    assert tables["Locks"]["rep_id"].tolist() == ["R1", "R2"]
    assert (finding.code, finding.row, finding.row_key) == (
        "duplicate-key",
        1,
        "2026|R1|1|revenue|lock",
    )


def test_only_tables_at_hand_are_asked():
    frame = deals({"rep_id": "X", "product": "Y", "stage": "Z"})
    tables, findings = resolve_references({"Deals": frame}, Policy())
    assert tables["Deals"] is frame
    assert findings == []


def test_input_frames_stay_as_they_are():
    frame = deals({"rep_id": "Ann Lee"})
    before = frame.copy()
    resolve(Deals=frame)
    pd.testing.assert_frame_equal(frame, before)


def targets(*rows):
    return frame_from_rows(
        "Targets", [{"year": 2026, "metric": "revenue", "target": 1} | row for row in rows]
    )


def test_there_is_one_company_and_a_team_is_spelled_as_its_reps_have_it():
    """What stands in the scope of a company's target names nobody; two of them are one key."""
    north = REPS.assign(team="North")
    typed = targets(
        {"scope_kind": "company", "scope": "Acme", "target": 3},
        {"scope_kind": "company", "scope": "company", "target": 2},
        {"scope_kind": "team", "scope": "ＮＯＲＴＨ "},
        {"scope_kind": "team", "scope": "South"},
    )
    tables, [finding] = resolve_references({"Reps": north, "Targets": typed}, POLICY)
    kept = tables["Targets"][["scope", "target"]].itertuples(index=False, name=None)
    assert list(kept) == [("company", 2), ("North", 1), ("South", 1)]
    assert (finding.code, finding.row, finding.field) == ("duplicate-key", 0, "scope")


def test_of_rows_that_mean_the_same_rep_the_sheets_order_chooses_none():
    """`R1` and `Ann Lee` are one key: the same row stays whichever stands first."""
    rows = [
        {"scope_kind": "rep", "scope": "Ann Lee", "target": 4},
        {"scope_kind": "rep", "scope": "R1", "target": 3},
    ]
    kept = []
    for ordered in (rows, rows[::-1]):
        tables, [finding] = resolve(Targets=targets(*ordered))
        assert (finding.code, finding.severity) == ("duplicate-key", "error")
        kept.append(tables["Targets"]["target"].tolist())
    assert kept == [[3], [3]]


@given(
    st.sets(st.text("abAB 1", min_size=1, max_size=6), max_size=20),
    st.sets(st.text("abAB 1", min_size=1, max_size=6), max_size=20),
)
def test_the_nearest_name_is_the_one_most_alike_and_the_first_of_equals(
    unknown: set[str], names: set[str]
):
    """As found one by one; a name too unlike all others has none."""
    known = {fold_name(name): name for name in sorted(names)}
    expected = {}
    for typed in unknown:
        likeness = {folded: fuzz.ratio(fold_name(typed), folded) for folded in sorted(known)}
        if likeness and max(likeness.values()) >= 60:
            expected[typed] = known[max(likeness, key=lambda folded: likeness[folded])]
    assert nearest_names(unknown, known) == expected
