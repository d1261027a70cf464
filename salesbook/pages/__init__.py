"""Pages: what a manager looks at, each the answer to one question, from the output tables alone.

The contract of this room, which has no page yet:

- A page is a pure function `page(tables, policy, as_of, choice) -> Page`. It reads tables that verbs
  have written and never calculates again what stands in one of them: no two places of the book may
  contradict each other.
- A `Page` is a typed value of tiles, lists and series with codes and numbers, never words, never
  cells: every face (a sheet, a report, the lines that a command prints) shows the same value.
- A page knows no host, no terminal and no file format, and writes nothing.
"""
