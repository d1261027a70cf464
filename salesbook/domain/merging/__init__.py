"""Rows that are one become one: who stays, what it says, and what leads to it then."""
