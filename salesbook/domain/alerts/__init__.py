"""What to act on today: deals, orders, customers, people, and numbers that are off.

A kind of alert is one function under `@alert("its-kind")` in one of these modules, and its words:
its name in `[choices.alerts]` of the labels' `tables.toml`, which is the list of kinds that tables,
dropdowns and reference pages go by, and its sentences in `[alert.its-kind]`.
"""
