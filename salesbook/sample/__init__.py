"""The rows of a made-up company, the same for the same day, that show what a full workbook holds."""
