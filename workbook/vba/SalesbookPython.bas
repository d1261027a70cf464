Attribute VB_Name = "SalesbookPython"
Option Explicit
Option Private Module

' How Python is reached, and what is remembered where it cannot be. One Python serves all workbooks of
' an Excel and ends with it. It is started beside Excel's own work, under a name that nobody else has;
' xlwings' library then only looks whether that name answers. The library's own way of starting it is
' the second: Excel stands still meanwhile, and Citrix often forbids it.

#If Mac Then
Public Sub WarmUp()
End Sub

Public Sub ForgetSettings()
End Sub
#Else
Private Const SHARED_NOTE As String = "SALESBOOK_PYTHON"
Private Const SECONDS_FOR_A_PRESS As Long = 60
Private Const SECONDS_FOR_A_CELL As Long = 30
Private Const SECONDS_ONCE_MORE As Long = 5
Private Const SECONDS_OF_A_START As Long = 20
Private Const NOT_REACHED As Long = 1000

Private interpreter As String
Private hasSettings As Boolean
Private key As String
Private process As Object
Private whyNotStarted As String
Private hasAnswered As Boolean
Private failure As String
Private hasRefused As Boolean

Public Sub WarmUp()
    ' When the workbook opens: no wait and no message. A program that opened Excel presses no button.
    On Error GoTo NotNow
    If OpenedByAPerson() And StartsWhenOpened() Then
        ReadSettings
        If Len(key) = 0 Then StartPython
    End If
NotNow:
End Sub

Private Function StartsWhenOpened() As Boolean
    ' Either the workbook or whoever uses it may switch this off.
    Dim inBook As String
    Dim ofUser As String
    inBook = GetConfig("SALESBOOK_START_PYTHON", "True", "sheet")
    ofUser = GetConfig("SALESBOOK_START_PYTHON", "True", "user")
    StartsWhenOpened = LCase$(inBook) <> "false" And LCase$(ofUser) <> "false"
End Function

Public Function PythonForPress() As Object
    ' A press always tries, by the settings of now, but for less long where nothing answered before.
    Dim seconds As Long
    seconds = SECONDS_FOR_A_PRESS
    If Len(failure) > 0 Then seconds = SECONDS_ONCE_MORE
    hasSettings = False
    LetEscEnd True
    Set PythonForPress = Python(seconds)
    LetEscEnd False
End Function

Public Function PythonForCell() As Object
    ' Nothing where it could not be reached once: each of a thousand cells would wait for it again.
    On Error GoTo NotReached
    If Len(failure) = 0 Then
        Set PythonForCell = Python(SECONDS_FOR_A_CELL)
        Exit Function
    End If
NotReached:
    hasRefused = True
End Function

Public Sub ForgetSettings()
    hasSettings = False
    failure = ""
End Sub

Public Sub ForgetIfGone(ByVal server As Object)
    ' xlwings' library knows one of the errors by which Windows says that a process has ended.
    On Error GoTo Gone
    If server.Len("a") = 1 Then Exit Sub
Gone:
    key = ""
    Keep SHARED_NOTE, ""
End Sub

Public Sub AnswerRefusedCells()
    ' Excel would leave them at #N/A until a cell changes that they look at.
    If hasRefused Then
        hasRefused = False
        CalculateEverything
    End If
End Sub

Private Function Python(ByVal seconds As Long) As Object
    ' An error, which is remembered, where it cannot be reached.
    Dim server As Variant
    On Error GoTo Failed
    If Not hasSettings Then ReadSettings
    If Len(key) = 0 Then StartPython
    If Not Reaches(key, server) Then WaitFor server, seconds
    hasAnswered = True
    failure = ""
    Set Python = server
    Exit Function
Failed:
    failure = Err.Description
    If Len(failure) = 0 Then failure = CStr(Err.Number)
    Err.Raise Err.Number, , failure
End Function

Private Sub WaitFor(ByRef server As Variant, ByVal seconds As Long)
    Dim deadline As Date
    ' What has answered before, or was started the other way, has ended since.
    If hasAnswered Or Not IsOurs() Then StartPython
    deadline = Now + seconds / 86400
    Do Until Reaches(key, server)
        If HasEnded() Then
            StartTheirWay server
            Exit Do
        End If
        If Now >= deadline Then Err.Raise NOT_REACHED, , Told("python_silent")
        If process Is Nothing And Not IsYoung() Then StartPython
        WaitALittle
    Loop
End Sub

Private Function IsOurs() As Boolean
    ' A name in braces; what is started the other way is known by its command.
    IsOurs = Left$(key, 1) = "{"
End Function

Private Function HasEnded() As Boolean
    HasEnded = Len(whyNotStarted) > 0
    If Not process Is Nothing Then HasEnded = process.Status <> 0
End Function

Private Sub ReadSettings()
    ' Once for all cells: for each of them xlwings would read its settings' sheet 28 times. Only what the
    ' user's own file says: another may lie beside a workbook that came by mail.
    Dim found As String
    found = GetConfig("INTERPRETER_WIN", "", "user")
    If Len(found) = 0 Then found = GetConfig("INTERPRETER", "pythonw", "user")
    ' python.exe opens a window; its twin does not.
    If LCase$(Right$(found, 11)) = "\python.exe" Then found = Left$(found, Len(found) - 4) & "w.exe"
    If found <> interpreter Then
        interpreter = found
        key = ""
    End If
    LoadLibraryOf interpreter
    If Len(key) = 0 Then key = SharedKey()
    hasSettings = True
End Sub

Private Sub LoadLibraryOf(ByVal program As String)
    ' It lies beside Python, or one folder up where that is a virtual environment.
    Dim library As String
    #If Win64 Then
    library = "xlwings64-" & XLWINGS_VERSION & ".dll"
    #Else
    library = "xlwings32-" & XLWINGS_VERSION & ".dll"
    #End If
    If LibraryIsLoaded(FolderOf(program) & library) Then Exit Sub
    If LibraryIsLoaded(FolderOf(FolderOf(program)) & library) Then Exit Sub
    Err.Raise NOT_REACHED, , Told("python_missing") & vbNewLine & vbNewLine & program
End Sub

Private Function FolderOf(ByVal path As String) As String
    ' With its last backslash: C:\env\Scripts\pythonw.exe -> C:\env\Scripts\ -> C:\env\
    Dim place As Long
    If Len(path) > 1 Then place = InStrRev(path, "\", Len(path) - 1)
    FolderOf = Left$(path, place)
End Function

Private Sub StartPython()
    ' The command does not name the workbook: its path may be too long or hold signs of a command.
    Dim excel As String
    excel = CStr(ExcelsProcess())
    hasAnswered = False
    whyNotStarted = ""
    Set process = Nothing
    key = "{" & CreateGUID() & "}"
    Keep SHARED_NOTE, excel & "|" & key & "|" & Str$(CDbl(Now)) & "|" & interpreter
    On Error GoTo Forbidden
    Set process = StartedBeside("""" & interpreter & """ -P -c ""import sys; sys.tracebacklimit = 0; " & _
        "from salesbook.macros.server import stay_awake; stay_awake('" & key & "', " & excel & ")""")
    Exit Sub
Forbidden:
    whyNotStarted = Err.Description
    If Len(whyNotStarted) = 0 Then whyNotStarted = CStr(Err.Number)
End Sub

Private Sub StartTheirWay(ByRef server As Variant)
    ' With /C the command window ends with Python, which the library notices at once; with xlwings' /K
    ' it would wait two minutes for a Python that cannot find its modules.
    Dim reason As String
    reason = whyNotStarted
    If Len(reason) = 0 Then reason = LastWords()
    If Not NamesAnother("INTERPRETER_WIN") Then
        key = Replace(XLPyCommand(), " /K ", " /C ", 1, 1)
        If Reaches(key, server) Then Exit Sub
    End If
    key = ""
    Keep SHARED_NOTE, ""
    If Len(reason) = 0 Then reason = server
    Err.Raise NOT_REACHED, , Told("python_ended") & vbNewLine & vbNewLine & reason
End Sub

Private Function LastWords() As String
    On Error Resume Next
    LastWords = process.StdErr.ReadAll
End Function

Private Function SharedKey() As String
    ' Another workbook, or this one before it was opened again, may have started it. A program that
    ' this Excel starts inherits the note, which counts in its own Excel alone.
    Dim parts() As String
    parts = Split(Kept(SHARED_NOTE), "|")
    If UBound(parts) = 3 Then
        If parts(0) = CStr(ExcelsProcess()) And parts(3) = interpreter Then SharedKey = parts(1)
    End If
End Function

Private Function IsYoung() As Boolean
    ' What another workbook started may still be on its way.
    Dim parts() As String
    parts = Split(Kept(SHARED_NOTE), "|")
    If UBound(parts) = 3 Then
        IsYoung = parts(1) = key And Now - Val(parts(2)) < SECONDS_OF_A_START / 86400
    End If
End Function
#End If
