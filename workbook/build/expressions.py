"""How do the workbook's own formulas name columns, choices and settings? In either language."""

from __future__ import annotations

from dataclasses import dataclass

from salesbook import labels
from salesbook.labels import LANGUAGES
from salesbook.tables import TABLES
from salesbook.tables.settings import Rules
from workbook.build.canvas import Canvas
from workbook.build.names import column_reference, setting_choices


@dataclass(frozen=True)
class Expressions:
    """Pieces of formulas. They hold in array formulas only."""

    canvas: Canvas

    def column(self, table: str, name: str) -> str:
        """A whole column, such as `Deals[Amount]`."""
        return column_reference(self.canvas, table, name)

    def among(self, cells: str, words: list[str]) -> str:
        """True where a cell holds one of the words."""
        listed = ",".join(quoted(word) for word in dict.fromkeys(words))
        return f"ISNUMBER(MATCH({cells},{{{listed}}},0))"

    def is_choice(self, table: str, name: str, code: str) -> str:
        """True for the rows whose choice is `code`, whatever language its label is in."""
        owner = f"{table}.{name}"
        words = [labels.choice(owner, code, language) for language in LANGUAGES]
        return self.among(self.column(table, name), [*words, code])

    def is_main(self, table: str) -> str:
        """True for the rows of the main pipeline; a blank one is main."""
        return self.among(f'{self.column(table, "pipeline")}&""', ["main", ""])

    def setting(self, key: str) -> str:
        """The typed value of a setting; its default where the row is blank or gone."""
        words = [labels.choice("Policy.key", key, language) for language in LANGUAGES]
        is_row = self.among(self.column("Policy", "key"), [*words, key])
        value = f"INDEX({self.column('Policy', 'value')},MATCH(TRUE,{is_row},0))"

        default = Rules.model_fields[key].default
        otherwise = quoted(default) if isinstance(default, str) else str(default)
        return f'IFERROR(IF({value}="",{otherwise},{value}),{otherwise})'

    def setting_is(self, key: str, code: str) -> str:
        """True where a setting that takes one of a few values has this one."""
        if code not in setting_choices(key):
            raise KeyError(f"{key} never is {code}")
        words = [labels.choice(f"Policy.{key}", code, language) for language in LANGUAGES]
        return self.among(self.setting(key), [*words, code])

    def has_rows(self, table: str) -> str:
        """True where a table holds at least one row."""
        return f"COUNTA({self.column(table, TABLES[table].key[0])})>0"

    def count(self, *conditions: str) -> str:
        """Number of rows for which all conditions hold."""
        return f"SUM({product(*conditions)})"

    def total(self, values: str, *conditions: str) -> str:
        """Sum of the numbers in the rows for which all conditions hold; a blank counts nothing."""
        return f"SUM(IF({product(*conditions)}=1,{values}))"


def product(*conditions: str) -> str:
    """Conditions joined into 1 or 0 per row."""
    joined = "*".join(f"({condition})" for condition in conditions)
    # Multiplying makes numbers of truth values; a single condition has nothing to multiply with.
    return joined if len(conditions) > 1 else f"{joined}*1"


def quoted(text: str) -> str:
    """A text inside a formula."""
    return '"' + text.replace('"', '""') + '"'
