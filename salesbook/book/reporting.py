"""What becomes of a request for reports? Whose they are is found, each is made, and files are written.

A report says what stands in the workbook: the lines that its pages show, made by the newest run. A
workbook that has none yet, since it is older or was never calculated, gets them made of its tables as
they stand; nothing is written into it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, NamedTuple

import pandas as pd

from salesbook import __version__
from salesbook.actions import ACTIONS
from salesbook.book.page_lines import PAGE_LINES, changes_pages, lines_now
from salesbook.book.report_files import LONGEST_NAME, Format, place_of, safe_name, save
from salesbook.book.report_words import LabelWords
from salesbook.book.run_log import newest_day
from salesbook.book.session import Session
from salesbook.domain.arithmetic.calendar import month_of, months_in, year_of_month
from salesbook.errors import UsageError
from salesbook.hosts.package import open_package
from salesbook.labels import Language
from salesbook.messages import Message, some_of
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known
from salesbook.pages.lines.context import WHOLE_COMPANY, Scope
from salesbook.reports.compose import Asked, Composer, Made
from salesbook.reports.contents import REP_PAGE
from salesbook.reports.description import Report
from salesbook.reports.lines import EVERY_PAGE, Lines
from salesbook.reports.numbers import Numbers
from salesbook.reports.statement import PaidLines
from salesbook.store import Host

ScopeKind = Literal["company", "team", "rep"]


_MOST_NAMED: Final = 5
"""Names that a refusal lists, of whom one may be meant."""


@dataclass(frozen=True)
class ReportRequest:
    """What is asked for."""

    kind: ScopeKind = "company"
    who: str | None = None
    period: str | None = None
    form: Format = "html"
    out: Path | None = None
    """A file; a folder where one report per rep is asked for."""
    by_rep: bool = False
    language: Language | None = None
    """Missing: the workbook's."""


class Whose(NamedTuple):
    """Whose report it is, and what people call them."""

    scope: Scope
    name: str
    """Blank for the company."""


@dataclass(frozen=True)
class Written:
    """One report that was made."""

    whose: Whose
    content: bytes
    path: Path | None = None
    """Missing for a text that goes nowhere but to whoever asked."""


@dataclass(frozen=True)
class Reports:
    """What became of a request."""

    language: Language
    form: Format
    period: str
    period_name: str
    """As people call it."""
    as_of: dt.date
    written: Sequence[Written]
    notes: tuple[Message, ...] = ()


def report_on_file(book: Path, request: ReportRequest) -> Reports:
    """Make reports of a workbook file, which is only read.

    Raises: SalesbookError of any kind; then no file was written.
    """
    with open_package(book, for_writing=False) as host:
        return reports_of(host, book, request)


def reports_of(host: Host, book: Path, request: ReportRequest) -> Reports:
    """Make reports of a workbook.

    Args:
        book: where it lies; reports without a place of their own go beside it.

    Raises: UsageError for whom or what nobody knows; CannotWrite where something has the name.
    """
    make = maker_of(request.form)
    place = place_of(request.form, request.out, book, is_folder=request.by_rep)
    desk = _Desk(Session(host), book, request)
    period = desk.period()

    contents: list[bytes] = []
    without_glyph: set[str] = set()
    everybody = desk.everybody()
    for whose in everybody:
        content, missing = make(desk.report(whose, period))
        contents.append(content)
        without_glyph.update(missing)

    names = [desk.file_name(whose, period) for whose in told_apart(everybody)]
    paths = save(place, list(zip(names, contents, strict=True)))
    notes: tuple[Message, ...] = ()
    if without_glyph:
        notes = (Message("report.no-glyph", {"characters": " ".join(sorted(without_glyph))}),)
    return Reports(
        language=desk.language,
        form=request.form,
        period=period,
        period_name=desk.words.period(period),
        as_of=desk.as_of,
        written=[
            Written(whose, content, path)
            for whose, content, path in zip(everybody, contents, paths, strict=True)
        ],
        notes=notes,
    )


def told_apart(everybody: Sequence[Whose]) -> list[Whose]:
    """Whose files they are, with the id behind each name that as a file's is another's, or nobody's.

    `x/y` and `x:y` are two people and one name of a file: a number would not tell whose it is.
    """
    names = [safe_name(whose.name).casefold() for whose in everybody]
    sizes = Counter(names)
    return [
        whose
        if whose.scope.kind != "rep" or (name and sizes[name] == 1)
        else whose._replace(name=f"{whose.name} ({whose.scope.key})".strip())
        for whose, name in zip(everybody, names, strict=True)
    ]


class Described(NamedTuple):
    """One report before it has a shape."""

    report: Report
    language: Language
    composer: Composer
    """Who puts further lists of the same scope into words."""


def report_described(
    book: Path,
    who: str | None,
    kinds: Sequence[ScopeKind],
    language: Language | None,
    *,
    of_year: bool = False,
) -> Described:
    """Describe the report of the running month, or year, for somebody, or for the company.

    Args:
        who: a rep or a team, whichever of `kinds` knows the name first. Missing: the company; where
            only reps are asked for, who needs help most.

    Raises: SalesbookError; UsageError for somebody whom nobody knows.
    """
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        if who is None and kinds == ("rep",):
            desk = _Desk(session, book, ReportRequest("rep", language=language))
            return desk.described(desk.first_rep(), of_year=of_year)
        if who is None:
            desk = _Desk(session, book, ReportRequest(language=language))
            return desk.described(Whose(WHOLE_COMPANY, ""), of_year=of_year)
        refusals: list[UsageError] = []
        for kind in kinds:
            desk = _Desk(session, book, ReportRequest(kind, who, language=language))
            try:
                (whose,) = desk.everybody()
            except UsageError as refusal:
                refusals.append(refusal)
                continue
            return desk.described(whose, of_year=of_year)
        raise refusals[0]


Maker = Callable[[Report], tuple[bytes, str]]
"""Makes the bytes of a report, and says which characters it could not show."""


def maker_of(form: Format) -> Maker:
    """Who makes reports of one form. Raises: UsageError where its libraries are not installed."""
    if form == "html":
        from salesbook.reports.html import html_of

        return lambda report: (html_of(report), "")
    if form == "text":
        from salesbook.reports.text import text_of

        return lambda report: (text_of(report), "")
    try:
        if form == "pdf":
            from salesbook.reports.pdf import pdf_of

            return pdf_of
        from salesbook.reports.slides import slides_of
    except ImportError as missing:
        raise UsageError("report-extra", where=f"--{form}", found=missing.name) from missing
    return lambda report: (slides_of(report), "")


@dataclass(frozen=True)
class _Standing:
    """The lines that stand, and of which run they are."""

    lines: Lines
    as_of: dt.date
    at: dt.datetime | None
    version: str


class _Desk:
    """One workbook, read for reports."""

    def __init__(self, session: Session, book: Path, request: ReportRequest) -> None:
        self.session = session
        self.book = book
        self.request = request
        self.standing = _standing_lines(session)
        self.language: Language = request.language or session.language
        self.words = LabelWords(self.language, session.language)
        self.numbers = Numbers(self.words.language, session.currency)

    @property
    def lines(self) -> Lines:
        """The lines of the workbook's pages."""
        return self.standing.lines

    @property
    def as_of(self) -> dt.date:
        """The day that the lines are of."""
        return self.standing.as_of

    def described(self, whose: Whose, *, of_year: bool) -> Described:
        """Describe the report of the running month or fiscal year, and who can say more."""
        period = self.period()
        if of_year:
            start_month = self.session.policy.rules.fiscal_year_start
            period = year_of_month(month_of(self.as_of), start_month)
        composer = self._composer(whose, period)
        return Described(composer.report(), self.language, composer)

    def report(self, whose: Whose, period: str) -> Report:
        """Describe one report."""
        return self._composer(whose, period).report()

    def _composer(self, whose: Whose, period: str) -> Composer:
        standing = self.standing
        made = Made(
            as_of=standing.as_of,
            at=standing.at,
            book=self.book.name,
            version=standing.version,
            first_month=self.session.policy.rules.fiscal_year_start,
        )
        name = whose.name
        if whose.scope.kind == "team":
            name = self.words.say("team", name=name)
        asked = Asked(whose.scope, name, period)
        lines = self.lines
        if whose.scope.kind == "rep":
            months = months_in(period, made.first_month)
            paid = self.paid_lines.lists(whose.scope.key, months, period)
            lines = lines.beside(REP_PAGE, whose.scope, paid, period)
        return Composer(lines, asked, made, self.words, self.numbers)

    @cached_property
    def paid_lines(self) -> PaidLines:
        """What reps are paid by, line by line: too much for any page, and what a rep asks for."""
        return PaidLines(self.session.frame("Commission"))

    def file_name(self, whose: Whose, period: str) -> str:
        """What the file of a report is called, without its ending."""
        # What tells a report from the next one is its period: a long name leaves room for it.
        room = LONGEST_NAME - len(period) - 1
        if self.request.by_rep:
            # In a folder of its own the rep's name comes first; two of one name have their ids in it.
            return self.words.say("file", book=_shortened(whose.name, room), who=period)
        who = _shortened(whose.name or self.words.say("company"), room)
        book = _shortened(self.book.stem, max(room - len(who) - 1, 0))
        return self.words.say("file", book=book, who=f"{who} {period}").strip()

    # Of which period?

    def period(self) -> str:
        """The period asked for, else the running month. Raises: UsageError."""
        asked = self.request.period
        if asked is None:
            return month_of(self.as_of)
        known = self.lines.periods(WHOLE_COMPANY)
        by_name = {fold_name(period): period for period in known}
        by_name |= {fold_name(period.removeprefix("FY")): period for period in known}
        by_name |= {fold_name(self.words.period(period)): period for period in known}
        for choice in self.lines.of(EVERY_PAGE, "periods", WHOLE_COMPANY):
            by_name.setdefault(fold_name(self.words.sentence(choice["says"])), choice["word"])
        if fold_name(asked) not in by_name:
            raise UsageError(
                "report-no-period",
                where="--period",
                found=asked,
                first=known[0] if known else None,
                last=known[-1] if known else None,
            )
        return by_name[fold_name(asked)]

    # Whose?

    def everybody(self) -> list[Whose]:
        """Whose reports are asked for: one, or each rep of the company or of a team.

        Raises: UsageError.
        """
        request = self.request
        if request.kind == "company" and request.who is not None:
            raise UsageError("report-who-of-company", where="--who", found=request.who)
        is_one_rep = request.kind == "rep" and request.who is not None
        if request.by_rep:
            if is_one_rep:
                raise UsageError("report-split-one", where="--split-by")
            return self._reps()
        if request.kind == "company":
            return [Whose(WHOLE_COMPANY, "")]
        if request.who is None:
            raise UsageError("report-whose", where="--who")
        return [self._found(request.who)]

    def first_rep(self) -> Whose:
        """The rep who needs help most, else the first by name. Raises: UsageError without reps."""
        reps = self._reps()
        if not reps:
            raise UsageError("no-reps-on-pages", where=str(self.book))
        helped = [line.get("row_key") for line in self.lines.of("Dashboard", "help", WHOLE_COMPANY)]
        by_id = {rep.scope.key: rep for rep in reps}
        return next((by_id[rep] for rep in helped if rep in by_id), reps[0])

    def _reps(self) -> list[Whose]:
        lines = self.lines.of(EVERY_PAGE, "reps", WHOLE_COMPANY)
        if self.request.kind == "team":
            if self.request.who is None:
                raise UsageError("report-whose", where="--who")
            team = self._found(self.request.who).scope.key
            lines = [line for line in lines if line.get("team") == team]
        return [
            Whose(Scope("rep", line["word"]), line["subject"]) for line in lines if line.get("word")
        ]

    def _found(self, who: str) -> Whose:
        """The team or rep of that name or id. Raises: UsageError."""
        kind = self.request.kind
        lines = [
            line
            for line in self.lines.of(EVERY_PAGE, f"{kind}s", WHOLE_COMPANY)
            if line.get("word")
        ]
        if not lines:
            raise UsageError("report-nobody", where="--who", found=who)
        wanted = fold_name(who)
        for line in lines:
            # An id, or the name as a selector shows it, means just one.
            if wanted in (fold_name(line["word"]), fold_name(line["subject"])):
                return Whose(Scope(kind, line["word"]), line["subject"])

        shared = [line for line in lines if wanted == fold_name(_plain_name(line))]
        if shared:
            names = tuple(line["subject"] for line in shared)
            raise UsageError("report-who-shared", where="--who", found=who, names=names)
        # A first name alone is like none of the whole names, and yet tells who may be meant.
        known = {part: line["subject"] for line in lines for part in line["subject"].split()}
        known |= {line["subject"]: line["subject"] for line in lines}
        nearest = tuple(nearest_known(who, known))
        raise UsageError(
            "report-no-team" if kind == "team" else "report-no-rep",
            where="--who",
            found=who,
            nearest=nearest,
            names=some_of(sorted({line["subject"] for line in lines}), _MOST_NAMED),
        )


def _shortened(name: str, most: int) -> str:
    """As much of a name as there is room for; an id behind it, which tells two apart, stays."""
    if len(name) <= most:
        return name
    head, bracket, key = name.rpartition(" (")
    has_key = bool(bracket) and key.endswith(")") and len(key) < most // 2
    tail = f"{bracket}{key}" if has_key else ""
    return f"{(head if has_key else name)[: most - len(tail)].rstrip()}{tail}"


def _plain_name(line: Mapping[str, str]) -> str:
    """A rep's name without the id that tells it from another's: "Wang Wei (R07)" is "Wang Wei"."""
    return line["subject"].removesuffix(f" ({line['word']})")


def _standing_lines(session: Session) -> _Standing:
    """The lines that stand in the workbook; made of its tables where there are none."""
    log = session.frame("RunLog")
    as_of = newest_day(log)
    at, version = _newest_run(log)
    frame = session.frame(PAGE_LINES) if as_of is not None else None
    if frame is None or frame.empty:
        as_of = as_of or dt.date.today()
        frame = lines_now(session, as_of)
    return _Standing(Lines(frame), as_of or dt.date.today(), at, version)


def _newest_run(log: pd.DataFrame) -> tuple[dt.datetime | None, str]:
    """When the pages were calculated last, and with which version."""
    makes_pages = [name for name, action in ACTIONS.items() if changes_pages(action.writes)]
    runs = log[log["action"].isin(makes_pages)].sort_values("at")
    if runs.empty:
        return None, __version__
    newest = runs.iloc[-1]
    return newest["at"].to_pydatetime(), str(newest["version"])
