"""Sales management in an Excel workbook: targets, team, customers and pipeline."""

__version__ = "0.3.0"
