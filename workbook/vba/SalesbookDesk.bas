Attribute VB_Name = "SalesbookDesk"
Option Explicit
Option Private Module

' How a press reaches Python, and what the ribbon and the function wizard are told.

Private Const ESC_PRESSED As Long = 18

Private shownRibbon As IRibbonUI

Public Sub Press(button As String)
    Dim command As String
    command = "from salesbook import macros; macros." & button & "()"
    KeepStrangersOut
    #If Mac Then
    PressOnMac command
    #Else
    If button = "check_setup" Then ForgetSettings
    PressOnWindows command
    #End If
    RefreshRibbon
End Sub

#If Mac Then
Private Sub PressOnMac(ByVal command As String)
    On Error GoTo NotStarted
    If MeansMoreToAShell(ThisWorkbook.FullName) Then
        Say Told("path_for_shell"), vbExclamation
    ElseIf NamesAnother("INTERPRETER_MAC") Then
        Say Told("conf_beside"), vbExclamation
    Else
        RunPython command
    End If
    Exit Sub
NotStarted:
    SayWhy "not_started", Err.Description
End Sub
#Else
Private Sub PressOnWindows(ByVal command As String)
    ' As RunPython does it, with a Python that is not waited for in vain. Whatever Python has to say,
    ' it says itself: an error here means that it could not be reached, or is gone.
    Dim server As Object
    Dim reason As String
    Dim wasStopped As Boolean
    On Error GoTo NotStarted
    Set server = PythonForPress()
    On Error GoTo Gone
    server.SetAttr server.Module("xlwings._xlwindows"), "BOOK_CALLER", ThisWorkbook
    server.Exec command
    AnswerRefusedCells
    Exit Sub
NotStarted:
    If Err.Number <> ESC_PRESSED Then SayWhy "not_started", Err.Description
    Exit Sub
Gone:
    reason = Err.Description
    wasStopped = Err.Number = ESC_PRESSED
    ForgetIfGone server
    If Not wasStopped Then SayWhy "python_gone", reason
End Sub
#End If

Private Sub SayWhy(ByVal code As String, ByVal reason As String)
    ' The reason comes as an argument: looking up the words would make VBA forget it.
    Say Told(code) & vbNewLine & vbNewLine & reason, vbCritical
End Sub

Public Function MeansMoreToAShell(text As String) As Boolean
    ' On a Mac xlwings puts the workbook's name and folder into a line for the shell, between double
    ' quotes. There these letters end the name or run what follows; a bar ends xlwings' own fields.
    Dim letters As String
    Dim place As Long
    letters = Chr(34) & "$`\|" & vbLf & vbCr
    For place = 1 To Len(letters)
        If InStr(text, Mid(letters, place, 1)) > 0 Then MeansMoreToAShell = True
    Next place
End Function

Public Function NamesAnother(ByVal setting As String) As Boolean
    ' Whether a file xlwings.conf beside the workbook, which xlwings reads first, names another Python than
    ' the user's own does.
    NamesAnother = GetConfig(setting, "") <> GetConfig(setting, "", "user")
End Function

Public Sub KeepStrangersOut()
    ' Python would look for modules in Excel's current folder first, where a stranger's file may lie.
    #If Not Mac Then
    On Error Resume Next
    WScript.Environment("PROCESS").Item("PYTHONSAFEPATH") = "1"
    #End If
End Sub

Public Sub KeepRibbon(ribbon As IRibbonUI)
    Set shownRibbon = ribbon
End Sub

Public Sub RefreshRibbon()
    If Not shownRibbon Is Nothing Then shownRibbon.Invalidate
End Sub

Public Function HasDraft() As Boolean
    ' A plan that cannot be looked at does not lock the button: Python says what is wrong with it.
    Dim sheet As Worksheet
    Dim table As ListObject
    On Error GoTo Unknown
    For Each sheet In ThisWorkbook.Worksheets
        For Each table In sheet.ListObjects
            If table.Name = "TargetPlan" Then
                HasDraft = Application.WorksheetFunction.CountIf( _
                    table.ListColumns(Told("plan_status")).DataBodyRange, Told("plan_draft")) > 0
                Exit Function
            End If
        Next table
    Next sheet
Unknown:
    HasDraft = True
End Function

Public Sub DescribeFunctions()
    ' The texts stand in cells because VBA holds them in one code page only.
    #If Not Mac Then
    Dim texts As Variant
    Dim row As Long
    On Error GoTo NoTexts
    texts = ThisWorkbook.Names("function_texts").RefersToRange.Value
    For row = LBound(texts, 1) To UBound(texts, 1)
        DescribeFunction texts, row
    Next row
NoTexts:
    #End If
End Sub

Private Sub DescribeFunction(texts As Variant, ByVal row As Long)
    Dim arguments() As String
    Dim column As Long
    Dim count As Long
    Dim macro As String
    macro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & texts(row, 1)
    ReDim arguments(0 To UBound(texts, 2))
    For column = 3 To UBound(texts, 2)
        If Len(texts(row, column)) > 0 Then
            arguments(count) = texts(row, column)
            count = count + 1
        End If
    Next column
    On Error Resume Next
    If count = 0 Then
        Application.MacroOptions Macro:=macro, Description:=texts(row, 2), Category:="Salesbook"
    Else
        ReDim Preserve arguments(0 To count - 1)
        Application.MacroOptions Macro:=macro, Description:=texts(row, 2), Category:="Salesbook", _
            ArgumentDescriptions:=arguments
    End If
End Sub

Public Function Told(code As String) As String
    ' A text in the workbook's language.
    Dim found As Variant
    found = Application.VLookup(code, ThisWorkbook.Names("macro_texts").RefersToRange, 2, False)
    If Not IsError(found) Then Told = found
End Function
