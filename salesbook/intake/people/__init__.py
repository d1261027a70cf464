"""Who is meant: which rep, customer, team or stage, known, added or unknown?"""
