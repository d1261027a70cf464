"""Sales management in an Excel workbook: targets, team, customers and pipeline, calculated by
Python.
"""

__version__ = "0.1.0"
