"""Win rates of single deals: what they may know, when a model is used, and that all tables agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from honesty.deal_books import DealBook, draw_book
from honesty.pipelines import AS_OF
from salesbook import labels
from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.past.at import at
from salesbook.domain.past.own_columns import own_then
from salesbook.domain.pipeline.chances.model.known_columns import AMOUNT
from salesbook.domain.pipeline.chances.model.win_model import ClosedDeals, win_model
from salesbook.domain.pipeline.forecast.make import make_forecast
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.now import pipeline_now
from salesbook.domain.proposals.basis import ProposalBasis
from salesbook.frames import empty_frame
from salesbook.messages import Message
from tests.pipeline_book import records

EARLIER = dt.date(2026, 5, 11)
QUARTER = "FY2026-Q2"
TABLES = ("DealScores", "ModelTests", "Forecast", "Funnel", "StageTimes")


@cache
def telling(seed: int = 1) -> DealBook:
    """Source, region, seats and amount tell of each deal's chance."""
    return draw_book(np.random.default_rng(seed), 1400)


@cache
def noise(seed: int = 1) -> DealBook:
    """The same columns, and nothing but luck."""
    return draw_book(np.random.default_rng(seed), 1400, signal=0.0)


@cache
def outcome_of(name: str) -> Outcome:
    book = {"telling": telling, "noise": noise}[name]()
    return ACTIONS["funnel"].run(replace(book.task, as_of=AS_OF))


def fresh(task: Task, **changes: object) -> Task:
    """A task that has gathered nothing yet."""
    return replace(task, **changes)  # type: ignore[arg-type]


def with_own(task: Task, **columns: object) -> Task:
    own = task.own["Deals"].assign(**columns)
    return fresh(task, own={"Deals": own})


def test_a_model_is_used_where_columns_tell_and_it_is_better_on_open_deals():
    """What becomes of the open deals is known of a drawn book, and was not learned from."""
    book = telling()
    scores = outcome_of("telling").tables["DealScores"]
    won = book.won[book.is_open]
    assert (scores["win_rate"] == scores["model_rate"]).all()
    of_model = np.mean((scores["win_rate"] - won) ** 2)
    of_stage = np.mean((scores["stage_rate"] - won) ** 2)
    assert of_model < of_stage - 0.02


def test_on_noise_the_stages_rate_stays_and_it_is_said_why():
    scores = outcome_of("noise").tables["DealScores"]
    assert scores["model_rate"].isna().all()
    assert (scores["win_rate"] == scores["stage_rate"]).all()
    [why] = {message.more[0].code for message in scores["because"]}
    assert why == "model.no-gain"


def test_under_two_hundred_closed_deals_nothing_is_tried():
    book = draw_book(np.random.default_rng(3), 150)
    tables = ACTIONS["funnel"].run(book.task).tables
    closed = int((~book.is_open).sum())
    assert closed < 200
    [row] = records(tables["ModelTests"], "model", "bin", "deals", "brier", "chosen")
    assert row == ("rate", "all", closed, None, True)
    [why] = tables["ModelTests"]["because"]
    assert why == Message("model.too-few-closed", {"closed": closed, "few": 200})


def test_one_kind_of_outcome_teaches_nothing():
    """Three hundred lost deals and ten won ones: any column would tell them apart by luck."""
    task = telling().task
    deals = task.tables["Deals"]
    won = np.flatnonzero(deals["stage"] == "Won")[10:]
    history = task.tables["StageHistory"]
    kept = deals.drop(index=won).reset_index(drop=True)
    there = history["deal_id"].isin(kept["deal_id"])
    tables = {**task.tables, "Deals": kept, "StageHistory": history[there].reset_index(drop=True)}
    own = task.own["Deals"].drop(index=won).reset_index(drop=True)
    win = win_model(fresh(task, tables=tables, own={"Deals": own}))
    assert (win.chosen, win.won) == ("rate", 10)
    assert win.trial is None


@pytest.mark.parametrize("name", ["telling", "noise"])
def test_deals_add_up_to_the_forecast_of_the_quarter(name):
    """Won deals count as sold here, so that the forecast waits for none of them."""
    book = {"telling": telling, "noise": noise}[name]()
    tables = ACTIONS["funnel"].run(fresh(book.task, as_of=EARLIER)).tables
    scores, forecast = tables["DealScores"], tables["Forecast"]
    is_quarter = (forecast["period"] == QUARTER) & (forecast["slice_kind"] == "all")
    [expected] = forecast.loc[is_quarter, "open_expected"]
    assert expected > 0
    assert abs(int(scores["quarter_amount"].sum()) - int(expected)) <= len(scores)


def test_what_is_weighted_is_what_the_deals_are_worth():
    """Every open deal is expected in some month: Forecast's months hold them all."""
    tables = outcome_of("telling").tables
    expected = tables["DealScores"]["expected_amount"].sum()
    forecast = tables["Forecast"]
    months = forecast["period"].str.fullmatch(r"\d{4}-\d{2}") & (forecast["slice_kind"] == "all")
    due = telling().task.tables["Deals"]
    due = due.loc[due["stage"].isin(["Lead", "Offer", "Talks"]), "expected_on"]
    assert due.max() < pd.Timestamp("2026-12-31")
    assert abs(int(forecast.loc[months, "weighted"].sum()) - int(expected)) <= 12 * 3


def test_the_middle_of_the_draws_is_what_deals_bring_on_average():
    """Deals drawn one by one and sums drawn by mean and variance go by the same chances."""
    task = telling().task
    now, win = pipeline_now(task), win_model(task)
    outlook = make_forecast(task, now, win).outlook
    assert outlook is not None
    money, window = outlook.money, Window(0.0, 92.0)
    mean, _ = money.expected(window)
    whole = np.zeros(len(money.place), dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    means, variances = money.moments(window, whole, none, 1)
    assert means.mean() == pytest.approx(mean.sum(), rel=0.005)

    few = np.where(np.arange(len(whole)) < 30, 0, -1)
    [drawn] = money.draws(window, few, none, [np.random.default_rng(0)])
    error = 4 * drawn.std() / np.sqrt(len(drawn))
    assert drawn.mean() == pytest.approx(mean[:30].sum(), abs=error)
    few_means, few_variances = money.moments(window, few, none, 1)
    spread = np.sqrt(few_variances.mean() + few_means.var())
    assert drawn.std() == pytest.approx(spread, rel=0.1)
    assert (variances >= 0).all()


def test_a_run_as_of_an_earlier_day_is_one_on_the_book_of_that_day():
    """Also where a column of the user's own is filled in when a deal closes."""
    book = telling()
    deals = book.task.tables["Deals"]
    contract = pd.Series("signed", deals.index, dtype="str").where(deals["stage"] == "Won")
    task = with_own(book.task, Contract=contract)
    later = ACTIONS["funnel"].run(fresh(task, as_of=EARLIER))

    past = at(task.tables, task.policy, EARLIER)
    own = own_then(task.own["Deals"], deals, past.tables["Deals"], task.policy)
    then = ACTIONS["funnel"].run(fresh(task, as_of=EARLIER, tables=past.tables, own={"Deals": own}))
    for name in TABLES:
        pd.testing.assert_frame_equal(later.tables[name], then.tables[name])
    assert (later.tables["DealScores"]["model_rate"].notna()).all()
    brier = later.tables["ModelTests"].query("bin == 'all'")["brier"]
    assert brier.min() > 0.1


def test_the_order_of_rows_means_nothing():
    task = telling().task
    random = np.random.default_rng(0)
    order = random.permutation(len(task.tables["Deals"]))
    history = task.tables["StageHistory"]
    tables = {
        **task.tables,
        "Deals": task.tables["Deals"].iloc[order].reset_index(drop=True),
        "StageHistory": history.iloc[random.permutation(len(history))].reset_index(drop=True),
    }
    own = {"Deals": task.own["Deals"].iloc[order].reset_index(drop=True)}
    shuffled = ACTIONS["funnel"].run(fresh(task, tables=tables, own=own)).tables
    for name in ("DealScores", "ModelTests"):
        pd.testing.assert_frame_equal(
            outcome_of("telling").tables[name].drop(columns="because"),
            shuffled[name].drop(columns="because"),
            atol=1e-5,
        )


def test_a_forecast_made_again_knows_nothing_of_what_came_later():
    """Of a day gone a deal's chance is what was learned by then, whatever closed since."""
    task = telling().task
    now, win = pipeline_now(task), win_model(task)
    deals = now.pipeline.deals
    day = win.trial.folds[2].learned_until + 5
    closed_on = deals.days("closed_on").astype(np.int64).astype(np.float64)
    was_open = np.flatnonzero(~deals.is_open & (closed_on > day))[:50]
    code = np.zeros(len(was_open), dtype=np.int64)
    before = win.shifts(day, was_open, code)

    # Every later win becomes a loss.
    frame = task.tables["Deals"]
    is_later = (frame["closed_on"] > pd.Timestamp(np.datetime64(int(day), "D"))).to_numpy()
    stage = frame["stage"].mask(is_later & (frame["stage"] == "Won").to_numpy(), "Lost")
    lost = frame.assign(
        stage=stage, lost_stage=frame["lost_stage"].mask(is_later & (stage == "Lost"), "Talks")
    )
    history = task.tables["StageHistory"]
    entered_later = history["entered_on"] > pd.Timestamp(np.datetime64(int(day), "D"))
    entries = history.assign(
        stage=history["stage"].mask(entered_later & (history["stage"] == "Won"), "Lost")
    )
    other = fresh(task, tables={**task.tables, "Deals": lost, "StageHistory": entries})
    other_trial = ClosedDeals.of(other).tried(ClosedDeals.of(other).rows())
    after = replace(win, trial=other_trial).shifts(day, was_open, code)
    assert before is not None
    assert after == pytest.approx(before, abs=1e-9)
    assert win.shifts(win.trial.folds[0].learned_until - 1, was_open, code) is None


def test_what_is_filled_in_at_closing_is_left_out_and_named():
    book = telling()
    deals = book.task.tables["Deals"]
    is_lost = deals["stage"] == "Lost"
    lost_to = pd.Series("Acme", deals.index, dtype="str").where(is_lost)
    days = pd.Series(3.5, deals.index).where(~deals["stage"].isin(["Lead", "Offer", "Talks"]))
    task = with_own(book.task, **{"Lost to": lost_to, "Days of talks": days})
    outcome = ACTIONS["funnel"].run(task)
    [finding] = [found for found in outcome.findings if found.code == "known-at-closing"]
    assert finding.params["columns"] == ("Days of talks", "Lost to")
    # Without them the model is what it was without the columns.
    pd.testing.assert_frame_equal(
        outcome.tables["ModelTests"], outcome_of("telling").tables["ModelTests"]
    )


def test_an_amount_that_is_typed_at_closing_is_left_out_too():
    """As in an export that gives what a lost deal brought: nothing."""
    task = telling().task
    deals = task.tables["Deals"]
    is_open = deals["stage"].isin(["Lead", "Offer", "Talks"])
    amount = deals["amount"].mask(deals["stage"] == "Lost", 0).mask(is_open)
    history = task.tables["StageHistory"].assign(amount=pd.NA)
    tables = {
        **task.tables,
        "Deals": deals.assign(amount=amount),
        "StageHistory": history.astype({"amount": "Int64"}),
    }
    win = win_model(fresh(task, tables=tables))
    assert win.left_out == {AMOUNT}
    assert win.trial.brier(win.trial.said["additive"]) > 0.1


def test_a_column_that_says_nearly_all_is_asked_about():
    """It is filled in on open deals as well, so that nothing but its strength is suspicious."""
    book = telling()
    random = np.random.default_rng(4)
    mirror = np.where(random.random(len(book.won)) < 0.95, book.won, ~book.won)
    verdict = pd.Series(np.where(mirror, "good", "bad"), dtype="str")
    outcome = ACTIONS["funnel"].run(with_own(book.task, Verdict=verdict))
    [finding] = [found for found in outcome.findings if found.code == "one-column-tells-all"]
    assert finding.params["columns"] == ("Verdict",)
    told = [found.code for found in outcome_of("telling").findings]
    assert "one-column-tells-all" not in told


def test_a_column_that_looks_different_on_open_deals_is_a_warning_only():
    """A status that is changed when a deal closes: on open deals it is always `going on`."""
    book = telling()
    random = np.random.default_rng(5)
    lively = np.where(random.random(len(book.won)) < 0.6, "lively", "slow")
    mood = pd.Series(np.where(book.is_open, "going on", lively), dtype="str")
    outcome = ACTIONS["funnel"].run(with_own(book.task, Mood=mood))
    [finding] = [found for found in outcome.findings if found.code == "open-deals-differ"]
    assert finding.params["columns"] == ("Mood",)
    told = [found.code for found in outcome_of("telling").findings]
    assert "open-deals-differ" not in told


def test_reasons_are_the_three_largest_and_say_what_stands_in_the_deal():
    task, scores = telling().task, outcome_of("telling").tables["DealScores"]
    deals = task.tables["Deals"].set_index("deal_id")
    own = task.own["Deals"].set_axis(task.tables["Deals"]["deal_id"])
    named = set()
    for row in scores.itertuples(index=False):
        assert row.because.code in ("score.model", "score.model-usual")
        assert len(row.because.more) <= 3
        for reason in row.because.more:
            [name] = reason.params["columns"]
            named.add(name)
            if name == "Region":
                assert reason.params["word"] == (own.loc[row.deal_id, "Region"],)
            if name == "ModelTests.column=source":
                assert reason.params["word"] == (deals.loc[row.deal_id, "source"],)
            if name == "ModelTests.column=amount":
                assert int(reason.params["amount"] * 100) == deals.loc[row.deal_id, "amount"]
    assert {"Region", "Seats", "ModelTests.column=source", "ModelTests.column=amount"} <= named


def test_reasons_point_where_the_truth_points():
    """A referral is likelier won than one met at a fair, by how the deals were drawn."""
    for message in outcome_of("telling").tables["DealScores"]["because"]:
        for reason in message.more:
            sign = reason.params["points"][0]
            if reason.params.get("word") == ("Referral",):
                assert sign == "+"
            if reason.params.get("word") == ("Fair",):
                assert sign == "−"


def test_columns_that_say_the_same_are_one_reason():
    book = telling()
    region = book.task.own["Deals"]["Region"]
    country = region.map({"North": "NO", "South": "SO", "East": "EA", "West": "WE"}).astype("str")
    scores = ACTIONS["funnel"].run(with_own(book.task, Country=country)).tables["DealScores"]
    grouped = [
        reason
        for message in scores["because"]
        for reason in message.more
        if reason.code == "score.because-alike"
    ]
    assert grouped
    assert {reason.params["columns"] for reason in grouped} == {("Country", "Region")}


@pytest.mark.parametrize("name", ["telling", "noise"])
def test_the_tests_of_models_are_told_with_a_table_of_chances(name):
    tests = outcome_of(name).tables["ModelTests"]
    assert list(dict.fromkeys(tests["model"])) == ["rate", "additive", "pairs", "bayes"]
    assert tests.loc[tests["chosen"], "model"].nunique() == 1
    assert not (tests.loc[tests["model"] == "bayes", "chosen"]).any()
    for model, rows in tests.groupby("model"):
        if model == "pairs" and rows["brier"].isna().all():
            assert len(rows) == 1
            continue
        whole, bins = rows.iloc[0], rows.iloc[1:]
        assert whole["bin"] == "all"
        assert bins["deals"].sum() == whole["deals"]
        ends = bins["bin"].str.removeprefix("to-").astype(int) / 100
        assert ((bins["predicted"] <= ends) & (bins["predicted"] >= ends - 0.1)).all()
        assert ((bins["low"] <= bins["happened"]) & (bins["happened"] <= bins["high"])).all()
    of_rate = tests[(tests["model"] == "rate") & (tests["bin"] == "all")].iloc[0]
    for _, row in tests[tests["bin"] == "all"].iterrows():
        if row["model"] in ("additive", "bayes"):
            assert row["gain"] == pytest.approx(of_rate["brier"] - row["brier"])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_sentence_is_found_in_both_languages(language):
    for name in ("telling", "noise"):
        tables = outcome_of(name).tables
        for message in [
            *tables["DealScores"]["because"],
            *tables["ModelTests"]["because"].dropna(),
        ]:
            text = labels.sentence(message, language)
            assert "{" not in text
            assert "ModelTests." not in text


def test_a_second_run_of_the_day_says_the_same():
    """Also where the first one noted an amount that is another since yesterday."""
    task = telling().task
    frame = task.tables["Deals"]
    amount = frame["amount"].mask(frame["stage"] == "Talks", frame["amount"] * 3)
    changed = {**task.tables, "Deals": frame.assign(amount=amount)}
    first = ACTIONS["funnel"].run(fresh(task, tables=changed))
    assert len(first.tables["DealHistory"])
    kept = {name: first.tables[name] for name in ("StageHistory", "DealHistory")}
    second = ACTIONS["funnel"].run(fresh(task, tables={**changed, **kept}))
    for name in ("DealScores", "ModelTests"):
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])


def test_a_proposal_weighs_open_deals_as_the_forecast_does():
    """For that it reads what the forecast reads of deals, also where it runs alone."""
    book = telling()
    for verb in ("propose", "score"):
        action = ACTIONS[verb]
        assert action.own_columns_of == ("Deals",)
        tables = {name: empty_frame(name) for name in action.reads}
        tables |= {name: book.task.tables[name] for name in ("Deals", "StageHistory", "Reps")}
        basis = ProposalBasis(fresh(book.task, tables=tables), pd.DataFrame(), pd.DataFrame())
        forecast = outcome_of("telling").tables["Forecast"]
        months = forecast["period"].str.fullmatch(r"\d{4}-\d{2}")
        of_all = forecast[months & (forecast["slice_kind"] == "all")]
        assert int(basis.pipeline["weighted"].sum()) == int(of_all["weighted"].sum())


def test_a_column_of_the_users_own_may_be_called_as_one_of_ours():
    """`rep`, `tier` and `contacts` are no fields of Pipeline, and so are anybody's."""
    book = telling()
    region = book.task.own["Deals"]["Region"]
    task = book.task
    own = task.own["Deals"].drop(columns="Region").assign(rep=region)
    named = ACTIONS["funnel"].run(fresh(task, own={"Deals": own})).tables
    # Terms are fitted one column after the other, in the order of their names.
    before = outcome_of("telling").tables["DealScores"]["win_rate"]
    assert named["DealScores"]["win_rate"].to_numpy() == pytest.approx(before.to_numpy(), abs=1e-3)
    columns = {
        reason.params["columns"]
        for message in named["DealScores"]["because"]
        for reason in message.more
    }
    assert ("rep",) in columns
