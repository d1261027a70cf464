"""Pages: what a manager looks at, each the answer to one question, from the tables alone.

The contract of this room:

- A page is a description: figures by name, each an `Expression` over columns of tables that verbs
  have written, settings, and other figures. No page calculates again what stands in a table: no two
  places of the book may contradict each other.
- From the one description come the formulas of its sheet and the values that a run stores with them
  (`salesbook.sheets`); a report takes the same values by the same names. So they cannot drift apart.
- A page knows codes and numbers, never words, cells or hosts, and writes nothing. Words are named by
  their place in the labels.
"""
