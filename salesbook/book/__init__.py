"""One workbook from outside: a run over it, an import into it, its undo, and a new one."""
