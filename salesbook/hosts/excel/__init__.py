"""How does the workbook that is open in Excel hold tables? Through xlwings, whole or not at all."""

from salesbook.hosts.excel.copying import save_copy
from salesbook.hosts.excel.host import ExcelHost
from salesbook.hosts.excel.quiet import quiet_excel

__all__ = ["ExcelHost", "quiet_excel", "save_copy"]
