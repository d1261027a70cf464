"""How amounts, days and rates are counted: exact, and honest about chance."""
