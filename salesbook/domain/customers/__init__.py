"""Customers: what each is worth, how far each has come, and when to call."""
