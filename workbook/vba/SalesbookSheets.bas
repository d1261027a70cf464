Attribute VB_Name = "SalesbookSheets"
Option Explicit
Option Private Module

' The switches on the first sheet: each shows or hides one sheet, whatever that sheet is called by now.

Public Sub FlipSwitches(ByVal target As Range)
    Dim changed As Range
    Dim switch As Range
    Set changed = Application.Intersect(target, Switches())
    If changed Is Nothing Then Exit Sub
    For Each switch In changed.Cells
        FlipSwitch switch
    Next switch
    ReadSwitches
End Sub

Public Sub ReadSwitches()
    ' A sheet can also be shown or hidden without its switch, and Excel may refuse to.
    Dim switch As Range
    Dim sheet As Worksheet
    Dim shown As String
    Dim hadEvents As Boolean
    hadEvents = Application.EnableEvents
    On Error GoTo Done
    Application.EnableEvents = False
    For Each switch In Switches().Cells
        Set sheet = SheetOf(switch)
        If Not sheet Is Nothing Then
            shown = Told(IIf(sheet.Visible = xlSheetVisible, "sheet_shown", "sheet_hidden"))
            If CStr(switch.Value) <> shown Then switch.Value = shown
        End If
    Next switch
Done:
    Application.EnableEvents = hadEvents
End Sub

Private Sub FlipSwitch(ByVal switch As Range)
    Dim sheet As Worksheet
    Set sheet = SheetOf(switch)
    If sheet Is Nothing Then Exit Sub
    On Error Resume Next
    Select Case CStr(switch.Value)
        Case Told("sheet_shown"): sheet.Visible = xlSheetVisible
        Case Told("sheet_hidden"): sheet.Visible = xlSheetHidden
    End Select
End Sub

Private Function Switches() As Range
    Set Switches = ThisWorkbook.Names("sheet_switches").RefersToRange
End Function

Private Function SheetOf(ByVal switch As Range) As Worksheet
    ' The column beside a switch has the sheet's name in macros, which renaming does not change.
    Dim sheet As Worksheet
    Dim code As String
    code = CStr(switch.Offset(0, 1).Value)
    If Len(code) = 0 Then Exit Function
    For Each sheet In ThisWorkbook.Worksheets
        If sheet.CodeName = code Then
            Set SheetOf = sheet
            Exit Function
        End If
    Next sheet
End Function
