Attribute VB_Name = "xlwings_udfs"
' Made by `python dev.py build`; do not edit.
#Const App = "Microsoft Excel"
Option Explicit

Function SALES_ABC(values)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_ABC = WithErrors(XLPy.CallUDF("udfs", "SALES_ABC", Array(values), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_ABC = WithErrors(XLPy.CallUDF("udfs", "SALES_ABC", Array(values)))
        Exit Function
    #End If
failed:
    SALES_ABC = CVErr(2015)
End Function

Function SALES_ALIVE(frequency, recency, age, Optional parameters)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_ALIVE = WithErrors(XLPy.CallUDF("udfs", "SALES_ALIVE", Array(frequency, recency, age, parameters), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_ALIVE = WithErrors(XLPy.CallUDF("udfs", "SALES_ALIVE", Array(frequency, recency, age, parameters)))
        Exit Function
    #End If
failed:
    SALES_ALIVE = CVErr(2015)
End Function

Function SALES_ATTAINMENT(actual, target)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_ATTAINMENT = WithErrors(XLPy.CallUDF("udfs", "SALES_ATTAINMENT", Array(actual, target), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_ATTAINMENT = WithErrors(XLPy.CallUDF("udfs", "SALES_ATTAINMENT", Array(actual, target)))
        Exit Function
    #End If
failed:
    SALES_ATTAINMENT = CVErr(2015)
End Function

Function SALES_CHECK(range, kind)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_CHECK = WithErrors(XLPy.CallUDF("udfs", "SALES_CHECK", Array(range, kind), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_CHECK = WithErrors(XLPy.CallUDF("udfs", "SALES_CHECK", Array(range, kind)))
        Exit Function
    #End If
failed:
    SALES_CHECK = CVErr(2015)
End Function

Function SALES_COMMISSION(sales, quota, brackets)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_COMMISSION = WithErrors(XLPy.CallUDF("udfs", "SALES_COMMISSION", Array(sales, quota, brackets), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_COMMISSION = WithErrors(XLPy.CallUDF("udfs", "SALES_COMMISSION", Array(sales, quota, brackets)))
        Exit Function
    #End If
failed:
    SALES_COMMISSION = CVErr(2015)
End Function

Function SALES_COVERAGE(open_amount, closed, target)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_COVERAGE = WithErrors(XLPy.CallUDF("udfs", "SALES_COVERAGE", Array(open_amount, closed, target), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_COVERAGE = WithErrors(XLPy.CallUDF("udfs", "SALES_COVERAGE", Array(open_amount, closed, target)))
        Exit Function
    #End If
failed:
    SALES_COVERAGE = CVErr(2015)
End Function

Function SALES_DATE(text, Optional order)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_DATE = WithErrors(XLPy.CallUDF("udfs", "SALES_DATE", Array(text, order), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_DATE = WithErrors(XLPy.CallUDF("udfs", "SALES_DATE", Array(text, order)))
        Exit Function
    #End If
failed:
    SALES_DATE = CVErr(2015)
End Function

Function SALES_FORECAST(amounts, probabilities, Optional quantile)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_FORECAST = WithErrors(XLPy.CallUDF("udfs", "SALES_FORECAST", Array(amounts, probabilities, quantile), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_FORECAST = WithErrors(XLPy.CallUDF("udfs", "SALES_FORECAST", Array(amounts, probabilities, quantile)))
        Exit Function
    #End If
failed:
    SALES_FORECAST = CVErr(2015)
End Function

Function SALES_FUNNEL(deals, history, stages, as_of)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_FUNNEL = WithErrors(XLPy.CallUDF("udfs", "SALES_FUNNEL", Array(deals, history, stages, as_of), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_FUNNEL = WithErrors(XLPy.CallUDF("udfs", "SALES_FUNNEL", Array(deals, history, stages, as_of)))
        Exit Function
    #End If
failed:
    SALES_FUNNEL = CVErr(2015)
End Function

Function SALES_GRADE(score, grades)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_GRADE = WithErrors(XLPy.CallUDF("udfs", "SALES_GRADE", Array(score, grades), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_GRADE = WithErrors(XLPy.CallUDF("udfs", "SALES_GRADE", Array(score, grades)))
        Exit Function
    #End If
failed:
    SALES_GRADE = CVErr(2015)
End Function

Function SALES_LANDING(closed, amounts, probabilities, Optional quantile)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_LANDING = WithErrors(XLPy.CallUDF("udfs", "SALES_LANDING", Array(closed, amounts, probabilities, quantile), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_LANDING = WithErrors(XLPy.CallUDF("udfs", "SALES_LANDING", Array(closed, amounts, probabilities, quantile)))
        Exit Function
    #End If
failed:
    SALES_LANDING = CVErr(2015)
End Function

Function SALES_NEXT_TOUCH(last, days, Optional holidays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_NEXT_TOUCH = WithErrors(XLPy.CallUDF("udfs", "SALES_NEXT_TOUCH", Array(last, days, holidays), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_NEXT_TOUCH = WithErrors(XLPy.CallUDF("udfs", "SALES_NEXT_TOUCH", Array(last, days, holidays)))
        Exit Function
    #End If
failed:
    SALES_NEXT_TOUCH = CVErr(2015)
End Function

Function SALES_NPS(scores)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_NPS = WithErrors(XLPy.CallUDF("udfs", "SALES_NPS", Array(scores), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_NPS = WithErrors(XLPy.CallUDF("udfs", "SALES_NPS", Array(scores)))
        Exit Function
    #End If
failed:
    SALES_NPS = CVErr(2015)
End Function

Function SALES_NUMBER(text)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_NUMBER = WithErrors(XLPy.CallUDF("udfs", "SALES_NUMBER", Array(text), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_NUMBER = WithErrors(XLPy.CallUDF("udfs", "SALES_NUMBER", Array(text)))
        Exit Function
    #End If
failed:
    SALES_NUMBER = CVErr(2015)
End Function

Function SALES_PACE(actual, target, from_day, to_day, as_of, Optional holidays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_PACE = WithErrors(XLPy.CallUDF("udfs", "SALES_PACE", Array(actual, target, from_day, to_day, as_of, holidays), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_PACE = WithErrors(XLPy.CallUDF("udfs", "SALES_PACE", Array(actual, target, from_day, to_day, as_of, holidays)))
        Exit Function
    #End If
failed:
    SALES_PACE = CVErr(2015)
End Function

Function SALES_PAY_CURVE(rates, quota, brackets)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_PAY_CURVE = WithErrors(XLPy.CallUDF("udfs", "SALES_PAY_CURVE", Array(rates, quota, brackets), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_PAY_CURVE = WithErrors(XLPy.CallUDF("udfs", "SALES_PAY_CURVE", Array(rates, quota, brackets)))
        Exit Function
    #End If
failed:
    SALES_PAY_CURVE = CVErr(2015)
End Function

Function SALES_RAMP(hired_on, months, ramp)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_RAMP = WithErrors(XLPy.CallUDF("udfs", "SALES_RAMP", Array(hired_on, months, ramp), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_RAMP = WithErrors(XLPy.CallUDF("udfs", "SALES_RAMP", Array(hired_on, months, ramp)))
        Exit Function
    #End If
failed:
    SALES_RAMP = CVErr(2015)
End Function

Function SALES_RFM(customers, dates, amounts, as_of, Optional cuts)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_RFM = WithErrors(XLPy.CallUDF("udfs", "SALES_RFM", Array(customers, dates, amounts, as_of, cuts), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_RFM = WithErrors(XLPy.CallUDF("udfs", "SALES_RFM", Array(customers, dates, amounts, as_of, cuts)))
        Exit Function
    #End If
failed:
    SALES_RFM = CVErr(2015)
End Function

Function SALES_SCORE(values, goals, weights, better)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_SCORE = WithErrors(XLPy.CallUDF("udfs", "SALES_SCORE", Array(values, goals, weights, better), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_SCORE = WithErrors(XLPy.CallUDF("udfs", "SALES_SCORE", Array(values, goals, weights, better)))
        Exit Function
    #End If
failed:
    SALES_SCORE = CVErr(2015)
End Function

Function SALES_SEGMENT(rfm, Optional language)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_SEGMENT = WithErrors(XLPy.CallUDF("udfs", "SALES_SEGMENT", Array(rfm, language), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_SEGMENT = WithErrors(XLPy.CallUDF("udfs", "SALES_SEGMENT", Array(rfm, language)))
        Exit Function
    #End If
failed:
    SALES_SEGMENT = CVErr(2015)
End Function

Function SALES_SPLIT(total, weights, Optional unit)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_SPLIT = WithErrors(XLPy.CallUDF("udfs", "SALES_SPLIT", Array(total, weights, unit), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_SPLIT = WithErrors(XLPy.CallUDF("udfs", "SALES_SPLIT", Array(total, weights, unit)))
        Exit Function
    #End If
failed:
    SALES_SPLIT = CVErr(2015)
End Function

Function SALES_STAGE_DAYS(entered, left, as_of, Optional quantile)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_STAGE_DAYS = WithErrors(XLPy.CallUDF("udfs", "SALES_STAGE_DAYS", Array(entered, left, as_of, quantile), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_STAGE_DAYS = WithErrors(XLPy.CallUDF("udfs", "SALES_STAGE_DAYS", Array(entered, left, as_of, quantile)))
        Exit Function
    #End If
failed:
    SALES_STAGE_DAYS = CVErr(2015)
End Function

Function SALES_STUCK(stage, entered, limits, as_of)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_STUCK = WithErrors(XLPy.CallUDF("udfs", "SALES_STUCK", Array(stage, entered, limits, as_of), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_STUCK = WithErrors(XLPy.CallUDF("udfs", "SALES_STUCK", Array(stage, entered, limits, as_of)))
        Exit Function
    #End If
failed:
    SALES_STUCK = CVErr(2015)
End Function

Function SALES_TIER(values, rules)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_TIER = WithErrors(XLPy.CallUDF("udfs", "SALES_TIER", Array(values, rules), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_TIER = WithErrors(XLPy.CallUDF("udfs", "SALES_TIER", Array(values, rules)))
        Exit Function
    #End If
failed:
    SALES_TIER = CVErr(2015)
End Function

Function SALES_VELOCITY(deals, win_rate, average, days)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_VELOCITY = WithErrors(XLPy.CallUDF("udfs", "SALES_VELOCITY", Array(deals, win_rate, average, days), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_VELOCITY = WithErrors(XLPy.CallUDF("udfs", "SALES_VELOCITY", Array(deals, win_rate, average, days)))
        Exit Function
    #End If
failed:
    SALES_VELOCITY = CVErr(2015)
End Function

Function SALES_WIN_RATE(won, lost, Optional level, Optional prior, Optional prior_deals)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_WIN_RATE = WithErrors(XLPy.CallUDF("udfs", "SALES_WIN_RATE", Array(won, lost, level, prior, prior_deals), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_WIN_RATE = WithErrors(XLPy.CallUDF("udfs", "SALES_WIN_RATE", Array(won, lost, level, prior, prior_deals)))
        Exit Function
    #End If
failed:
    SALES_WIN_RATE = CVErr(2015)
End Function

Function SALES_WORKDAYS(from_day, to_day, Optional holidays)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Excel.Range Then On Error GoTo failed
        SALES_WORKDAYS = WithErrors(XLPy.CallUDF("udfs", "SALES_WORKDAYS", Array(from_day, to_day, holidays), ThisWorkbook, Application.Caller))
        Exit Function
    #Else
        SALES_WORKDAYS = WithErrors(XLPy.CallUDF("udfs", "SALES_WORKDAYS", Array(from_day, to_day, holidays)))
        Exit Function
    #End If
failed:
    SALES_WORKDAYS = CVErr(2015)
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
        If cell >= -2146826288 And cell <= -2146826200 Then WithError = CVErr(cell + 2146828288)
    End If
End Function

Private Function IsTable(ByRef answer As Variant) As Boolean
    On Error GoTo OneRow
    IsTable = UBound(answer, 2) >= LBound(answer, 2)
OneRow:
End Function
