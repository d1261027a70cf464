"""The verb `convert`: a lead becomes a customer and a deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import ConvertedLead, Outcome, Patch, Task
from salesbook.domain.pipeline.leads.left_out import refusal_of_left_out, why_not_there
from salesbook.domain.pipeline.stages.codes import KnownDeals, known_deals, stage_codes
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.errors import SettingsError, UsageError
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message, some_of
from salesbook.names.company_names import name_core
from salesbook.names.customer_marks import Mark, customer_marks, may_be_one
from salesbook.names.folding import fold_name
from salesbook.names.made_keys import KeyMaker
from salesbook.names.nearest import nearest_known
from salesbook.policy import MAIN_PIPELINE
from salesbook.tables.settings import Stage

_LEADS: Final = "Leads"
_CUSTOMERS: Final = "Customers"
_DEALS: Final = "Deals"
_TELLS_WHO: Final = ("name", "company", "phone", "email")
"""What a lead and a customer have in common."""
_MOST_TOLD: Final = 8
"""A command says at most so many leads one by one; the tables have all of them."""
_MOST_NAMED: Final = 3
_NAMES: Final = ("customer_id", "deal_id")
"""What of a lead names a row that may begin later than the lead itself."""


def run(task: Task) -> Outcome:
    """Make of each lead that is asked for a deal in the first stage, with its customer.

    The customer is the one that the lead names; else the one that an import would know again by
    e-mail, phone, or name and company; else a new one. Two leads of one run may be one customer. The
    lead then names both, so that everything can be traced from it.

    A lead is left as it is, and it is said why, where it is a deal already, was rejected, may be
    several customers, names a customer or a deal that is not there, or has no rep who could take the
    deal: whose deal it is decides who is paid. Nothing that somebody typed into it is replaced.

    Args:
        task: `leads` names leads by their key, or by a name that only one of them has.

    Returns: changes of Leads, and new rows of Customers and Deals.

    Raises: UsageError where no lead is named, or one is not there or left out. SettingsError where
        no pipeline has an open stage.
    """
    asked = _asked(task)
    desk = _Desk.of(task)
    for lead in asked:
        desk.convert(lead)
    patches = {
        _LEADS: Patch(frame_from_rows(_LEADS, []), desk.lead_cells, needs=("deal_id",)),
        _CUSTOMERS: Patch(frame_from_rows(_CUSTOMERS, desk.new_customers)),
        _DEALS: Patch(frame_from_rows(_DEALS, desk.new_deals)),
    }
    return Outcome(
        patches=patches if desk.converted else {},
        answer=tuple(_told(desk)),
        converted=tuple(desk.converted),
        left_leads=tuple((lead, message.code) for lead, message in desk.left),
    )


def _told(desk: _Desk) -> Iterator[Message]:
    """What became of each lead, those first of which nothing did; of many only how many."""
    told = [*(message for _, message in desk.left), *desk.told]
    yield from told[:_MOST_TOLD]
    if len(told) > _MOST_TOLD:
        count = len(desk.converted)
        yield Message("convert.in-all", {"count": count, "asked": count + len(desk.left)})


def _asked(task: Task) -> list[Mapping[str, Any]]:
    """The rows of the leads that are asked for, each once, those that came in first before others.

    Raises: UsageError.
    """
    if not task.leads:
        raise UsageError("convert-which", where="--lead")
    leads = task.tables[_LEADS]
    by_key = {str(key): int(row) for row, key in leads["lead_id"].items()}
    by_name: dict[str, list[str]] = {}
    for key, name in zip(leads["lead_id"], leads["name"], strict=True):
        by_name.setdefault(fold_name(str(name)), []).append(str(key))
    keys = {_key_of(typed, by_key, by_name, task) for typed in task.leads}
    rows = leads[leads["lead_id"].isin(keys)].sort_values(["received_at", "lead_id"])
    # What somebody typed counts also where the row that it names begins after the day of the run.
    typed = task.as_it_stands(_LEADS).loc[rows.index, list(_NAMES)]
    rows = rows.assign(**{name: typed[name] for name in _NAMES})
    return [{"row": row, **values} for row, values in zip(rows.index, _records(rows), strict=True)]


def _key_of(
    typed: str, by_key: Mapping[str, int], by_name: Mapping[str, list[str]], task: Task
) -> str:
    if typed in by_key:
        return typed
    named = by_name.get(fold_name(typed), [])
    if len(named) == 1:
        return named[0]
    if named:
        shown = some_of(sorted(named), _MOST_NAMED)
        raise UsageError("ambiguous-name", where="--lead", found=typed, candidates=shown)
    left_out = refusal_of_left_out(typed, task)
    if left_out is not None:
        raise left_out
    leads = task.tables[_LEADS]
    known = {key: key for key in by_key}
    known |= {str(name): str(name) for name in leads["name"].dropna()}
    nearest = tuple(nearest_known(typed, known))
    raise UsageError("no-such-lead", where="--lead", found=typed, nearest=nearest)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as what they say; fields that are missing say nothing."""
    return [
        {str(name): value for name, value in row.items() if pd.notna(value)}
        for row in frame.to_dict("records")
    ]


@dataclass
class _Desk:
    """Customers and deals as they stand, growing with each lead that is converted."""

    task: Task
    staff: Staff
    pipeline: str
    stage: Stage
    """The first open one."""
    customers: dict[str, dict[str, Any]]
    by_mark: dict[Mark, list[str]]
    by_core: dict[str, list[str]]
    """Customers by the core of what they are called: `Acme` and `ACME Inc.` have one."""
    deals: frozenset[str]
    """Keys of all deals."""
    open_deals: dict[str, list[str]]
    """Keys of open deals by customer."""
    customer_keys: KeyMaker
    deal_keys: KeyMaker
    new_customers: list[dict[str, Any]] = field(default_factory=list)
    new_deals: list[dict[str, Any]] = field(default_factory=list)
    lead_cells: dict[int, dict[str, object]] = field(default_factory=dict)
    converted: list[ConvertedLead] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    left: list[tuple[str, Message]] = field(default_factory=list)
    """Leads that stay what they are, and why."""

    @classmethod
    def of(cls, task: Task) -> _Desk:
        """Lay out what a conversion looks at. Raises: SettingsError."""
        pipeline, stage = _first_stage(task)
        deals = known_deals(task.tables[_DEALS], stage_codes(task.policy))
        desk = cls(
            task=task,
            staff=staff_of_run(task),
            pipeline=pipeline,
            stage=stage,
            customers={},
            by_mark={},
            by_core={},
            deals=frozenset(task.tables[_DEALS]["deal_id"]),
            open_deals=_open_deals(deals),
            customer_keys=KeyMaker(_CUSTOMERS, _taken(task, _CUSTOMERS)),
            deal_keys=KeyMaker(_DEALS, _taken(task, _DEALS)),
        )
        rows = task.tables[_CUSTOMERS].sort_values("customer_id")
        for values in _records(rows):
            desk._know(values)
        return desk

    def convert(self, lead: Mapping[str, Any]) -> None:
        """Convert a lead, or note why it stays one."""
        lead_id = str(lead["lead_id"])
        facts: dict[str, Fact] = {"lead": lead_id, "name": (str(lead["name"]),)}
        obstacle = self._obstacle(lead, facts)
        if obstacle is not None:
            self.left.append((lead_id, obstacle))
            return
        matches = self._customers_meant(lead)
        if len(matches) > 1:
            keys = some_of(matches, _MOST_NAMED)
            self.left.append((lead_id, Message("convert.several", facts | {"customers": keys})))
            return
        known = self.customers[matches[0]] if matches else None
        rep = self._whose(lead, known)
        if rep is None:
            self.left.append((lead_id, Message("convert.no-rep", facts)))
            return

        alike = [] if known else self._alike(lead)
        customer = known or self._new_customer(lead, rep)
        customer_id = str(customer["customer_id"])
        deals_before = self.open_deals.get(customer_id, [])
        deal_id = self._new_deal(lead, customer_id, rep)
        self.lead_cells[int(lead["row"])] = {
            "customer_id": customer_id,
            "deal_id": deal_id,
            "status": "converted",
        }
        is_new = known is None
        self.converted.append(ConvertedLead(lead_id, customer_id, is_new, deal_id, rep))
        facts |= {"deal": deal_id, "customer": customer_id, "rep": (self.staff.name_of(rep),)}
        more = []
        if alike:
            more.append(Message("convert.alike", {"customers": some_of(alike, _MOST_NAMED)}))
        if deals_before:
            more.append(Message("convert.has-deals", {"deals": some_of(deals_before, _MOST_NAMED)}))
        self.open_deals[customer_id] = [*deals_before, deal_id]
        self.told.append(Message(f"convert.{'new' if is_new else 'known'}", facts, tuple(more)))

    def _know(self, customer: dict[str, Any]) -> None:
        key = str(customer["customer_id"])
        self.customers[key] = customer
        for mark in customer_marks(customer):
            self.by_mark.setdefault(mark, []).append(key)
        self.by_core.setdefault(_core(customer), []).append(key)

    def _obstacle(self, lead: Mapping[str, Any], facts: dict[str, Fact]) -> Message | None:
        """Why a lead is not to be converted at all."""
        is_rejected = lead.get("status") == "rejected"
        if "deal_id" in lead:
            deal = str(lead["deal_id"])
            facts = facts | {"deal": deal}
            if deal not in self.deals:
                return Message(f"convert.deal-{why_not_there(self.task, _DEALS, deal)}", facts)
            # It counts as converted everywhere: its deal says more than its status.
            return Message(f"convert.already{'-rejected' if is_rejected else ''}", facts)
        if is_rejected:
            return Message("convert.rejected", facts)
        customer = str(lead.get("customer_id", ""))
        if customer and customer not in self.customers:
            reason = why_not_there(self.task, _CUSTOMERS, customer)
            return Message(f"convert.customer-{reason}", facts | {"customer": customer})
        return None

    def _customers_meant(self, lead: Mapping[str, Any]) -> list[str]:
        """Keys of the customers that a lead may be: by the best mark that any of them has."""
        if "customer_id" in lead:
            return [str(lead["customer_id"])]
        who = _who(lead)
        for mark in customer_marks(who):
            bearers = self.by_mark.get(mark, [])
            matches = [key for key in bearers if may_be_one(mark, self.customers[key], who)]
            if matches:
                return matches
        return []

    def _alike(self, lead: Mapping[str, Any]) -> list[str]:
        """Customers who are called much alike, and whom an import would not take for the same."""
        return list(self.by_core.get(_core(_who(lead)), ()))

    def _whose(self, lead: Mapping[str, Any], customer: Mapping[str, Any] | None) -> str | None:
        """Whose deal it becomes: the lead's rep, else the customer's owner; else nobody's.

        Of who has left the next manager up takes it.
        """
        typed = lead.get("rep_id") or (customer or {}).get("owner_id")
        known = typed if typed in self.staff.employment else None
        return self.staff.responsible(known, self.task.as_of)

    def _new_customer(self, lead: Mapping[str, Any], rep: str) -> dict[str, Any]:
        customer = {
            "customer_id": self.customer_keys.make(),
            **_who(lead),
            "owner_id": rep,
            "created_on": self.task.as_of,
        }
        if "source" in lead:
            customer["source"] = lead["source"]
        self._know(customer)
        self.new_customers.append(customer)
        return customer

    def _new_deal(self, lead: Mapping[str, Any], customer_id: str, rep: str) -> str:
        deal = {
            "deal_id": self.deal_keys.make(),
            "name": lead["name"],
            "customer_id": customer_id,
            "rep_id": rep,
            "source": lead.get("source"),
            "pipeline": self.pipeline,
            "stage": self.stage.stage,
            "created_on": self.task.as_of,
            "stage_since": self.task.as_of,
        }
        self.new_deals.append(deal)
        return str(deal["deal_id"])


def _who(lead: Mapping[str, Any]) -> dict[str, Any]:
    """What a lead says of who it is, as a customer says it."""
    return {name: lead[name] for name in _TELLS_WHO if name in lead}


def _core(row: Mapping[str, Any]) -> str:
    """What a customer is called, without legal forms and signs: the company, where one is named."""
    return name_core(str(row.get("company", row.get("name", "")))).plain


def _first_stage(task: Task) -> tuple[str, Stage]:
    """The stage in which deals begin: the first open one, of the main pipeline where it has any."""
    for pipeline in task.policy.pipelines():
        stages = task.policy.open_stages(pipeline)
        if stages:
            return pipeline, stages[0]
    raise SettingsError("no-first-stage", where="Stages", pipeline=MAIN_PIPELINE)


def _open_deals(deals: KnownDeals) -> dict[str, list[str]]:
    still_open = deals.frame[deals.is_open]
    groups = still_open.groupby("customer_id")["deal_id"]
    return {str(customer): [str(key) for key in keys] for customer, keys in groups}


def _taken(task: Task, table: str) -> set[str]:
    """Keys that are not free: those of later days, and of rows that cannot be used, among them."""
    key = "customer_id" if table == _CUSTOMERS else "deal_id"
    keys = {str(value) for value in task.as_it_stands(table)[key].dropna()}
    left_out = task.left_out.get(table)
    if left_out is not None and not left_out.empty:
        keys |= {str(value) for value in left_out[key].dropna()}
    return keys
