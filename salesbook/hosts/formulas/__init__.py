"""What does a formula say, and how does it say the same in another row? Both hosts ask here.

Texts go in and out without their `=`; one before them is no harm.
"""

from salesbook.hosts.formulas.carrying import Carrying
from salesbook.hosts.formulas.columns import ColumnFormula, column_formula, relative
from salesbook.hosts.formulas.moving import copied
from salesbook.hosts.formulas.r1c1 import from_r1c1, to_r1c1
from salesbook.hosts.formulas.references import UnsureError, names_only_its_row
from salesbook.hosts.formulas.spelling import as_files_have_it, as_people_read
from salesbook.hosts.formulas.table import TableFormulas

__all__ = [
    "Carrying",
    "ColumnFormula",
    "TableFormulas",
    "UnsureError",
    "as_files_have_it",
    "as_people_read",
    "column_formula",
    "copied",
    "from_r1c1",
    "names_only_its_row",
    "relative",
    "to_r1c1",
]
