Attribute VB_Name = "Salesbook"
Option Explicit

' The version of the workbook's macros; "Check set-up" compares it with the installed program's.
Public Const SALESBOOK_BOOK As String = "1"
