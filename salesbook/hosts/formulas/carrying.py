"""How does a formula go on saying what it said, when the rows of its table move?

Three rules, and each is the one that a person would expect of Excel:

- The formula of a calculated column is filled down: in its new row it names what it would name if
  it had been filled there.
- Any other formula goes on naming the cells that it named, wherever their rows went, as when rows
  are cut and pasted. References that lie outside the table stay.
- A range over all rows of the body is a range over all rows of the new body: a sum stays the sum of
  the column.

Structured references name columns, and defined names whatever they are defined as; both stay.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.hosts.formulas.columns import ColumnFormula, relative
from salesbook.hosts.formulas.references import Piece, Reference, UnsureError, cut, joined
from salesbook.hosts.row_map import RowMap


@dataclass(frozen=True, slots=True)
class Carrying:
    """What a write of one table does to the formulas of its sheet."""

    sheet: str
    rows: RowMap

    def exception(self, formula: str) -> str:
        """Let a formula that is no column's go on naming the cells that it named.

        Raises: UnsureError where one of them goes, or a range of them is torn apart.
        """
        if self.rows.is_still:
            return formula
        old_pieces = cut(formula)
        pieces = [self._followed(piece) for piece in old_pieces]
        return formula if pieces == old_pieces else joined(pieces)

    def _followed(self, reference: Piece) -> Piece:
        """Let a reference follow its cells; what is none on this sheet stays."""
        if not isinstance(reference, Reference) or not reference.is_on(self.sheet):
            return reference

        area = reference.area
        names_whole_columns = reference.first.row is None
        if names_whole_columns:
            return reference

        is_cell = reference.last is None
        new_area = self.rows.cell(area) if is_cell else self.rows.range(area)
        # Nobody knows how far `B2:INDEX(...)` reaches, so it can only stay.
        is_torn = reference.is_open and new_area != area
        if new_area is None or is_torn:
            raise UnsureError(str(reference))
        return reference if new_area == area else reference.at(new_area)

    def column(self, formula: ColumnFormula) -> ColumnFormula:
        """Let a column's formula name the new body wherever it named all rows of the old one.

        Only `$B$3:$B$9` does so in every row alike; what is relative shifts with its row.
        """
        if self.rows.is_still:
            return formula

        # Any row will do to write it, as long as all that it names lies in the sheet.
        offsets = [piece for piece in formula.pieces if isinstance(piece, int)]
        row = max(1, 1 - min(offsets, default=0))
        pieces = [self._over_new_body(piece) for piece in cut(formula.at(row))]
        return relative(joined(pieces), row)

    def declared(self, formula: str) -> str:
        """Do the same for the formula that a file gives for new rows of a column.

        Raises: UnsureError where it cannot be read.
        """
        old_pieces = cut(formula)
        pieces = [self._over_new_body(piece) for piece in old_pieces]
        return formula if pieces == old_pieces else joined(pieces)

    def _over_new_body(self, piece: Piece) -> Piece:
        if not isinstance(piece, Reference) or not piece.is_on(self.sheet) or piece.last is None:
            return piece
        has_fixed_rows = all(corner.row_is_fixed for corner in piece.corners)
        body = self.rows.body
        covers_body = piece.area.top <= body.top and body.bottom <= piece.area.bottom
        if not has_fixed_rows or not covers_body:
            return piece
        new_area = self.rows.range(piece.area)
        return piece if new_area is None else piece.at(new_area)
