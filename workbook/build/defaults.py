"""What do the settings say in a fresh workbook? Values for a team that has set nothing yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from salesbook import __version__, labels
from salesbook.labels import Language
from salesbook.policy import default_setting
from salesbook.tables import TABLES
from salesbook.tables.settings import Rules
from salesbook.writing.values import label_names
from workbook.build.canvas import CellValue
from workbook.build.names import setting_choices
from workbook.build.table_block import Rows

_RULES: Final[Mapping[Language, Mapping[str, object]]] = {
    "en": {"number_style": "thousands"},
    "zh-CN": {
        "currency": "CNY",
        "language": "zh-CN",
        "number_style": "wan",
        "calendar": "CN",
        "touch_minutes": "电话 15、邮件 10、微信/短信 5、拜访 90",
    },
}
_PLAN_FROM: Final = dt.date(2020, 1, 1)

_STAGES: Final = (
    ("lead", {"rank": 1, "win_rate": 0.1, "limit_days": 14}),
    ("qualified", {"rank": 2, "win_rate": 0.25, "limit_days": 21, "needs": "amount"}),
    ("proposal", {"rank": 3, "win_rate": 0.45, "limit_days": 30, "needs": "amount, expected_on"}),
    (
        "negotiation",
        {"rank": 4, "win_rate": 0.7, "limit_days": 21, "needs": "amount, expected_on, next_step"},
    ),
    ("won", {"rank": 5, "kind": "won", "win_rate": 1.0, "needs": "amount"}),
    ("lost", {"rank": 6, "kind": "lost", "win_rate": 0.0}),
)
_CATEGORIES: Final = {
    "lead": "omitted",
    "qualified": "pipeline",
    "proposal": "best_case",
    "negotiation": "commit",
}
_METRICS: Final = (
    ("attainment", {"weight": 50, "goal": 1}),
    ("win_rate", {"weight": 15}),
    ("activity", {"weight": 15}),
    ("satisfaction", {"weight": 10, "goal": 9, "scale": 10}),
    ("attitude", {"weight": 10, "goal": 4, "scale": 5}),
)
_GRADES: Final = (("A", 100), ("B", 85), ("C", 70), ("D", 0))
_LEVELS: Final = (("junior", 1, None, None), ("senior", 2, 80, 12), ("expert", 3, 95, 24))
_TIERS: Final = (
    ("A", 0.8, 30, "visit", 90),
    ("B", 0.95, 60, "phone", 180),
    ("C", 1.0, 90, "email", None),
)
_BRACKETS: Final = ((0.0, 0.06), (1.0, 0.08), (1.25, 0.10), (1.5, 0.12))
_AWARDS: Final = (
    ("best-seller", "month"),
    ("best-seller", "quarter"),
    ("best-newcomer", "month"),
    ("most-new-customers", "month"),
    ("ahead-of-luck", "quarter"),
)
_RAMP: Final = (0.25, 0.5, 0.75, 1.0)


def default_rows(table: str, language: Language) -> Rows:
    """A settings table's rows as cells in the words of the language; none where a team must know."""
    names = [field.name for field in TABLES[table].fields]
    rows = _MAKERS.get(table, _none)(language)
    return [[_cell(table, name, row.get(name), language) for name in names] for row in rows]


def _cell(table: str, name: str, value: Any, language: Language) -> CellValue:
    """A value as people read it: what has a label, a choice or a column, is called by it."""
    field = TABLES[table].field(name)
    has_labels = field.choices or field.fields_of
    if has_labels and value is not None:
        return label_names(f"{table}.{name}", field, str(value), language)
    return value  # type: ignore[no-any-return]


def _none(_: Language) -> list[dict[str, Any]]:
    return []


def _policy(language: Language) -> list[dict[str, Any]]:
    of_language = {**_RULES[language], "made_with": __version__}
    return [
        {
            "key": key,
            "value": _shown(key, of_language.get(key, default_setting(key)), language),
            "note": labels.setting_note(key, language),
        }
        for key in Rules.model_fields
    ]


def _shown(key: str, value: object, language: Language) -> CellValue:
    if setting_choices(key):
        return labels.choice(f"Policy.{key}", str(value), language)
    if key == "weekend":
        return labels.word("book", "weekend", language)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value or None if isinstance(value, str) else value  # type: ignore[return-value]


def _stages(language: Language) -> list[dict[str, Any]]:
    return [
        {
            "pipeline": "main",
            "stage": stage_name(code, language),
            "kind": "open",
            "category": _CATEGORIES.get(code),
            **facts,
        }
        for code, facts in _STAGES
    ]


def stage_name(code: str, language: Language) -> str:
    """What a standard stage is called."""
    return labels.word("book", f"stages.{code}", language)


def _metrics(_: Language) -> list[dict[str, Any]]:
    return [{"metric": metric, "better": "higher", **facts} for metric, facts in _METRICS]


def _grades(_: Language) -> list[dict[str, Any]]:
    return [{"grade": grade, "from_score": score} for grade, score in _GRADES]


def _levels(language: Language) -> list[dict[str, Any]]:
    return [
        {
            "level": labels.word("book", f"levels.{code}", language),
            "rank": rank,
            "needs_score": score,
            "needs_months": months,
        }
        for code, rank, score, months in _LEVELS
    ]


def _tier_rules(_: Language) -> list[dict[str, Any]]:
    names = ("tier", "up_to_share", "touch_days", "channel", "survey_days")
    return [dict(zip(names, row, strict=True)) for row in _TIERS]


def _brackets(language: Language) -> list[dict[str, Any]]:
    plan = labels.word("book", "standard_plan", language)
    return [
        {
            "plan": plan,
            "valid_from": _PLAN_FROM,
            "from_rate": start,
            "pay_rate": pay,
            "kind": "marginal",
        }
        for start, pay in _BRACKETS
    ]


def _award_rules(_: Language) -> list[dict[str, Any]]:
    return [
        {"award": award, "period_kind": kind, "valid_from": _PLAN_FROM, "kind": "praise"}
        for award, kind in _AWARDS
    ]


def _ramp(_: Language) -> list[dict[str, Any]]:
    return [{"month": month, "share": share} for month, share in enumerate(_RAMP, start=1)]


def _season(_: Language) -> list[dict[str, Any]]:
    return [{"month": month} for month in range(1, 13)]


_MAKERS: Final = {
    "Policy": _policy,
    "Stages": _stages,
    "Metrics": _metrics,
    "Grades": _grades,
    "Levels": _levels,
    "TierRules": _tier_rules,
    "Brackets": _brackets,
    "AwardRules": _award_rules,
    "Ramp": _ramp,
    "Season": _season,
}
