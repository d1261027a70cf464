"""Which rows and columns of a table does somebody ask for, by names and words as people write them?"""
