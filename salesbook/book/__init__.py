"""The workbook as a product: how its tables are read and written, run, undone and made."""
