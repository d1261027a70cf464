"""What is each order's line of a commission statement, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NamedTuple

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.pay.limits import all_sales_said, cap_of_line_said, caps_said, gate_said
from salesbook.domain.pay.rates import NOTHING, REST, Counted
from salesbook.domain.pay.sold import Item
from salesbook.domain.pay.terms import Terms
from salesbook.domain.sales.credit import PIECE
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, to_decimal

ADJUSTMENT: Final = "adjustment:"
"""Begins the rule of a line that corrects a closed month; the month follows."""


def month_earned(rule: str, period: str) -> str:
    """The month that a line counts for: of a correction the one that it corrects.

    Args:
        rule: of the line.
        period: the month of its statement.
    """
    return rule.removeprefix(ADJUSTMENT) if rule.startswith(ADJUSTMENT) else period


@dataclass(frozen=True, slots=True)
class Line:
    """One line: amounts in minor units; `rate` missing where no rate was applied."""

    order_id: str | None
    base: int
    rate: float | None
    amount: int
    scheme: str
    """The name of the pay scheme, `plan` in Commission."""
    rule: str
    because: Message
    family: str | None = None
    """Whose brackets paid, where the scheme has some for it."""
    sold: int | None = None
    """The revenue behind a base that is net of cost."""
    pieces: int | None = None
    """What counts towards the quota where these do, in units of `credit.PIECE`."""


@dataclass
class Tally:
    """What a rep has sold and been paid by the same brackets: a stretch of a commission period."""

    progress: dict[str, Counted] = field(default_factory=dict)
    """What is sold from the period's first day to the end of the stretch, by product family."""
    paid: int = 0
    """For the sales of the stretch, in whatever month."""
    before: dict[str, Counted] = field(default_factory=dict)
    """What was sold before the stretch: it counts towards the quota, and is paid by others."""
    brackets: int = 0
    """How many brackets were behind no shut gate in the newest statement."""
    quota: int | None = None
    """The whole period's by which the newest closed month was paid, minor units; None where its
    statement does not say."""
    terms: Terms | None = None
    """What its newest month is paid by; None where the settings no longer say that."""
    following: Tally | None = None
    """The stretch after it."""

    def due(self, terms: Terms) -> int:
        """What these brackets pay for the stretch."""
        if self.before:
            return terms.pay_since(self.progress, self.before)
        return terms.pay(self.progress)

    def count(self, family: str, counted: Counted) -> None:
        """Move on by what was sold of a family; what later stretches sold begins behind it."""
        _add(self.progress, family, counted)
        later = self.following
        while later is not None:
            _add(later.before, family, counted)
            _add(later.progress, family, counted)
            later = later.following


def _add(sold: dict[str, Counted], family: str, counted: Counted) -> None:
    sold[family] = sold.get(family, NOTHING).plus(counted)


def lines_of(
    items: Mapping[Item, Counted],
    terms: Terms,
    tally: Tally,
    *,
    decimals: int,
    adjusts: str | None = None,
) -> list[Line]:
    """Pay a month's orders: sales first, then what was taken back.

    Together, a refund would dilute the rate of a sale. Each of the two groups gets what the pay of
    the period to date rises or falls by, and its orders share that in proportion to their bases, to
    the minor unit (Hamilton's method, ties by order).

    Args:
        items: what each order counts for, negative for refunds; what counts for nothing has no
            line.
        terms: what the rep is paid by.
        tally: the period so far; moved on by these orders.
        decimals: of the currency.
        adjusts: the closed month that the lines correct; None for the month's own orders.

    Returns: a line per order and family, sales by key and then refunds by key.
    """
    rates = terms.rates
    sales: dict[Item, Counted] = {}
    refunds: dict[Item, Counted] = {}
    for item, counted in sorted(items.items()):
        base = rates.tables[rates.family(item[1])].base(counted)
        # What is given away, or sold at cost, still counts towards the quota.
        direction = base or rates.counted(counted)
        if direction > 0:
            sales[item] = counted
        elif direction < 0:
            refunds[item] = counted

    lines = []
    for group in (sales, refunds):
        if group:
            paid = _PaidGroup(group, terms, tally)
            lines += paid.lines(decimals=decimals, adjusts=adjusts)
    return lines


class _Reason(NamedTuple):
    """What the lines of a group say: their rule, their rate and why."""

    rule: str
    rate: float
    """That was paid, after the cap."""
    message: Message


class _PaidGroup:
    """What a group of sales, or of refunds, moves the period on by."""

    def __init__(self, group: Mapping[Item, Counted], terms: Terms, tally: Tally) -> None:
        self.terms = terms
        rates = terms.rates
        self.items: dict[str, dict[str, Counted]] = {}
        """By family of the rate table, what each order counts for."""
        for (order, family), counted in group.items():
            orders = self.items.setdefault(rates.family(family), {})
            orders[order] = orders.get(order, NOTHING).plus(counted)

        self.before = rates.position(tally.progress)
        rise = _Rise(terms, tally)
        rise_without_cap = rise if terms.uncapped is terms else _Rise(terms.uncapped, tally)
        totals_before = rates.parts(tally.progress, terms.quota)
        for (_, family), counted in group.items():
            tally.count(family, counted)
        self.after = rates.position(tally.progress)

        due, rises = rise.to(tally)
        tally.paid += due
        self.due = self._by_family(due, rises)
        """By family of the rate table, minor units."""
        self.uncapped = self._by_family(*rise_without_cap.to(tally))
        """The same, had the plan no cap."""
        self.capped: set[str] = set()
        """Families whose cap holds before or after the group."""
        totals_after = rates.parts(tally.progress, terms.quota)
        for family, table in rates.tables.items():
            cap = table.scheme.cap
            if cap is not None and max(totals_before[family], totals_after[family]) >= cap:
                self.capped.add(family)

    def _by_family(self, due: int, rises: Mapping[str, Fraction]) -> dict[str, int]:
        """What falls to each rate table, minor units.

        Families that sold nothing in the group are paid for a better average rate of what they sold
        before; the others share the rest, so that nothing is lost to rounding.
        """
        parts = {
            family: round_half_away(rise)
            for family, rise in rises.items()
            if family not in self.items
        }
        left = due - sum(parts.values())
        families = list(self.items)
        weights: list[Fraction] = []
        for family in families:
            towards = rises[family] if left > 0 else -rises[family]
            weights.append(max(towards, Fraction(0)))
        if not any(weights):
            weights = [Fraction(self._size(family)) for family in families]
        shares = allocate(left, weights, keys=families)
        return {**parts, **dict(zip(families, shares, strict=True))}

    def _size(self, family: str) -> int:
        """How much the family's orders count for, whichever way."""
        orders = self.items[family].values()
        return sum(abs(counted.revenue) + abs(counted.pieces) for counted in orders) or 1

    def lines(self, *, decimals: int, adjusts: str | None) -> list[Line]:
        """A line per order and family, and one per family whose earlier sales are paid better."""
        lines = []
        for family in sorted(self.due):
            due = self.due[family]
            if family in self.items:
                lines += self._lines_of_family(family, due, decimals=decimals, adjusts=adjusts)
            elif due:
                lines.append(self._without_orders(family, due, decimals=decimals, adjusts=adjusts))
        return lines

    def _lines_of_family(
        self, family: str, due: int, *, decimals: int, adjusts: str | None
    ) -> list[Line]:
        terms = self.terms
        table = terms.rates.tables[family]
        orders = self.items[family]
        bases = [table.base(counted) for counted in orders.values()]
        weights = [abs(base) for base in bases]
        if not any(weights):
            weights = [abs(counted.revenue) or 1 for counted in orders.values()]
        amounts = allocate(due, weights)
        uncapped = allocate(self.uncapped[family], weights)

        reason = self._reason(family, due, sum(bases), decimals=decimals, adjusts=adjusts)
        lines = []
        for (order, counted), base, amount, without_cap in zip(
            orders.items(), bases, amounts, uncapped, strict=True
        ):
            facts = {"base": to_decimal(base, decimals), **reason.message.params}
            cap_said = self._cap_said(family, amount, without_cap, decimals)
            because = Message(reason.message.code, facts, (*reason.message.more, *cap_said))
            line = Line(
                order,
                base,
                reason.rate,
                amount,
                terms.scheme_name,
                reason.rule,
                because,
                family=table.family or None,
                sold=counted.revenue if table.basis == "net" else None,
                pieces=counted.pieces if terms.rates.counts_pieces else None,
            )
            lines.append(line)
        return lines

    def _without_orders(self, family: str, due: int, *, decimals: int, adjusts: str | None) -> Line:
        """What other products' sales make of the average rate of a family's earlier ones."""
        terms = self.terms
        facts: dict[str, Fact] = {
            "plan": terms.scheme_name,
            "family": terms.rates.tables[family].family,
            **self._attained(decimals),
        }
        cap_said = self._cap_said(family, due, self.uncapped[family], decimals)
        message = Message(f"commission-family{self._unit}", facts, cap_said)
        rule = f"{ADJUSTMENT}{adjusts}" if adjusts else "family"
        shown = terms.rates.tables[family].family or None
        return Line(None, 0, None, due, terms.scheme_name, rule, message, family=shown)

    def _cap_said(
        self, family: str, amount: int, without_cap: int, decimals: int
    ) -> tuple[Message, ...]:
        """What the cap has made of an amount; nothing where it has changed nothing."""
        if family not in self.capped or amount == without_cap:
            return ()
        cap = self.terms.rates.tables[family].scheme.cap or 0
        return (cap_of_line_said(cap, amount, without_cap, decimals=decimals),)

    def _reason(
        self, family: str, due: int, base: int, *, decimals: int, adjusts: str | None
    ) -> _Reason:
        """Rule, rate and sentence of a family's lines.

        The sentence says the rate of the brackets, and what a cap leaves of it beside that: the
        average after the cap, such as 0.4 %, is no rate that anybody has agreed on.
        """
        terms = self.terms
        rate, lowest, highest = self._rate(family, due, base)
        rate_of_brackets = rate
        if family in self.capped:
            rate_of_brackets, _, _ = self._rate(family, self.uncapped[family], base, capped=False)
        kind = terms.bracket(family, self.after).kind
        is_refund = self.after < self.before or base < 0
        if adjusts:
            rule, code = f"{ADJUSTMENT}{adjusts}", "commission-adjustment"
        elif is_refund:
            rule, code = "refund", "commission-refund"
        elif lowest != highest:
            rule, code = kind, "commission-brackets"
        else:
            rule, code = kind, f"commission-{kind}"

        facts: dict[str, Fact] = {"rate": rate_of_brackets, "plan": terms.scheme_name}
        if adjusts:
            facts["month"] = adjusts
        limits = gate_said(terms, family, max(self.before, self.after))
        if terms.rates.is_plain:
            facts |= {"bracket": lowest, "upto": highest, **self._attained(decimals)}
            limits += all_sales_said(terms.rates.tables[family], lowest, highest)
            return _Reason(rule, rate, Message(code, facts, limits))

        # Other than plainly, what is paid is the average rate of all that counts.
        table = terms.rates.tables[family]
        average = {"commission-adjustment": "-closed", "commission-refund": "-back"}.get(code, "")
        facts |= self._attained(decimals)
        more = []
        if table.family:
            more.append(Message("commission-of-family", {"family": table.family}))
        if table.basis == "net":
            more.append(Message("commission-net-of-cost"))
        message = Message(f"commission-average{average}{self._unit}", facts, (*more, *limits))
        return _Reason(rule, rate, message)

    @property
    def _unit(self) -> str:
        """Ends the code of a sentence about pieces."""
        return "-pieces" if self.terms.rates.counts_pieces else ""

    def _attained(self, decimals: int) -> dict[str, Fact]:
        """The quota, and how far the group moves the period on along it."""
        quota = self.terms.quota
        shown = quota_fact(self.terms, decimals)
        return {"before": self.before / quota, "after": self.after / quota, "quota": shown}

    def _rate(
        self, family: str, due: int, base: int, *, capped: bool = True
    ) -> tuple[float, float, float]:
        """The rate that was paid, and where the lowest and the highest bracket touched begin.

        Inside one bracket of a plain plan it is the bracket's own, as it is inside the first one of
        any plan; across brackets, or at the cap, what was paid over what it was paid on.

        Args:
            capped: False where `due` is what would have been paid without the cap.
        """
        terms = self.terms
        lowest = terms.bracket(family, min(self.before, self.after))
        highest = terms.bracket(family, max(self.before, self.after))
        is_at_cap = capped and family in self.capped
        is_inside_one = lowest == highest and not is_at_cap
        rates_hold = terms.rates.is_plain or lowest.from_rate == 0
        average = due / base if base else 0.0
        rate = lowest.pay_rate if is_inside_one and rates_hold else average
        return rate, lowest.from_rate, highest.from_rate


def _parts(terms: Terms, tally: Tally) -> dict[str, Fraction]:
    """What each rate table pays for the stretch; a single one pays all, in whole units."""
    rates = terms.rates
    if len(rates.tables) == 1:
        return {REST: Fraction(tally.due(terms))}
    return rates.parts_since(tally.progress, tally.before, terms.quota)


class _Rise:
    """What the pay of a stretch rises by from here on, by some terms."""

    def __init__(self, terms: Terms, tally: Tally) -> None:
        self.terms = terms
        self.due_before = tally.due(terms)
        self.parts_before = _parts(terms, tally)

    def to(self, tally: Tally) -> tuple[int, dict[str, Fraction]]:
        """In all, in minor units, and by rate table."""
        parts = _parts(self.terms, tally)
        rises = {family: parts[family] - self.parts_before[family] for family in parts}
        return tally.due(self.terms) - self.due_before, rises


def true_up(terms: Terms, tally: Tally, *, decimals: int) -> list[Line]:
    """Pay, or take back, what a gate or a changed quota makes of sales that were paid before.

    A gate that opens or shuts is read on the year to date; what the period has sold so far is then
    paid with, or without, the brackets behind it. A quota matters where closed months have paid by
    another one. So do brackets that were typed over: no line says by which of them it was paid, but
    where the quota is what it was, it must have been these.
    """
    due = tally.due(terms) - tally.paid
    brackets_before, tally.brackets = tally.brackets, terms.rates.size
    if due == 0:
        return []

    facts: dict[str, Fact] = {"plan": terms.scheme_name}
    if brackets_before != tally.brackets:
        rule = "gate"
        code = (
            "commission-gate-open" if tally.brackets > brackets_before else "commission-gate-shut"
        )
        facts["attained"] = terms.year_rate
    else:
        rule = "true-up"
        if terms.rates.counts_pieces:
            code = "commission-true-up-pieces"
        elif tally.quota is None:
            code = "commission-true-up-either"
        elif tally.quota == terms.quota:
            code = "commission-true-up-brackets"
        else:
            code = "commission-true-up"
        sold = sum(counted.revenue for counted in tally.progress.values())
        sold_before = sum(counted.revenue for counted in tally.before.values())
        facts["quota"] = quota_fact(terms, decimals)
        facts["sales"] = to_decimal(sold - sold_before, decimals)
        facts["paid"] = to_decimal(tally.paid, decimals)
    tally.paid += due
    message = Message(code, facts, caps_said(terms, tally.progress, decimals=decimals))
    return [Line(None, 0, None, due, terms.scheme_name, rule, message)]


def moved_line(  # noqa: PLR0913 - each is said in the line
    terms: Terms, amount: int, month: str, *, start_before: int, start_now: int, decimals: int
) -> Line:
    """Settle that a stretch's sales begin elsewhere on the way to the quota than they were paid at.

    Args:
        terms: of the stretch.
        amount: what its pay rises or falls by, minor units.
        month: the newest closed one of the stretch.
        start_before: what had been sold before the stretch, as its brackets count it.
        start_now: the same once earlier months' changes are settled.
        decimals: of the currency.
    """
    unit = "-pieces" if terms.rates.counts_pieces else ""
    facts: dict[str, Fact] = {
        "plan": terms.scheme_name,
        "month": month,
        "before": start_before / terms.quota,
        "after": start_now / terms.quota,
        "quota": quota_fact(terms, decimals),
    }
    message = Message(f"commission-moved{unit}", facts)
    return Line(None, 0, None, amount, terms.scheme_name, f"{ADJUSTMENT}{month}", message)


def quota_fact(terms: Terms, decimals: int) -> Fact:
    """The quota as a sentence shows it: money, or whole pieces."""
    if terms.rates.counts_pieces:
        return terms.quota // PIECE
    return to_decimal(terms.quota, decimals)


def spiff_line(order: str, rule: str, amount: int, *, scheme: str, changed: bool = False) -> Line:
    """Pay a Spiffs row for an order, or correct what a closed month paid."""
    code = "commission-spiff-changed" if changed else "commission-spiff"
    _, _, spiff = rule.partition(":")
    facts: dict[str, Fact] = {"spiff": spiff, "order": order}
    return Line(order, 0, None, amount, scheme, rule, Message(code, facts))


def row_of(line: Line, period: str, rep: str, number: int) -> dict[str, Any]:
    """The line as a row of Commission."""
    return {
        "period": period,
        "rep_id": rep,
        "line": number,
        "order_id": line.order_id,
        "base": line.base,
        "rate": line.rate,
        "amount": line.amount,
        "plan": line.scheme,
        "rule": line.rule,
        "because": line.because,
        "family": line.family,
        "sold": line.sold,
        "quantity": None if line.pieces is None else line.pieces / PIECE,
    }
