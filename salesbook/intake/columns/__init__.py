"""Which column of a file is which field, and what do its words mean?"""
