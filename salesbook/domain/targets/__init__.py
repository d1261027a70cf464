"""Targets: how they spread over people and months, and how much of them is reached."""
