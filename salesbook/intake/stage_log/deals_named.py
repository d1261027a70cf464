"""Which deal does a row of a log mean, and which stages of that deal's pipeline?"""

from __future__ import annotations

from typing import Final

from salesbook.cells.base import Value
from salesbook.intake.book_now import BookNow
from salesbook.intake.people.stages import StageBook
from salesbook.intake.rows import FileRow
from salesbook.messages import some_of
from salesbook.names.folding import fold_name, keys_by_name, nearest_names
from salesbook.names.merged_ids import keys_with_former
from salesbook.policy import MAIN_PIPELINE

_SHORT_ID: Final = 15
_LONG_ID: Final = 18
"""Characters of a Salesforce id: reports show the first 15, in which case counts, exports all 18."""
_SHOWN_KEYS: Final = 3
_MOST_LOOKED_UP: Final = 200
"""Unknown deals for which the nearest is looked up; a column full of them has another cause."""


class DealsNamed:
    """The deals of the workbook, as a log may name them."""

    def __init__(self, book: BookNow, stages: StageBook) -> None:
        now = book.table("Deals")
        self._stages = stages
        self.deals: dict[str, dict[str, Value]] = {
            str(values["deal_id"]): values for values in now.rows.values()
        }
        """Values that are not missing, by key."""
        names = [(values.get("name"), key) for key, values in self.deals.items()]
        former = book.former_rows.get("Deals", ())
        former_ids = {fold_name(row.old_id): (row.living_id,) for row in former}
        self._by_key = former_ids | keys_by_name((key, key) for key in self.deals)
        self._by_name = keys_with_former(keys_by_name(names), "name", former)
        self._suggested = {fold_name(str(name or key)): str(name or key) for name, key in names}
        self._found: dict[str, tuple[str, ...]] = {}
        self._refused = 0
        self._by_short_id: dict[str, list[str]] = {}
        for key in self.deals:
            if len(key) in (_SHORT_ID, _LONG_ID):
                self._by_short_id.setdefault(key[:_SHORT_ID], []).append(key)

    def pipeline_of(self, deal_id: str) -> str:
        """The pipeline of a deal; a blank one is `main`."""
        return str(self.deals[deal_id].get("pipeline", MAIN_PIPELINE))

    def resolve(self, row: FileRow) -> None:
        """Bring a row's deal to its key and its stages to their names now, or reject the row."""
        typed = row.values.get("deal_id")
        if typed is None:
            return
        keys = self._keys_of(str(typed))
        if len(keys) != 1:
            self._refuse(row, str(typed), keys)
            return
        row.values["deal_id"] = keys[0]
        self._stages_of(row, self.pipeline_of(keys[0]))

    def _keys_of(self, typed: str) -> tuple[str, ...]:
        if typed not in self._found:
            self._found[typed] = self._look_up(typed)
        return self._found[typed]

    def _look_up(self, typed: str) -> tuple[str, ...]:
        if typed in self.deals:
            return (typed,)
        if len(typed) in (_SHORT_ID, _LONG_ID) and typed.isalnum():
            keys = tuple(self._by_short_id.get(typed[:_SHORT_ID], ()))
            if keys:
                return keys
        folded = fold_name(typed)
        return self._by_key.get(folded) or self._by_name.get(folded, ())

    def _refuse(self, row: FileRow, typed: str, keys: tuple[str, ...]) -> None:
        if keys:
            shown = some_of(keys, _SHOWN_KEYS)
            row.reject("deal_id", "ambiguous-reference", table="Deals", keys=shown)
            return
        nearest = None
        if self._refused < _MOST_LOOKED_UP:
            self._refused += 1
            nearest = nearest_names([typed], self._suggested).get(typed)
        row.reject("deal_id", "unknown-deal", found=typed, nearest=nearest)

    def _stages_of(self, row: FileRow, pipeline: str) -> None:
        # Where the row came from is beside the point: an unknown name there costs no row.
        before = row.values.pop("_from", None)
        known_before = self._stages.find(pipeline, str(before)) if before is not None else None
        if known_before is not None:
            row.values["_from"] = known_before.stage

        typed = row.values.get("stage")
        if typed is None:
            return
        stage = self._stages.find(pipeline, str(typed))
        if stage is None:
            names = {fold_name(known.stage): known.stage for known in self._stages.of(pipeline)}
            nearest = nearest_names([str(typed)], names).get(str(typed))
            # A log adds no stage: its place among the others is for a person to say.
            row.reject(
                "stage", "stage-not-in-log", found=str(typed), pipeline=pipeline, nearest=nearest
            )
            return
        row.values["stage"] = stage.stage
