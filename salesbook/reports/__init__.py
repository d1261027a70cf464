"""Reports: pages as files that somebody sends or prints.

The contract of this room, which has no report yet:

- A report takes `Page` values and a language and gives bytes: HTML, and, with their extra installed,
  PDF and slides. It reads no table and calculates nothing.
- A report holds only what its reader may see: one for a rep carries nobody else's pay.
- A file stands alone: nothing in it is loaded from elsewhere.
"""
