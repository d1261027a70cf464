"""What does a pay plan of several rate tables pay, one for each product family?

A *rate table* is the brackets of one family of products. All of them are read at the same place, at
what is sold of everything against the whole quota: nobody has a quota for a family. What a table
pays on average there (`brackets.average_rate`) is paid on what the family's sales come to, as
revenue or net of cost. So pay to date depends on what is sold to date and on nothing else: an order
that is taken back takes back what it has paid, in whatever month and order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple

from salesbook.domain.pay.brackets import (
    PayBracket,
    PayScheme,
    average_rate,
    average_rate_since,
    pay,
)
from salesbook.money import exact, round_half_away

Basis = Literal["revenue", "quantity", "net"]

REST: Final = ""
"""The family of the products that no rate table of the plan names."""


class Counted(NamedTuple):
    """What a sale counts for, in all the ways in which a plan may count it."""

    revenue: int = 0
    """Minor units."""
    net: int = 0
    """What is left of the revenue after the cost of the products, minor units."""
    pieces: int = 0
    """In units of `credit.PIECE`."""

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        revenue = self.revenue + other.revenue
        return Counted(revenue, self.net + other.net, self.pieces + other.pieces)

    def less(self, other: Counted) -> Counted:
        """What this one counts for more than the other."""
        revenue = self.revenue - other.revenue
        return Counted(revenue, self.net - other.net, self.pieces - other.pieces)


NOTHING: Final = Counted()

Progress = Mapping[str, Counted]
"""What has been sold, by product family."""


@dataclass(frozen=True, slots=True)
class RateTable:
    """The brackets of one product family in a pay plan."""

    scheme: PayScheme
    family: str = REST
    basis: Basis = "revenue"
    gates: tuple[float, ...] = ()
    """By bracket: the part of the year's quota to date under which it and those above pay nothing
    of their own; empty or 0 where it has none."""
    override_rate: float | None = None
    """Part of their reps' credits that managers of the plan earn."""

    @property
    def is_plain(self) -> bool:
        """Whether the brackets are read on the revenue that they pay on."""
        return self.basis == "revenue"

    def shut(self, sold: int, quota: int) -> RateTable:
        """The table without the brackets whose gate is shut.

        A gate is open once what is sold of the year to date is at least its part of the year's
        quota to date; without a quota so far nobody is behind it.
        """
        for place, gate in enumerate(self.gates):
            if gate and sold < exact(gate) * quota:
                scheme = replace(self.scheme, brackets=self.scheme.brackets[:place])
                return replace(self, scheme=scheme, gates=self.gates[:place])
        return self

    def base(self, counted: Counted) -> int:
        """What the rate is paid on, minor units."""
        return counted.net if self.basis == "net" else counted.revenue


NO_RATES: Final = RateTable(PayScheme((PayBracket(0.0, 0.0),)))
"""What a plan pays for products that none of its brackets are for."""


@dataclass(frozen=True)
class Rates:
    """All rate tables of a pay plan on some day, by folded family; one of them is for REST."""

    tables: Mapping[str, RateTable]

    @cached_property
    def counts_pieces(self) -> bool:
        """Whether pieces, and not revenue, are counted against the quota."""
        return any(table.basis == "quantity" for table in self.tables.values())

    @cached_property
    def is_plain(self) -> bool:
        """Whether there is one table, read on the revenue that it pays on."""
        return len(self.tables) == 1 and all(table.is_plain for table in self.tables.values())

    @cached_property
    def uncapped(self) -> Rates:
        """The same without caps; itself where it has none."""
        if all(table.scheme.cap is None for table in self.tables.values()):
            return self
        tables = {
            family: replace(table, scheme=replace(table.scheme, cap=None))
            for family, table in self.tables.items()
        }
        return Rates(tables)

    @property
    def size(self) -> int:
        """How many brackets all tables have."""
        return sum(len(table.scheme.brackets) for table in self.tables.values())

    def shut(self, sold: int, quota: int) -> Rates:
        """Without the brackets whose gate is shut; see `RateTable.shut`."""
        return Rates({name: table.shut(sold, quota) for name, table in self.tables.items()})

    def family(self, family: str) -> str:
        """The family of the rate table that pays for a product family."""
        return family if family in self.tables else REST

    def by_table(self, progress: Progress) -> dict[str, Counted]:
        """What has been sold by rate table, all of them, by family."""
        sums = dict.fromkeys(self.tables, NOTHING)
        for family, counted in progress.items():
            table = self.family(family)
            sums[table] = sums[table].plus(counted)
        return sums

    def position(self, progress: Progress) -> int:
        """What counts towards the quota: minor units, or pieces in units of `credit.PIECE`."""
        return sum(self.counted(counted) for counted in progress.values())

    def counted(self, counted: Counted) -> int:
        """What one sale counts for towards the quota; see `position`."""
        return counted.pieces if self.counts_pieces else counted.revenue

    def parts(self, progress: Progress, quota: int) -> dict[str, Fraction]:
        """What each table pays for the period to date, exactly, minor units, up to its cap."""
        position = self.position(progress)
        parts = {}
        for family, counted in self.by_table(progress).items():
            table = self.tables[family]
            part = table.base(counted) * average_rate(table.scheme, position, quota)
            cap = table.scheme.cap
            parts[family] = part if cap is None else min(part, Fraction(cap))
        return parts

    def parts_since(self, progress: Progress, before: Progress, quota: int) -> dict[str, Fraction]:
        """What each table pays for what is sold after `before`, exactly, minor units.

        That counts towards the quota, and other rates pay it: none of it is paid anew, whatever
        bracket the rest reaches. A cap leaves what it would have left of it had these rates paid from
        the beginning.
        """
        start, position = self.position(before), self.position(progress)
        bases_before = self.by_table(before)
        parts_before, parts_now = self.parts(before, quota), self.parts(progress, quota)
        parts = {}
        for family, counted in self.by_table(progress).items():
            table = self.tables[family]
            base = table.base(counted.less(bases_before[family]))
            part = base * average_rate_since(table.scheme, position, start, quota)
            if table.scheme.cap is not None:
                least = parts_now[family] - parts_before[family]
                left = table.scheme.cap - parts_before[family]
                part = min(part, left) if part > 0 else max(part, min(least, Fraction(0)))
            parts[family] = part
        return parts

    def pay_since(self, progress: Progress, before: Progress, quota: int) -> int:
        """Pay for what is sold after `before`, see `parts_since`.

        Rounded so that where no sale lifts the rate of earlier ones, what the months pay one by one
        comes to what all of them pay together.
        """
        paid = sum(self.parts(progress, quota).values(), Fraction(0))
        since = sum(self.parts_since(progress, before, quota).values(), Fraction(0))
        return self.pay(progress, quota) - round_half_away(paid - since)

    def pay(self, progress: Progress, quota: int) -> int:
        """Pay for the period to date, rounded once: families of one rate come to what one does."""
        if self.is_plain:
            # The same, in whole numbers; a quota is always above 0 here.
            return pay(self.tables[REST].scheme, self.position(progress), quota) or 0
        return round_half_away(sum(self.parts(progress, quota).values(), Fraction(0)))
