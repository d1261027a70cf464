"""The things that can hold a workbook's tables; all pass one contract suite."""
