Attribute VB_Name = "SalesbookSheets"
Option Explicit
Option Private Module

' The switches on the first sheet: each shows or hides the sheets of one part of the work, whatever
' these sheets are called by now. Beside a switch, out of sight, stand its name in macros and the word
' that was last carried out: a switch may also be changed where no macros run.

Private Const ITS_CODE As Long = 1
Private Const ITS_DONE As Long = 2

Public Sub StartChanged(ByVal target As Range)
    If Not Application.Intersect(target, SetOfSheets()) Is Nothing Then LetTheSetDecide
    FollowSwitches
End Sub

Public Sub FollowSwitches()
    Dim switch As Range
    Dim hadEvents As Boolean
    hadEvents = Application.EnableEvents
    On Error GoTo Done
    Application.EnableEvents = False
    For Each switch In Switches().Cells
        If CStr(switch.Value) <> CStr(switch.Offset(0, ITS_DONE).Value) Then FlipSwitch switch
    Next switch
Done:
    Application.EnableEvents = hadEvents
End Sub

Private Sub FlipSwitch(ByVal switch As Range)
    Dim word As String
    word = CStr(switch.Value)
    If ThisWorkbook.ProtectStructure Or (word <> Told("sheet_shown") And word <> Told("sheet_hidden")) Then
        switch.Value = switch.Offset(0, ITS_DONE).Value
        Exit Sub
    End If
    ShowSheets CStr(switch.Offset(0, ITS_CODE).Value), word = Told("sheet_shown")
    switch.Offset(0, ITS_DONE).Value = word
End Sub

Private Sub ShowSheets(ByVal code As String, ByVal shown As Boolean)
    ' Each row of the list: the switch, the sheet, and a word where it waits for its first rows.
    Dim list As Range
    Dim row As Long
    Dim sheet As Worksheet
    Set list = ThisWorkbook.Names("switched_sheets").RefersToRange
    On Error Resume Next
    For row = 1 To list.Rows.Count
        If CStr(list.Cells(row, 1).Value) = code Then
            Set sheet = SheetOf(CStr(list.Cells(row, 2).Value))
            If sheet Is Nothing Then
            ElseIf Not shown Then
                sheet.Visible = xlSheetHidden
            ElseIf Len(CStr(list.Cells(row, 3).Value)) = 0 Or HasRows(sheet) Then
                sheet.Visible = xlSheetVisible
            End If
        End If
    Next row
End Sub

Private Function HasRows(ByVal sheet As Worksheet) As Boolean
    ' Excel keeps a blank row in a table that has none; a formula of one's own fills it, but no key.
    On Error Resume Next
    HasRows = Application.WorksheetFunction.CountA(sheet.ListObjects(1).ListColumns(1).DataBodyRange) > 0
End Function

Private Sub LetTheSetDecide()
    ' A switch that somebody changed by itself says a word; it gets its formula back.
    Dim switch As Range
    Dim hadEvents As Boolean
    hadEvents = Application.EnableEvents
    On Error GoTo Done
    Application.EnableEvents = False
    For Each switch In Switches().Cells
        switch.Formula = Told("set_formula")
    Next switch
    Switches().Calculate
Done:
    Application.EnableEvents = hadEvents
End Sub

Public Sub ShowLinked(ByVal address As String)
    ' Excel follows no link to a hidden sheet, such as 'Training gaps'!A1; whoever clicks wants to see it.
    Dim mark As Long
    Dim name As String
    Dim sheet As Worksheet
    mark = InStrRev(address, "!")
    If mark < 2 Or ThisWorkbook.ProtectStructure Then Exit Sub
    name = Left$(address, mark - 1)
    If Left$(name, 1) = "'" Then name = Replace(Mid$(name, 2, Len(name) - 2), "''", "'")
    On Error Resume Next
    Set sheet = ThisWorkbook.Worksheets(name)
    If sheet Is Nothing Then Exit Sub
    If sheet.Visible <> xlSheetHidden Then Exit Sub
    sheet.Visible = xlSheetVisible
    sheet.Activate
    sheet.Range(Mid$(address, mark + 1)).Select
End Sub

Private Function Switches() As Range
    Set Switches = ThisWorkbook.Names("sheet_switches").RefersToRange.Columns(1)
End Function

Private Function SetOfSheets() As Range
    Set SetOfSheets = ThisWorkbook.Names("sheet_set").RefersToRange
End Function

Private Function SheetOf(ByVal code As String) As Worksheet
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If sheet.CodeName = code Then
            Set SheetOf = sheet
            Exit Function
        End If
    Next sheet
End Function
