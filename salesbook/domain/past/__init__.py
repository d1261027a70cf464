"""What did the workbook hold on an earlier day? Every verb's tables pass through here."""
