"""From cells to tables: typed frames, settings as a policy, references as keys, and what is wrong."""
