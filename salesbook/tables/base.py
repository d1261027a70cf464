"""What is a table? A pydantic model per row, read into specs that every other room uses."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, BeforeValidator, ConfigDict

from salesbook.labels import known_names
from salesbook.tables.ages import FIRST_RELEASE, has_since
from salesbook.tables.lists import list_items, list_text


class Kind(StrEnum):
    """What a field's cells may hold; decides parser, dtype, number format and dropdown."""

    ID = "id"
    """Key text: never a number, `00123` stays as typed."""
    TEXT = "text"
    MONEY = "money"
    """Decimals in cells and JSON, int64 minor units in frames."""
    MEASURE = "measure"
    """An amount in the unit of the row's `metric`: money for `revenue`, else a whole count."""
    NUMBER = "number"
    RATE = "rate"
    """A share; 0.25 in cells shown as 25 %."""
    COUNT = "count"
    DAYS = "days"
    DATE = "date"
    DATETIME = "datetime"
    PERIOD = "period"
    """`2026-07`, `FY2026-Q3` or `FY2026`."""
    CHOICE = "choice"
    TABLE = "table"
    """A table's code; its sheet's name in cells."""
    FIELD = "field"
    """A field of the table that the row's `table` names; its header in cells."""
    FLAG = "flag"
    LIST = "list"
    """Several names in one cell; text in frames, joined and taken apart by `tables.lists` alone."""
    LEFT = "left"
    """Tables, each with a fingerprint of what a run left in it: `Deals=0a1b Funnel=2c3d` in frames,
    in cells the sheets' names."""
    MESSAGE = "message"
    """A `messages.Message` in frames, a sentence in cells, code and params in JSON."""


MONEY_KINDS: Final = (Kind.MONEY, Kind.MEASURE)
"""Kinds that hold amounts of money; of a measure see `is_of_money`."""
MONEY_METRIC: Final = "revenue"


def is_of_money(metric: object) -> bool:
    """Whether measures of a metric are money and not a count; a row that names none is of revenue."""
    return not isinstance(metric, str) or metric == MONEY_METRIC


class Part(StrEnum):
    """The part of sales management a table belongs to; decides the colour of its tab."""

    SETTINGS = "settings"
    TARGETS = "targets"
    PEOPLE = "people"
    CUSTOMERS = "customers"
    PROCESS = "process"
    SYSTEM = "system"


class Switch(StrEnum):
    """A part of the work that not every team does: its sheets are shown by one switch on Start."""

    TARGETS = "targets"
    PEOPLE = "people"
    HIRING = "hiring"
    TRAINING = "training"
    CUSTOMERS = "customers"
    PROCESS = "process"
    HISTORIES = "histories"


_SWITCHES: Final[Mapping[Part, Switch]] = {
    Part.TARGETS: Switch.TARGETS,
    Part.PEOPLE: Switch.PEOPLE,
    Part.CUSTOMERS: Switch.CUSTOMERS,
    Part.PROCESS: Switch.PROCESS,
    Part.SYSTEM: Switch.HISTORIES,
}
"""The switch of a table that names no other; settings have none."""


class Role(StrEnum):
    """Who fills a table."""

    SETTING = "setting"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Is:
    """Marks a field's annotation with its kind and, for a reference, the table it points to."""

    kind: Kind
    ref: str | None = None
    choices: tuple[str, ...] = ()
    """Codes of a choice that no Literal spells out.

    On an ID they are names that salesbook knows and calls by their labels; others stay as typed. On
    a list likewise for each of its items.
    """
    fields_of: str | None = None
    """On a list: the table whose fields its items name."""
    detailed: bool = False
    """On an ID of known names: a detail may follow behind a colon, as in `spiff:Launch`."""


@dataclass(frozen=True, slots=True)
class Since:
    """Marks a field's annotation with the release that brought it, later than its table's own."""

    release: str


@dataclass(frozen=True, slots=True)
class NameOf:
    """Marks a text as the name of what another field of the row refers to.

    Names are looked up at each write by `writing.row_names`; verbs neither see nor give them, and
    nothing that compares one run with another counts them.
    """

    field: str


class DayKind(StrEnum):
    """What a date tells of its row, seen from an earlier day."""

    BEGINS = "begins"
    """The row is there from that day on; on a period, from its first day on."""
    HAPPENS = "happens"
    """Something happened to the row on that day, and had not before."""
    PLANNED = "planned"
    """Somebody expects or wants something on that day: it may lie ahead."""
    RECORDED = "recorded"
    """When something was put on record or decided: the row stays, whatever day is asked for."""


@dataclass(frozen=True, slots=True)
class Day:
    """Marks a date's annotation with what it tells; see `domain.past`, which goes by it."""

    kind: DayKind
    blanks: tuple[str, ...] = ()
    """Fields that nobody could have filled before that day."""
    was: str = ""
    """What the field `status` said before that day."""
    ends: tuple[str, ...] = ()
    """What `status` says since that day; any other word does not hang on it."""


@dataclass(frozen=True, slots=True)
class Named:
    """Marks a reference that is made when the row it names begins: blank before that day."""

    was: str = ""
    """What the field `status` said before that day."""
    ends: tuple[str, ...] = ()
    """What `status` says since that day."""


@dataclass(frozen=True, slots=True)
class Yours:
    """Marks a field of a table of ours that people fill.

    It is read as an input's fields are, stays with its row's key, and is never written by us.
    """


@dataclass(frozen=True, slots=True)
class StageIn:
    """Marks a row's present stage with the table that knows its earlier ones."""

    history: str


BEGINS: Final = Day(DayKind.BEGINS)
PLANNED: Final = Day(DayKind.PLANNED)
RECORDED: Final = Day(DayKind.RECORDED)
YOURS: Final = Yours()


def happens(*blanks: str, was: str = "", ends: tuple[str, ...] = ()) -> Day:
    """Mark a day on which something happened to the row, and what hangs on it."""
    return Day(DayKind.HAPPENS, blanks, was, ends)


_Mark = TypeVar("_Mark")


def _items(value: object) -> object:
    return list_items(value) if isinstance(value, str) else value


Id = Annotated[str, Is(Kind.ID)]
Text = Annotated[str, Is(Kind.TEXT)]
Money = Annotated[int, Is(Kind.MONEY)]
Price = Annotated[int, Is(Kind.MONEY), Ge(0)]
Measure = Annotated[int, Is(Kind.MEASURE), Ge(0)]
Balance = Annotated[int, Is(Kind.MEASURE)]
"""A measure that may be negative, as a gap may."""
Number = Annotated[float, Is(Kind.NUMBER)]
Amount = Annotated[float, Is(Kind.NUMBER), Ge(0)]
Ratio = Annotated[float, Is(Kind.RATE)]
Share = Annotated[float, Is(Kind.RATE), Ge(0), Le(1)]
Count = Annotated[int, Is(Kind.COUNT), Ge(0)]
Year = Annotated[int, Is(Kind.COUNT), Ge(1990), Le(2200)]
Month = Annotated[int, Is(Kind.COUNT), Ge(1), Le(12)]
Position = Annotated[int, Is(Kind.COUNT), Ge(1)]
Days = Annotated[float, Is(Kind.DAYS), Ge(0)]
Date = Annotated[dt.date, Is(Kind.DATE)]
DateTime = Annotated[dt.datetime, Is(Kind.DATETIME)]
Period = Annotated[str, Is(Kind.PERIOD)]
Flag = Annotated[bool, Is(Kind.FLAG)]
Sentence = Annotated[object, Is(Kind.MESSAGE)]

TableName = Annotated[str, Is(Kind.TABLE)]
FieldName = Annotated[str, Is(Kind.FIELD)]
METRICS = known_names("metrics")
"""Metrics that an appraisal can measure: the words are the list, `team.metric_values` the rules."""
MetricName = Annotated[str, Is(Kind.ID, choices=METRICS)]
SCOPES = known_names("scopes")
"""Words that stand for a scope or slice that nobody has named himself."""
REPEATS = known_names("repeats")
"""Words that stand for all customers, among numbers of repeat purchases."""
KIND_OF_SCOPE: Final[Mapping[str, str]] = {
    "company": "company",
    "all": "all",
    "no-team": "team",
    "main": "pipeline",
}
"""Of which kind such a scope is: a team or source that somebody calls "All" is not all."""
ScopeRef = Annotated[str, Is(Kind.ID, choices=SCOPES)]
PipelineName = Annotated[str, Is(Kind.ID, choices=known_names("pipelines"))]
PayRule = Annotated[str, Is(Kind.ID, choices=known_names("rules"), detailed=True)]
FindingCode = Annotated[str, Is(Kind.ID, choices=known_names("findings"))]
ActionName = Annotated[str, Is(Kind.ID, choices=known_names("actions"))]
LeftInTables = Annotated[str, Is(Kind.LEFT)]
Names = Annotated[tuple[str, ...], BeforeValidator(_items), Is(Kind.LIST)]
MetricNames = Annotated[str, Is(Kind.LIST, choices=METRICS)]
ALERTS = known_names("alerts")
"""Kinds of alert: whoever writes one names it in the words, see `domain.alerts`."""
AlertName = Annotated[str, Is(Kind.ID, choices=ALERTS)]

DealFields = Annotated[tuple[str, ...], BeforeValidator(_items), Is(Kind.LIST, fields_of="Deals")]

CustomerFields = Annotated[
    tuple[str, ...], BeforeValidator(_items), Is(Kind.LIST, fields_of="Customers")
]

CustomerRef = Annotated[str, Is(Kind.ID, ref="Customers")]
RepRef = Annotated[str, Is(Kind.ID, ref="Reps")]
DealRef = Annotated[str, Is(Kind.ID, ref="Deals")]
OrderRef = Annotated[str, Is(Kind.ID, ref="Orders")]
ProductRef = Annotated[str, Is(Kind.ID, ref="Products")]
StageRef = Annotated[str, Is(Kind.ID, ref="Stages")]
OpeningRef = Annotated[str, Is(Kind.ID, ref="Openings")]
CandidateRef = Annotated[str, Is(Kind.ID, ref="Candidates")]
LeadRef = Annotated[str, Is(Kind.ID, ref="Leads")]
GoalRef = Annotated[str, Is(Kind.ID, ref="Goals")]
CourseRef = Annotated[str, Is(Kind.ID, ref="Courses")]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a table as the rest of the code sees it."""

    name: str
    kind: Kind
    required: bool
    key: bool = False
    choices: tuple[str, ...] = ()
    ref: str | None = None
    fields_of: str | None = None
    """For a list: the table whose fields its items name."""
    detailed: bool = False
    """For known names: a detail may follow behind a colon."""
    minimum: float | None = None
    maximum: float | None = None
    default: object = None
    """What a blank key field means (`line_no` 1, `pipeline` main); None elsewhere."""
    since: str = FIRST_RELEASE
    """The release that brought it."""
    day: Day | None = None
    """For a date: what it tells of its row. Settings say nothing here: they are today's."""
    named: Named | None = None
    """For a reference that is made when the row it names begins."""
    stage_in: StageIn | None = None
    """For a row's present stage: which table knows the earlier ones."""
    name_of: str = ""
    """For a name that is looked up at each write: the field that refers to what it names."""
    yours: bool = False
    """True for a field of a table of ours that people fill."""


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its fields in sheet order and what it is for."""

    name: str
    role: Role
    part: Part
    fields: tuple[FieldSpec, ...]
    row: type[Row]
    switch: Switch | None
    """The switch on Start that shows its sheet; None where everybody needs it from the beginning, and
    where nobody does."""
    since: str = FIRST_RELEASE
    """The release that brought it."""
    is_record: bool = False
    """True for an output that later runs read: what stands there is not calculated anew."""
    dated_by: str = ""
    """For an output that only grows: the field by whose days its rows are old or new."""
    takes_files: bool = False
    """True for a record that another system may have kept as well, so that files of it come in."""
    newest_first: bool = False
    """True for results that are read from the period that runs now, see `book.row_order`."""
    is_technical: bool = False
    """True for what only other sheets look at: its own stays out of sight."""

    @property
    def shown(self) -> bool:
        """True where the sheet is visible in a fresh workbook."""
        return self.switch is None and not self.is_technical

    occasion: str = ""
    """For an output with fields that people fill: the date that says which occasion they speak of.

    The same customer is due again and again; what was typed of one call is not true of the next.
    """

    @property
    def takes_imports(self) -> bool:
        """Whether a file may be imported into it: what people type into, settings included."""
        return self.role is not Role.OUTPUT or self.takes_files

    def is_typed(self, field: FieldSpec) -> bool:
        """Whether people type into the field: into all but those that we fill ourselves."""
        return self.role is not Role.OUTPUT or field.yours

    @property
    def is_made_anew(self) -> bool:
        """Whether every run writes what it calculates, whatever stood there."""
        return self.role is Role.OUTPUT and not self.is_record

    @property
    def yours(self) -> tuple[str, ...]:
        """Names of the fields of a table of ours that people fill."""
        return tuple(spec.name for spec in self.fields if spec.yours)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key fields, in order."""
        return tuple(spec.name for spec in self.fields if spec.key)

    def field(self, name: str) -> FieldSpec:
        """The field of that name; KeyError where there is none."""
        return next(spec for spec in self.fields if spec.name == name)

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of all fields, in sheet order."""
        return tuple(spec.name for spec in self.fields)

    @property
    def name_fields(self) -> tuple[str, ...]:
        """Names of the fields that only say by name what another field says by key."""
        return tuple(spec.name for spec in self.fields if spec.name_of)

    def fields_in(self, made_with: str) -> tuple[str, ...]:
        """Names of the fields that a workbook of some age has, in sheet order.

        Args:
            made_with: the version that the workbook records; blank for one that records none.
        """
        return tuple(spec.name for spec in self.fields if has_since(made_with, spec.since))


class Row(BaseModel):
    """A row of a table; the class docstring says one row per what.

    Subclasses name their table in the class line:
    `class Deal(Row, table="Deals", key=("deal_id",), role=..., part=...)`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    spec: ClassVar[TableSpec]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the class line's words, which pydantic passes here before it knows the fields."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # noqa: PLR0913 - each is a word of the class line
        cls,
        *,
        table: str = "",
        key: tuple[str, ...] = (),
        role: Role = Role.INPUT,
        part: Part = Part.SYSTEM,
        shown: bool = False,
        switch: Switch | None = None,
        since: str = FIRST_RELEASE,
        is_record: bool = False,
        dated_by: str = "",
        takes_files: bool = False,
        newest_first: bool = False,
        is_technical: bool = False,
        occasion: str = "",
        **kwargs: Any,
    ) -> None:
        super().__pydantic_init_subclass__()
        if not table:
            return
        fields = tuple(_field_spec(name, cls, name in key, since) for name in cls.model_fields)
        by_switch = None if shown or is_technical else switch or _SWITCHES[part]
        cls.spec = TableSpec(
            name=table,
            role=role,
            part=part,
            fields=fields,
            row=cls,
            switch=by_switch,
            since=since,
            is_record=is_record,
            dated_by=dated_by,
            takes_files=takes_files,
            newest_first=newest_first,
            is_technical=is_technical,
            occasion=occasion,
        )

    def filled_fields(self) -> dict[str, Any]:
        """What the row says, field by field, as frames hold it; what is blank is left out."""
        filled: dict[str, Any] = {}
        for name, value in self.model_dump().items():
            plain = list_text(value) if isinstance(value, tuple) else value
            if plain is not None and plain != "":
                filled[name] = plain
        return filled


def _field_spec(name: str, row: type[Row], is_key: bool, table_since: str) -> FieldSpec:
    """What a field's annotation and default say of it; it came with its table unless marked.

    Raises: TypeError where the annotation names neither a kind nor choices.
    """
    info = row.model_fields[name]
    plain_type, metadata = _unwrapped(info.annotation, list(info.metadata))
    mark = _kind_mark(name, plain_type, metadata)

    is_required = info.is_required()
    has_default = not is_required and info.default != ()
    lows = [float(bound.ge) for bound in metadata if isinstance(bound, Ge)]  # type: ignore[arg-type]
    releases = [mark.release for mark in metadata if isinstance(mark, Since)]
    named_field = _mark(NameOf, metadata)
    highs = [float(bound.le) for bound in metadata if isinstance(bound, Le)]  # type: ignore[arg-type]
    return FieldSpec(
        name=name,
        kind=mark.kind,
        required=is_required,
        key=is_key,
        choices=mark.choices,
        ref=mark.ref,
        fields_of=mark.fields_of,
        detailed=mark.detailed,
        minimum=max(lows, default=None),
        maximum=min(highs, default=None),
        default=info.default if has_default else None,
        since=next(iter(releases), table_since),
        day=_mark(Day, metadata),
        named=_mark(Named, metadata),
        stage_in=_mark(StageIn, metadata),
        name_of=named_field.field if named_field else "",
        yours=_mark(Yours, metadata) is not None,
    )


def _mark(kind: type[_Mark], metadata: list[Any]) -> _Mark | None:
    """The first mark of that kind; None where the annotation bears none."""
    return next((mark for mark in metadata if isinstance(mark, kind)), None)


def _unwrapped(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """The type inside `X | None` and Annotated, with all that Annotated says of it."""
    while True:
        origin = get_origin(annotation)
        if origin in (Union, types.UnionType):
            annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
        elif origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = [*metadata, *more]
        else:
            return annotation, metadata


def _kind_mark(name: str, plain_type: Any, metadata: list[Any]) -> Is:
    """The field's kind, with the choices that a Literal spells out."""
    marks = [mark for mark in metadata if isinstance(mark, Is)]
    spelled_out = get_args(plain_type) if get_origin(plain_type) is Literal else ()
    if marks:
        return replace(marks[0], choices=spelled_out or marks[0].choices)
    if spelled_out:
        return Is(Kind.CHOICE, choices=spelled_out)
    raise TypeError(f"field {name} has no kind")


def by_name(*rows: type[Row]) -> Mapping[str, TableSpec]:
    """Tables by name, in the order given."""
    return {row.spec.name: row.spec for row in rows}
