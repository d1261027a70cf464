"""Which row of the workbook is a row of the file: by key, by name, or by content?"""
