"""What to act on today: deals, orders, customers, people, and numbers that are off."""
