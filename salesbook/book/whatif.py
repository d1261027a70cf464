"""What would come in if things changed? Asked of a workbook, which is only read."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from salesbook.actions import ACTIONS
from salesbook.book.report import Options
from salesbook.book.run import refuse_day, with_cell
from salesbook.book.run_log import newest_day
from salesbook.book.session import Session
from salesbook.domain.pipeline.stages.codes import stage_codes
from salesbook.domain.whatif import Asked, Landing, PeriodThen, WhatIf, stages_shown, what_if
from salesbook.errors import SalesbookError, UsageError
from salesbook.hosts.package import open_package
from salesbook.labels import Language
from salesbook.messages import Fact, Message
from salesbook.money import three_digits_alike, to_decimal
from salesbook.store import Host


@dataclass(frozen=True)
class WhatIfAnswer:
    """The answer for one workbook."""

    asked: Asked
    as_of: dt.date
    result: WhatIf
    language: Language
    decimals: int
    """Of the workbook's currency."""

    def amount(self, minor: int) -> Decimal:
        """Minor units as an amount."""
        return to_decimal(minor, self.decimals)

    def sentences(self) -> Iterator[Message]:
        """The answer in words: what is asked, each period as it is and as it would be, what it assumes."""
        yield from self._question()
        if self.result.because is not None:
            yield self.result.because
        for period in self.result.periods:
            yield self._period(period)
            if period.target is not None:
                yield _chance(period)
        yield from self.result.assumes

    def _question(self) -> Iterator[Message]:
        asked, result = self.asked, self.result
        if asked.rate is not None:
            rates: dict[str, Fact] = {
                "stage": result.stage,
                "rate": result.rate,
                "then": result.rate_then,
            }
            yield Message("whatif.asks-rate", rates)
        if asked.days is not None:
            facts: dict[str, Fact] = {"stage": result.stage, "days": abs(asked.days)}
            yield Message(f"whatif.asks-{'later' if asked.days > 0 else 'sooner'}", facts)
        if asked.leads is not None:
            word = "fewer" if asked.leads < 0 else "more"
            yield Message(f"whatif.asks-{word}", {"share": abs(asked.leads) / 100})

    def _period(self, period: PeriodThen) -> Message:
        today, then = period.today, period.then
        more = then.p50 - today.p50
        # Amounts of one sentence are rounded alike, and finely enough for their difference, which is
        # what a reader gets who subtracts them, and the same in month, quarter and year.
        finest = min(today.p90, 10 * abs(more)) if more else today.p90
        amounts = (*_amounts(today), more, then.p10, then.p90)
        _, *rounded = three_digits_alike(self.decimals, finest, *amounts)
        low, middle, high, difference, low_then, high_then = rounded
        middle_then = middle + difference
        facts: dict[str, Fact] = {
            "period": period.period,
            "today": middle,
            "low": low,
            "high": high,
            "then": middle_then,
            "low_then": min(low_then, middle_then),
            "high_then": max(high_then, middle_then),
            "more": abs(difference),
        }
        if not more:
            return Message("whatif.period-same", facts)
        return Message(f"whatif.period-{'more' if more > 0 else 'less'}", facts)


def _amounts(landing: Landing) -> tuple[int, int, int]:
    return landing.p10, landing.p50, landing.p90


def _chance(period: PeriodThen) -> Message:
    facts: dict[str, Fact] = {
        "chance": period.today.chance_rate,
        "then": period.then.chance_rate,
        "period": period.period,
    }
    return Message("whatif.chance", facts)


def number_typed(text: str, where: str = "") -> float:
    """A number with a sign or without, of any keyboard; `+5%` is 5. Raises: UsageError."""
    plain = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()
    try:
        number = float(plain.removesuffix("%").strip())
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError("bad-number", where=where, found=text)
    return number


def what_if_on_file(book: Path, asked: Asked, as_of: dt.date) -> WhatIfAnswer:
    """Ask a workbook file.

    Raises: SalesbookError of any kind.
    """
    with open_package(book, for_writing=False) as host:
        return what_if_of(host, asked, as_of)


def what_if_of(host: Host, asked: Asked, as_of: dt.date) -> WhatIfAnswer:
    """Ask a workbook: the forecast goes by what the verb `funnel` goes by, and nothing is written.

    Raises: UsageError for what nobody can mean; SettingsError where the funnel would refuse.
    """
    refuse_day(as_of)
    session = Session(host)
    funnel = ACTIONS["funnel"]
    newest = newest_day(session.frame("RunLog"))
    try:
        task, _ = session.task(
            funnel.reads,
            Options(as_of),
            writes=(),
            looks_back=newest is not None and as_of < newest,
        )
        on_the_day, _ = funnel.on_the_day(task)
        result = what_if(on_the_day, asked)
    except SalesbookError as refusal:
        raise with_cell(refusal, session) from None
    return WhatIfAnswer(asked, as_of, result, session.language, session.policy.decimals)


def open_stages(host: Host) -> tuple[str, ...]:
    """The stages that can be asked about, as they may be typed."""
    return stages_shown(stage_codes(Session(host).policy))
