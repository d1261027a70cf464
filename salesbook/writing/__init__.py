"""From tables to cells: values in the workbook's language, beside what people typed, and addresses."""
