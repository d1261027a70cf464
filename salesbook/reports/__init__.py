"""Reports: what a manager sends or prints, as one file that stands alone.

The contract of this room:

- A report rests on lines of PageLines alone: those that a page of the workbook shows for the same
  company, team or rep. It calculates nothing, so that no report contradicts the workbook.
- One description (`description.Report`, made by `compose`) is shown by four faces: `html`, `pdf`,
  `slides` and `text`. A face knows places, colours and fonts, and no list by name.
- Which lists a report has, with which columns, is declared in `contents`, a list an entry.
- The room knows codes and numbers. Words come in as `wording.Words`, which the layer above makes of
  the labels: so a report can be made and tested in any words, and says what the workbook says.
- A report holds only what its reader may see: one for a rep is made of the rep's own lines.
- A file stands alone: nothing in it is loaded from elsewhere. The same lines give the same bytes.
"""
