"""People: who sold what, how each did, who is hired and who has to be trained."""
