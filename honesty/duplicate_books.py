"""Customers of whom it is known who is typed twice, dirtied as people and systems dirty them.

Nothing here knows how look-alikes are found: the forms of names, the traditional characters and the ways
to write a number are lists of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from salesbook.frames import frame_from_rows

Language = Literal["en", "zh"]
Row = dict[str, Any]

_FIRST: Final = (
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan"
    " Joseph Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Lisa Anthony Betty Mark Sandra Donald"
    " Ashley Steven Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa"
    " George Deborah Timothy Stephanie Ronald Rebecca Jason Laura Edward Helen Jeffrey Sharon Ryan Cynthia"
).split()
_LAST: Final = (
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson"
    " Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis"
    " Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall"
    " Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins"
    " Whitfield Ashworth Kowalski Lindqvist Okonkwo Petrov Moreau Bianchi Takahashi Haugen Novak Szabo"
).split()
_HEADS: Final = (
    "Harbor Maple Silver Granite Northern Blue Cedar Falcon Summit River Golden Iron Crescent Pioneer Orchard"
    " Lighthouse Copper Willow Eagle Coastal Prairie Amber Sterling Redwood Glacier Meadow Canyon Beacon"
    " Horizon Juniper Mercury Vertex Quantum Atlas Phoenix Apex Nova Zenith Orion Titan Aurora Cobalt"
).split()
_TAILS: Final = (
    "Logistics Foods Systems Textiles Motors Pharma Analytics Packaging Energy Marine Robotics Plastics Dairy"
    " Furniture Software Optics Chemicals Printing Ceramics Aviation Tools Paper Insurance Hydraulics Beverages"
    " Instruments Catering Freight Timber Cosmetics Lighting Security Bearings Valves Media Travel"
).split()
_FORMS: Final = (
    "Inc",
    "Inc.",
    "Ltd",
    "Limited",
    "LLC",
    "Corp.",
    "Corporation",
    "Co.",
    "Co., Ltd.",
    "GmbH",
    "plc",
    "",
)
_REGIONS: Final = ("North", "South", "East", "West")

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
)
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红宇晨雪梅建国志鹏慧婷浩然子轩文博"
)
_PLACES: Final = (
    "北京",
    "上海",
    "深圳",
    "广州",
    "杭州",
    "南京",
    "成都",
    "武汉",
    "苏州",
    "天津",
    "重庆",
    "西安",
    "青岛",
    "厦门",
)
_CORE: Final = "腾华鼎信东方远大恒瑞金星宏图联创新天海瑞丰盛达康泰安捷龙腾飞博凯中正元亨利贞嘉禾云峰锦绣银河广源"
_TRADES: Final = (
    "贸易",
    "电子",
    "机械",
    "食品",
    "纺织",
    "物流",
    "医药",
    "软件",
    "建材",
    "化工",
    "汽车",
    "家具",
    "印刷",
    "仪器",
)
_CHINESE_FORMS: Final = ("有限公司", "股份有限公司", "有限责任公司", "集团有限公司", "科技有限公司")
_TRADITIONAL: Final = dict(
    zip(
        "华东远图联创丰达龙飞凯贞云锦绣银广贸电机医软药车门庆岛张刘陈杨赵黄吴孙罗郑谢韩冯邓许吕丽强军艳娟涛红晨雪国鹏浩轩万",
        "華東遠圖聯創豐達龍飛凱貞雲錦繡銀廣貿電機醫軟藥車門慶島張劉陳楊趙黃吳孫羅鄭謝韓馮鄧許呂麗強軍豔娟濤紅晨雪國鵬浩軒萬",
        strict=True,
    )
)
_PUBLIC: Final = {
    "en": ("gmail.com", "yahoo.com", "outlook.com"),
    "zh": ("qq.com", "163.com", "126.com"),
}


@dataclass(frozen=True)
class DirtyBook:
    """Customers, and the pairs of them that are one."""

    customers: pd.DataFrame
    pairs: frozenset[tuple[str, str]]
    colleagues: frozenset[tuple[str, str]]
    """Pairs of rows whose companies are called the same but for the legal form, or are one."""


def dirty_book(language: Language, rng: np.random.Generator, *, entities: int = 500) -> DirtyBook:
    """Draw customers, a third of whom are there twice or three times.

    Half are companies, half are people, most of them of a company: of some companies several. There are
    branches that differ in a number, companies that share all but one word, and people of one name who are
    two.
    """
    maker = _Maker(language, rng)
    rows: list[Row] = []
    entity_of: list[int] = []
    clean = maker.entities(entities)
    for number, row in enumerate(clean):
        rows.append(row)
        entity_of.append(number)
        copies = int(rng.choice([0, 1, 2], p=[0.67, 0.27, 0.06]))
        for _ in range(copies):
            rows.append(maker.dirtied(row))
            entity_of.append(number)

    order = rng.permutation(len(rows))
    keys_of: dict[int, list[str]] = {}
    keys_at: dict[str, list[str]] = {}
    drawn = []
    for place, at in enumerate(order):
        key = f"C{place:05d}"
        drawn.append({**rows[at], "customer_id": key})
        keys_of.setdefault(entity_of[at], []).append(key)
        source = clean[entity_of[at]]
        company = str(source.get("company", source["name"]))
        keys_at.setdefault(maker.without_form(company), []).append(key)
    return DirtyBook(frame_from_rows("Customers", drawn), _within(keys_of), _within(keys_at))


def _within(groups: Mapping[Any, Sequence[str]]) -> frozenset[tuple[str, str]]:
    """The pairs of each group, the smaller key first."""
    return frozenset(
        (left, right) for keys in groups.values() for left in keys for right in keys if left < right
    )


@dataclass
class _Maker:
    language: Language
    rng: np.random.Generator

    def one(self, values: Sequence[str]) -> str:
        return values[int(self.rng.integers(len(values)))]

    def happens(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)

    # --- clean rows -------------------------------------------------------------------------------

    def entities(self, count: int) -> list[Row]:
        rows: list[Row] = []
        seen: set[tuple[str, str]] = set()
        while len(rows) < count:
            company = self.company()
            domain = f"{self.letters(9)}.com"
            kind = self.rng.random()
            if kind < 0.5:
                new = [{"name": company, "phone": self.number(), "email": f"info@{domain}"}]
                if self.happens(0.08):
                    # Two branches, each with its own number.
                    first, second = (f"{company} {self.branch(place)}" for place in (1, 2))
                    new = [
                        {"name": first, "phone": self.number()},
                        {"name": second, "phone": self.number()},
                    ]
            elif kind < 0.85:
                people = 1 + int(self.rng.integers(3))
                new = []
                for _ in range(people):
                    local = self.letters(7)
                    person = {"name": self.person(), "company": company, "phone": self.number()}
                    new.append({**person, "email": f"{local}@{domain}"})
            else:
                public = self.one(_PUBLIC[self.language])
                new = [
                    {
                        "name": self.person(),
                        "phone": self.number(),
                        "email": f"{self.letters(8)}@{public}",
                    }
                ]
            for row in new:
                said = (str(row["name"]), str(row.get("company", "")))
                # One person is typed once here; two of one name have other contacts.
                if said in seen and "company" in row:
                    continue
                seen.add(said)
                rows.append({**row, "region": self.one(_REGIONS)})
        return rows[:count]

    def company(self) -> str:
        if self.language == "zh":
            core = (
                self.one(_CORE) + self.one(_CORE) + (self.one(_CORE) if self.happens(0.3) else "")
            )
            place = (
                self.one(_PLACES) + ("市" if self.happens(0.4) else "") if self.happens(0.7) else ""
            )
            return f"{place}{core}{self.one(_TRADES)}{self.one(_CHINESE_FORMS)}"
        middle = f" {self.one(_LAST)}" if self.happens(0.35) else ""
        return f"{self.one(_HEADS)}{middle} {self.one(_TAILS)} {self.one(_FORMS)}".strip()

    def branch(self, place: int) -> str:
        return f"{place}店" if self.language == "zh" else f"Branch {place}"

    def person(self) -> str:
        if self.language == "zh":
            return (
                self.one(_SURNAMES)
                + self.one(_GIVEN)
                + (self.one(_GIVEN) if self.happens(0.7) else "")
            )
        return f"{self.one(_FIRST)} {self.one(_LAST)}"

    def letters(self, count: int) -> str:
        return "".join(self.one("abcdefghijklmnoprstuvw") for _ in range(count))

    def number(self) -> str:
        digits = "".join(str(int(digit)) for digit in self.rng.integers(0, 10, 8))
        if self.language == "zh":
            return f"1{self.one('3589')}{self.one('012356789')}{digits}"
        return f"{int(self.rng.integers(201, 990))}{int(self.rng.integers(200, 999))}{digits[:4]}"

    # --- dirty copies -----------------------------------------------------------------------------

    def dirtied(self, row: Row) -> Row:
        """The same customer as somebody else typed it: a name, a number, an address written otherwise."""
        copy = dict(row)
        is_person = "company" in row or not self._is_company(str(row["name"]))
        ways = self._of_people() if is_person else self._of_companies()
        copy["name"] = self.some(str(row["name"]), ways)
        if "company" in row:
            copy["company"] = self.some(str(row["company"]), self._of_companies())
            if self.happens(0.15):
                del copy["company"]
        if "phone" in row:
            copy["phone"] = self.written(str(row["phone"]))
            if self.happens(0.25):
                del copy["phone"]
            elif self.happens(0.1):
                copy["phone"] = self.number()
        if "email" in row:
            copy["email"] = str(row["email"]).upper() if self.happens(0.2) else row["email"]
            if self.happens(0.3):
                del copy["email"]
            elif self.happens(0.1):
                copy["email"] = f"{self.letters(7)}@{self.one(_PUBLIC[self.language])}"
        if self.happens(0.4):
            del copy["region"]
        return copy

    def _is_company(self, name: str) -> bool:
        if self.language == "zh":
            return any(trade in name for trade in _TRADES)
        return any(tail in name for tail in _TAILS)

    def some(self, text: str, ways: Sequence[tuple[float, Callable[[str], str]]]) -> str:
        for chance, way in ways:
            if self.happens(chance):
                text = way(text)
        return text

    def _of_companies(self) -> Sequence[tuple[float, Callable[[str], str]]]:
        if self.language == "zh":
            return (
                (0.5, self.other_form),
                (0.5, self.other_place),
                (0.35, self.traditional),
                (0.1, lambda text: text.replace("有限", " 有限")),
                (0.15, self.other_character),
                (0.1, lambda text: f"（{text[:2]}）{text[2:]}" if text[:2] in _PLACES else text),
            )
        return (
            (0.5, self.other_form),
            (0.2, str.upper),
            (0.1, lambda text: text.replace(" ", "  ")),
            (0.1, lambda text: f"The {text}"),
            (0.3, self.typo),
            (0.1, lambda text: text.replace(" ", "-", 1)),
        )

    def _of_people(self) -> Sequence[tuple[float, Callable[[str], str]]]:
        if self.language == "zh":
            return (
                (0.25, self.traditional),
                (0.15, lambda text: f"{text[0]} {text[1:]}"),
                (0.1, lambda text: f"{text}先生"),
            )
        return (
            (0.2, str.upper),
            (0.25, lambda text: ", ".join(reversed(text.split(" ", 1)))),
            (
                0.15,
                lambda text: f"{text[0]}. {text.split(' ', 1)[-1]}" if "," not in text else text,
            ),
            (0.25, self.typo),
        )

    def other_form(self, text: str) -> str:
        bare = self.without_form(text)
        if bare == text:
            return text
        other = self.one(["", *self._forms()])
        return f"{bare}{other}" if self.language == "zh" else f"{bare} {other}".strip()

    def without_form(self, text: str) -> str:
        """A company's name without its legal form."""
        for form in reversed(self._forms()):
            if text.endswith(form):
                return text.removesuffix(form).rstrip(" ,")
        return text

    def _forms(self) -> list[str]:
        """The shorter ones first."""
        return sorted(_CHINESE_FORMS if self.language == "zh" else filter(None, _FORMS), key=len)

    def other_place(self, text: str) -> str:
        for place in _PLACES:
            if text.startswith(f"{place}市"):
                return text.replace("市", "", 1)
            if text.startswith(place):
                return text.removeprefix(place) if self.happens(0.6) else f"{place}市{text[2:]}"
        return text

    def other_character(self, text: str) -> str:
        at = int(self.rng.integers(2, max(3, len(text) - 4)))
        return text[:at] + text[at + 1 :]

    def traditional(self, text: str) -> str:
        return "".join(_TRADITIONAL.get(character, character) for character in text)

    def typo(self, text: str) -> str:
        at = int(self.rng.integers(1, max(2, len(text) - 1)))
        letter = self.one("etaoinshr")
        kind = int(self.rng.integers(4))
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + letter + text[at:]
        if kind == 2:
            return text[:at] + letter + text[at + 1 :]
        return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]

    def written(self, digits: str) -> str:
        if self.language == "zh":
            parts = f"{digits[:3]} {digits[3:7]} {digits[7:]}"
            wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
            return str(self.one([digits, parts, f"+86 {parts}", f"0086-{digits}", wide]))
        area, office, line = digits[:3], digits[3:6], digits[6:]
        return str(
            self.one(
                [
                    f"({area}) {office}-{line}",
                    f"+1 {area} {office} {line}",
                    f"{area}.{office}.{line}",
                    digits,
                ]
            )
        )
