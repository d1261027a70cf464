"""Makes the workbooks from row models, settings and labels: `python -m workbook.build`."""
