"""Foreign files on their way into the workbook's tables."""
