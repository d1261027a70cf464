"""What do people type into the book on one working day, and what do they put beside our rows?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from reliability.hand import Hand
from reliability.marks import KINDS, Ledger, key_headers
from reliability.seen import SeenBook
from salesbook.labels import header

_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_STAGES = ("Lead", "Qualified", "Proposal", "Negotiation", "Won")
_CALLS, _DEALS, _MOVES, _ORDERS = 9, 2, 4, 2
"""How many of each are typed on a day."""
MARKED = ("CallList", "CustomerTiers", "Customers", "Deals")
"""Tables on whose rows something is put: two that runs write, two that people type."""
_PLAIN_KINDS = tuple(kind for kind in KINDS if "column" not in kind and "formula" not in kind)


def serial(day: dt.date) -> int:
    """A day as a cell holds it."""
    return (day - _EXCEL_DAY_0).days


@dataclass
class Company:
    """The people at work: their dice, and the numbers they give to what they type."""

    chance: Random
    ledger: Ledger = field(default_factory=Ledger)
    typed: int = 0

    def type_day(self, path: Path, today: dt.date) -> None:
        """Type a day's calls, deals, stages, orders and payments."""
        hand = Hand(path)
        customers = _keys(hand.book, "Customers")
        reps = _keys(hand.book, "Reps")
        listed = _keys(hand.book, "CallList")
        for turn in range(_CALLS):
            # Most calls are those that the list asks for; so customers leave it, and come back.
            pool = listed if turn < _CALLS * 2 // 3 and listed else customers
            self._append(
                hand,
                "Activities",
                activity_id=self._id("TA"),
                done_on=serial(today),
                rep_id=self.chance.choice(reps),
                customer_id=self.chance.choice(pool),
                kind="Phone",
                outcome=self.chance.choice(("Asked for an offer", "Needs approval", "No answer")),
            )
        for _ in range(_DEALS):
            self._append(
                hand,
                "Deals",
                deal_id=self._id("TD"),
                name="A deal typed by hand",
                customer_id=self.chance.choice(customers),
                rep_id=self.chance.choice(reps),
                stage="Lead",
                amount=self.chance.randrange(500, 20_000),
                created_on=serial(today),
                stage_since=serial(today),
                expected_on=serial(today + dt.timedelta(days=self.chance.randrange(20, 90))),
            )
        self._move_stages(hand, today)
        for _ in range(_ORDERS):
            order = self._id("TO")
            amount = self.chance.randrange(100, 9_000) + self.chance.randrange(100) / 100
            self._append(
                hand,
                "Orders",
                order_id=order,
                line_no=1,
                customer_id=self.chance.choice(customers),
                rep_id=self.chance.choice(reps),
                ordered_on=serial(today),
                amount=amount,
            )
            self._append(
                hand,
                "Payments",
                payment_id=self._id("TP"),
                order_id=order,
                paid_on=serial(today),
                amount=amount,
            )
        hand.save()

    def _move_stages(self, hand: Hand, today: dt.date) -> None:
        stage, since, closed = (
            header("Deals", name, "en") for name in ("stage", "stage_since", "closed_on")
        )
        open_deals = [
            row for row in hand.book.rows("Deals") if row.values.get(stage) in _STAGES[:-1]
        ]
        for row in self.chance.sample(open_deals, min(_MOVES, len(open_deals))):
            following = _STAGES[_STAGES.index(row.values[stage]) + 1]
            new = "Lost" if self.chance.random() < 0.3 else following
            hand.type("Deals", row.number, stage, new)
            hand.type("Deals", row.number, since, serial(today))
            if new in ("Won", "Lost"):
                hand.type("Deals", row.number, closed, serial(today))

    def mark_rows(
        self,
        path: Path,
        tables: tuple[str, ...] = MARKED,
        *,
        each: int = 1,
        clears: bool = True,
    ) -> None:
        """Put something on rows of these tables.

        Args:
            clears: whether something is taken off again, now and then.
        """
        hand = Hand(path)
        for table in tables:
            # People write on the call list most of all.
            for _ in range(each * (3 if table == "CallList" else 1)):
                kinds = tuple(KINDS) if table in ("CallList", "CustomerTiers") else _PLAIN_KINDS
                self.ledger.put(hand, table, self.chance.choice(kinds), self.chance)
        hand.save()
        if clears and self.ledger.count % 5 == 0:
            self._take_one_off(path)

    def _take_one_off(self, path: Path) -> None:
        """Clear a typed remark."""
        hand = Hand(path)
        standing = {
            (table, row.key(key_headers(hand.book.tables[table]))): row.number
            for table in MARKED
            for row in hand.book.rows(table)
        }
        for mark in self.ledger.marks:
            is_remark = mark.kind == "a text in an own column"
            if is_remark and (mark.table, mark.key) in standing:
                hand.type(mark.table, standing[mark.table, mark.key], mark.header, None)
                self.ledger.take_off(mark)
                break
        hand.save()

    def new_year(self, path: Path, year: int) -> None:
        """Type next year's targets below this year's."""
        hand = Hand(path)
        for scope, target in (("company", 2_600_000), ("North", 900_000)):
            self._append(
                hand,
                "Targets",
                year=year,
                scope_kind="Company" if scope == "company" else "Team",
                scope=scope,
                metric="Revenue",
                target=target,
                binding="Yes",
            )
        hand.save()

    def import_file(self, folder: Path, today: dt.date) -> tuple[str, Path]:
        """Write a file as another system exports it. Returns: the table it is for, and the file."""
        file = folder / "export.csv"
        kind = self.chance.choice(("Customers", "Deals", "Orders"))
        number = self._id("")
        if kind == "Customers":
            rows = [
                f"Person {number}-{n},Company {number}-{n},p{number}{n}@x.example" for n in range(3)
            ]
            text = "\n".join(["Name,Company,E-mail", *rows])
        elif kind == "Deals":
            day = today.isoformat()
            rows = [
                f"I{number}-{n},Import {number},C00{n + 1},R0{n + 4},Lead,{900 + n},{day}"
                for n in range(3)
            ]
            text = "\n".join(["Deal ID,Deal name,Customer,Rep,Stage,Amount,Created on", *rows])
        else:
            rows = [f"I{number}-{n},C00{n + 1},R0{n + 4},{today},{450 + n}.25" for n in range(3)]
            text = "\n".join(["Order ID,Customer,Rep,Ordered on,Amount", *rows])
        file.write_text(text + "\n", "utf-8")
        return kind, file

    def _append(self, hand: Hand, table: str, **fields: Any) -> None:
        hand.append(table, {header(table, name, "en"): value for name, value in fields.items()})

    def _id(self, prefix: str) -> str:
        self.typed += 1
        return f"{prefix}{self.typed:05}"


def _keys(book: SeenBook, table: str) -> list[str]:
    keys = key_headers(book.tables[table])
    found = (row.key(keys)[0] for row in book.rows(table))
    return [key for key in found if key]
