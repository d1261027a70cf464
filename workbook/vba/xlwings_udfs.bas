Attribute VB_Name = "xlwings_udfs"
' Made by `python dev.py build`; do not edit.
Option Explicit

Function SALES_ABC(values)
    SALES_ABC = Answer("SALES_ABC", Array(values))
End Function

Function SALES_ALIVE(frequency, recency, age, Optional parameters)
    SALES_ALIVE = Answer("SALES_ALIVE", Array(frequency, recency, age, parameters))
End Function

Function SALES_ATTAINMENT(actual, target)
    SALES_ATTAINMENT = Answer("SALES_ATTAINMENT", Array(actual, target))
End Function

Function SALES_CHECK(range, kind)
    SALES_CHECK = Answer("SALES_CHECK", Array(range, kind))
End Function

Function SALES_COMMISSION(sales, quota, brackets)
    SALES_COMMISSION = Answer("SALES_COMMISSION", Array(sales, quota, brackets))
End Function

Function SALES_COVERAGE(open_amount, closed, target)
    SALES_COVERAGE = Answer("SALES_COVERAGE", Array(open_amount, closed, target))
End Function

Function SALES_DATE(text, Optional order)
    SALES_DATE = Answer("SALES_DATE", Array(text, order))
End Function

Function SALES_FORECAST(amounts, probabilities, Optional quantile)
    SALES_FORECAST = Answer("SALES_FORECAST", Array(amounts, probabilities, quantile))
End Function

Function SALES_FUNNEL(deals, history, stages, as_of)
    SALES_FUNNEL = Answer("SALES_FUNNEL", Array(deals, history, stages, as_of))
End Function

Function SALES_GRADE(score, grades)
    SALES_GRADE = Answer("SALES_GRADE", Array(score, grades))
End Function

Function SALES_LANDING(closed, amounts, probabilities, Optional quantile)
    SALES_LANDING = Answer("SALES_LANDING", Array(closed, amounts, probabilities, quantile))
End Function

Function SALES_NEXT_TOUCH(last, days, Optional holidays)
    SALES_NEXT_TOUCH = Answer("SALES_NEXT_TOUCH", Array(last, days, holidays))
End Function

Function SALES_NPS(scores)
    SALES_NPS = Answer("SALES_NPS", Array(scores))
End Function

Function SALES_NUMBER(text)
    SALES_NUMBER = Answer("SALES_NUMBER", Array(text))
End Function

Function SALES_PACE(actual, target, from_day, to_day, as_of, Optional holidays)
    SALES_PACE = Answer("SALES_PACE", Array(actual, target, from_day, to_day, as_of, holidays))
End Function

Function SALES_PAY_CURVE(rates, quota, brackets)
    SALES_PAY_CURVE = Answer("SALES_PAY_CURVE", Array(rates, quota, brackets))
End Function

Function SALES_RAMP(hired_on, months, ramp)
    SALES_RAMP = Answer("SALES_RAMP", Array(hired_on, months, ramp))
End Function

Function SALES_RFM(customers, dates, amounts, as_of, Optional cuts)
    SALES_RFM = Answer("SALES_RFM", Array(customers, dates, amounts, as_of, cuts))
End Function

Function SALES_SCORE(values, goals, weights, better)
    SALES_SCORE = Answer("SALES_SCORE", Array(values, goals, weights, better))
End Function

Function SALES_SEGMENT(rfm, Optional language)
    SALES_SEGMENT = Answer("SALES_SEGMENT", Array(rfm, language))
End Function

Function SALES_SPLIT(total, weights, Optional unit)
    SALES_SPLIT = Answer("SALES_SPLIT", Array(total, weights, unit))
End Function

Function SALES_STAGE_DAYS(entered, left, as_of, Optional quantile)
    SALES_STAGE_DAYS = Answer("SALES_STAGE_DAYS", Array(entered, left, as_of, quantile))
End Function

Function SALES_STUCK(stage, entered, limits, as_of)
    SALES_STUCK = Answer("SALES_STUCK", Array(stage, entered, limits, as_of))
End Function

Function SALES_TIER(values, rules)
    SALES_TIER = Answer("SALES_TIER", Array(values, rules))
End Function

Function SALES_VELOCITY(deals, win_rate, average, days)
    SALES_VELOCITY = Answer("SALES_VELOCITY", Array(deals, win_rate, average, days))
End Function

Function SALES_WIN_RATE(won, lost, Optional level, Optional prior, Optional prior_deals)
    SALES_WIN_RATE = Answer("SALES_WIN_RATE", Array(won, lost, level, prior, prior_deals))
End Function

Function SALES_WORKDAYS(from_day, to_day, Optional holidays)
    SALES_WORKDAYS = Answer("SALES_WORKDAYS", Array(from_day, to_day, holidays))
End Function
