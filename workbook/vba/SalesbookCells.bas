Attribute VB_Name = "SalesbookCells"
Option Explicit
Option Private Module

' What the worksheet functions share: how their arguments reach Python, and the answer its cell.

Private Const NO_PYTHON As Long = 2042
Private Const WRONG_VALUE As Long = 2015
Private Const FIRST_ERROR As Long = -2146826288
Private Const LAST_ERROR As Long = -2146826200
Private Const ERROR_ZERO As Long = 2146828288

Public Function Answer(ByVal name As String, ByVal arguments As Variant) As Variant
    ' #N/A where Python cannot be reached: that is no fault of what stands in the cells.
    Dim server As Object
    If TypeOf Application.Caller Is Range Then On Error GoTo Failed
    Answer = CVErr(NO_PYTHON)
    #If Mac Then
    #Else
    Set server = PythonForCell()
    If server Is Nothing Then Exit Function
    ReadRanges arguments
    Answer = WithErrors(server.CallUDF("udfs", name, arguments))
    #End If
    Exit Function
Failed:
    Answer = CVErr(WRONG_VALUE)
    #If Mac Then
    #Else
    ForgetIfGone server
    #End If
End Function

Private Sub ReadRanges(ByRef arguments As Variant)
    ' Values in place of ranges, for Python would have to ask Excel for those of each. A whole column
    ' counts down to its last filled row; of several the longest tells, as their rows belong together.
    Dim place As Long
    Dim area As Range
    Dim rowCount As Long
    Dim columnCount As Long
    Dim areas() As Range
    ReDim areas(LBound(arguments) To UBound(arguments))
    For place = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(place)) Then Set areas(place) = arguments(place).Areas(1)
    Next place
    For place = LBound(arguments) To UBound(arguments)
        Set area = areas(place)
        If Not area Is Nothing Then
            rowCount = area.Rows.Count
            columnCount = area.Columns.Count
            If FilledRows(area) > 0 Then rowCount = MostRows(areas, rowCount)
            If FilledColumns(area) > 0 Then columnCount = MostColumns(areas, columnCount)
            arguments(place) = area.Resize(rowCount, columnCount).Value
        End If
    Next place
End Sub

Private Function MostRows(ByRef areas() As Range, ByVal whole As Long) As Long
    Dim place As Long
    Dim filled As Long
    For place = LBound(areas) To UBound(areas)
        If Not areas(place) Is Nothing Then
            If areas(place).Rows.Count = whole Then
                filled = FilledRows(areas(place))
                If filled > MostRows Then MostRows = filled
            End If
        End If
    Next place
End Function

Private Function MostColumns(ByRef areas() As Range, ByVal whole As Long) As Long
    Dim place As Long
    Dim filled As Long
    For place = LBound(areas) To UBound(areas)
        If Not areas(place) Is Nothing Then
            If areas(place).Columns.Count = whole Then
                filled = FilledColumns(areas(place))
                If filled > MostColumns Then MostColumns = filled
            End If
        End If
    Next place
End Function

Private Function FilledRows(ByVal area As Range) As Long
    ' Of an area down to the end of its sheet: the rows to the last that holds something, at least one.
    ' 0 for any other area, which whoever wrote the formula wants as it is.
    Dim used As Range
    Dim most As Long
    Dim middle As Long
    Dim last As Long
    If area.Row + area.Rows.Count - 1 < area.Worksheet.Rows.Count Then Exit Function
    FilledRows = 1
    Set used = Application.Intersect(area, area.Worksheet.UsedRange)
    If used Is Nothing Then Exit Function
    most = used.Rows.Count
    Do While last < most
        middle = (last + most) \ 2
        If IsBlank(used.Offset(middle, 0).Resize(used.Rows.Count - middle)) Then
            most = middle
        Else
            last = middle + 1
        End If
    Loop
    If last > 0 Then FilledRows = used.Row - area.Row + last
End Function

Private Function FilledColumns(ByVal area As Range) As Long
    ' The same of an area to the right end of its sheet.
    Dim used As Range
    Dim most As Long
    Dim middle As Long
    Dim last As Long
    If area.Column + area.Columns.Count - 1 < area.Worksheet.Columns.Count Then Exit Function
    FilledColumns = 1
    Set used = Application.Intersect(area, area.Worksheet.UsedRange)
    If used Is Nothing Then Exit Function
    most = used.Columns.Count
    Do While last < most
        middle = (last + most) \ 2
        If IsBlank(used.Offset(0, middle).Resize(used.Rows.Count, used.Columns.Count - middle)) Then
            most = middle
        Else
            last = middle + 1
        End If
    Loop
    If last > 0 Then FilledColumns = used.Column - area.Column + last
End Function

Private Function IsBlank(ByVal area As Range) As Boolean
    IsBlank = Application.WorksheetFunction.CountA(area) = 0
End Function

Private Function WithErrors(ByVal answer As Variant) As Variant
    ' Python's numbers are Doubles; a Long stands for an error.
    Dim row As Long
    Dim column As Long
    Dim hasColumns As Boolean
    If Not IsArray(answer) Then
        WithErrors = WithError(answer)
        Exit Function
    End If
    hasColumns = IsTable(answer)
    For row = LBound(answer, 1) To UBound(answer, 1)
        If hasColumns Then
            For column = LBound(answer, 2) To UBound(answer, 2)
                answer(row, column) = WithError(answer(row, column))
            Next column
        Else
            answer(row) = WithError(answer(row))
        End If
    Next row
    WithErrors = answer
End Function

Private Function WithError(ByVal cell As Variant) As Variant
    WithError = cell
    If VarType(cell) = vbLong Then
        If cell >= FIRST_ERROR And cell <= LAST_ERROR Then WithError = CVErr(cell + ERROR_ZERO)
    End If
End Function

Private Function IsTable(ByRef answer As Variant) As Boolean
    On Error GoTo OneRow
    IsTable = UBound(answer, 2) >= LBound(answer, 2)
OneRow:
End Function
