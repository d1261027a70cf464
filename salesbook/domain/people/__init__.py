"""People before and beside selling: who is hired, and who has to be trained."""
