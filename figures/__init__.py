"""How are measured figures shown: tables, goals met or missed, pages of sections?

Not needed at run time; `reliability/` and `honesty/` write their pages with it.
"""
