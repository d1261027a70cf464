Attribute VB_Name = "SalesbookWindows"
Option Explicit
Option Private Module

' The few things that only Windows and its Excel can do: start a program, wait for it, and speak in
' every language.

#If Mac Then
#Else
Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr
Private Declare PtrSafe Function GetCurrentProcessId Lib "kernel32" () As Long
Private Declare PtrSafe Sub Sleep Lib "kernel32" (ByVal milliseconds As Long)
Private Declare PtrSafe Function MessageBoxW Lib "user32" (ByVal window As LongPtr, _
    ByVal text As LongPtr, ByVal title As LongPtr, ByVal kind As Long) As Long

Public Function ExcelsProcess() As Long
    ExcelsProcess = GetCurrentProcessId()
End Function

Public Function OpenedByAPerson() As Boolean
    OpenedByAPerson = Application.UserControl
End Function

Public Sub LetEscEnd(ByVal isWaiting As Boolean)
    ' Error 18 for who waits for Python. While Python works it looks for Esc itself.
    Application.EnableCancelKey = IIf(isWaiting, xlErrorHandler, xlInterrupt)
End Sub

Public Sub CalculateEverything()
    Application.CalculateFull
End Sub

Public Sub WaitALittle()
    Sleep 50
End Sub

Public Function LibraryIsLoaded(ByVal path As String) As Boolean
    ' By its wide name: a user may be called by letters that his Windows has no code page for.
    LibraryIsLoaded = LoadLibraryW(StrPtr(path)) <> 0
End Function

Public Function StartedBeside(ByVal command As String) As Object
    ' At once, without a window. What is given back knows whether the program still runs.
    Set StartedBeside = WScript.Exec(command)
End Function

Public Function Reaches(ByVal key As String, ByRef server As Variant) As Boolean
    ' For a name in braces xlwings' library only looks; for a command it starts that first, and waits.
    ' Without an answer `server` is the reason.
    Reaches = XLPyDLLActivateAuto(server, key, 1) = 0
End Function

Public Function Kept(ByVal name As String) As String
    ' What all workbooks of this Excel share, until it ends.
    Kept = WScript.Environment("PROCESS").Item(name)
End Function

Public Sub Keep(ByVal name As String, ByVal value As String)
    WScript.Environment("PROCESS").Item(name) = value
End Sub
#End If

Public Sub Say(ByVal text As String, ByVal kind As Long)
    ' MsgBox shows only letters of Windows' code page: Chinese would be question marks elsewhere.
    #If Mac Then
    MsgBox text, kind, "salesbook"
    #Else
    Dim title As String
    title = "salesbook"
    MessageBoxW Application.Hwnd, StrPtr(text), StrPtr(title), kind
    #End If
End Sub
