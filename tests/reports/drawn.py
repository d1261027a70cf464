"""Lines of pages as a test needs them, and reports of them."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd

from salesbook.book.report_words import LabelWords
from salesbook.labels import Language
from salesbook.messages import Message
from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.pages.lines.line import MONTH_FIELDS, Line, ListLines, lines_frame
from salesbook.reports.compose import Asked, Composer, Made
from salesbook.reports.description import Report
from salesbook.reports.lines import Lines
from salesbook.reports.numbers import Numbers

AS_OF = dt.date(2026, 11, 29)
MADE = Made(AS_OF, dt.datetime(2026, 11, 29, 8, 15), "Sales.xlsm", "0.3.0")
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
HOSTILE = (
    "<script>alert(1)</script>",
    "#panic() *x* $a$ _b_ @c `d`",
    'O\'Neill & "Söhne" </td>',
    "喆玥堃彧垚翀昇镕嬿淼祎珺晞炘㛃䶮",
    "Zażółć Łukasz Gőz Işığ",
)


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def period_line(**cells: Any) -> Line:
    usual = {"says": Message("page.period", {"period": "2026-11"}), "on": day("2026-11-30")}
    return {**usual, **cells}


def periods(scope: Scope, unit: int = 100_000) -> Iterator[ListLines]:
    """The year of somebody who sells about as much each month as the target is."""
    for number, month in enumerate(MONTHS, start=1):
        line: dict[str, Any] = {"target": 9 * unit}
        if number < 11:
            line |= {"sold": (7 + number % 4) * unit, "middle": (7 + number % 4) * unit}
        else:
            line |= {"sold": (12 - number) * 5 * unit, "middle": 10 * unit}
            line |= {"low": 8 * unit, "high": 13 * unit, "chance_rate": 0.64, "sign": "✓"}
        yield ListLines("Every", "period", scope, [period_line(**line)], month)
    for period, part in (("FY2026-Q4", 3), ("FY2026", 12)):
        amounts = {"sold": part * 7, "target": part * 9, "middle": part * 8}
        amounts |= {"low": part * 7, "high": part * 9}
        line = {name: amount * unit for name, amount in amounts.items()}
        line |= {"chance_rate": 0.31, "sign": "●", "on": day("2026-12-31")}
        yield ListLines("Every", "period", scope, [period_line(**line)], period)


def step(name: str, rep: str = "Ada Hartigan") -> Line:
    return {
        "sign": "⚠",
        "says": Message("page.todo.call"),
        "subject": name,
        "customer": name,
        "rep": rep,
        "amount": 5_662_000,
        "because": Message("page.todo.pace", {"rate": 0.42}),
        "since_on": day("2026-10-01"),
    }


def company(names: Iterable[str] = ("Juniperbrook", "Aspencrest")) -> list[ListLines]:
    """Everything that a company's report shows, about people and customers of these names."""
    names = list(names)
    of_company = [
        *periods(WHOLE_COMPANY, 1_000_000),
        ListLines(
            "Dashboard",
            "answer",
            WHOLE_COMPANY,
            [{"sign": "✓", "says": Message("page.answer.likely-1", {"period_1": "2026-11"})}],
            "2026-11",
        ),
        ListLines(
            "Dashboard",
            "help",
            WHOLE_COMPANY,
            [
                {
                    "sign": "▼",
                    "subject": name,
                    "sold": 360_000,
                    "due": 3_821_262,
                    "rate": 0.094,
                    "because": Message("page.why.luck-no-deal"),
                    **{field: place * 1_000 for place, field in enumerate(MONTH_FIELDS)},
                }
                for name in names
            ],
        ),
        ListLines("Dashboard", "today", WHOLE_COMPANY, [step(name, name) for name in names]),
        ListLines("Dashboard", "today-count", WHOLE_COMPANY, [{"count": 39}]),
        ListLines("Dashboard", "changed-since", WHOLE_COMPANY, [{"on": day("2026-11-22")}]),
        ListLines(
            "Dashboard",
            "changed",
            WHOLE_COMPANY,
            [
                {
                    "sign": "▼",
                    "says": Message("page.changed.lost"),
                    "because": Message(
                        "page.changed.deals-one", {"amount": 46_600, "name": names[0]}
                    ),
                }
            ],
        ),
        ListLines(
            "Dashboard",
            "landing",
            WHOLE_COMPANY,
            [
                {
                    "on": day(f"2026-11-{number:02}"),
                    "low": (80 + number) * 1_000_000,
                    "middle": (90 + number) * 1_000_000,
                    "high": (100 + number) * 1_000_000,
                }
                for number in (1, 8, 15, 22, 29)
            ],
        ),
    ]
    return of_company


def rep(rep_id: str, name: str, unit: int = 100_000) -> list[ListLines]:
    """Everything that a rep's report shows."""
    scope = Scope("rep", rep_id)
    return [
        *periods(scope, unit),
        ListLines("Dashboard", "today", scope, [step(f"{name} GmbH {place}") for place in "12345"]),
        ListLines("Dashboard", "today-count", scope, [{"count": 5}]),
    ]


def report(
    listed: Iterable[ListLines],
    scope: Scope = WHOLE_COMPANY,
    *,
    name: str = "",
    period: str = "2026-11",
    language: Language = "en",
) -> Report:
    return composer_of(listed, scope, name=name, period=period, language=language).report()


def composer_of(
    listed: Iterable[ListLines],
    scope: Scope = WHOLE_COMPANY,
    *,
    name: str = "",
    period: str = "2026-11",
    language: Language = "en",
) -> Composer:
    """Who puts the lines into words."""
    words = LabelWords(language, language)
    numbers = Numbers(words.language, "EUR" if language == "en" else "CNY")
    asked = Asked(scope, name, period)
    return Composer(Lines(lines_frame(listed)), asked, MADE, words, numbers)


# What a reader finds in the files.


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(page: bytes) -> _Texts:
    texts = _Texts()
    texts.feed(page.decode())
    return texts


def shown_in_html(page: bytes) -> str:
    return "\n".join(parsed(page).texts)


def parts(deck: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of a deck, and those of the workbooks behind its charts."""
    with zipfile.ZipFile(io.BytesIO(deck)) as packed:
        for name in packed.namelist():
            content = packed.read(name)
            yield name, content
            if name.endswith(".xlsx"):
                yield from ((f"{name}/{inner}", part) for inner, part in parts(content))


def shown_in_slides(deck: bytes) -> str:
    texts = [
        html.unescape(text)
        for name, content in parts(deck)
        if name.endswith(".xml")
        for text in re.findall(r"<(?:a:t|t|c:v)[^>]*>([^<]*)<", content.decode())
    ]
    return "\n".join(texts)


def shown_in_pdf(content: bytes, folder: Path) -> str:
    """The words of a PDF, as another program reads them; blank where there is none."""
    if not shutil.which("pdftotext"):
        return ""
    path = folder / "read.pdf"
    path.write_bytes(content)
    done = subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, text=True
    )
    return done.stdout
