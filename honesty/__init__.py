"""Do figures keep what they promise? Simulated companies whose truth is known, and real data.

Not needed at run time. `python dev.py honesty` writes docs/honesty.md; tests/honesty runs the same
functions over fewer companies.
"""
