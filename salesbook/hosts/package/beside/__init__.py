"""What people put beside a row's values: notes, comments, links, highlights, rules of single rows.

Most of it stands outside the sheet's rows and names its cell by place. So when rows move, these
places have to be moved as well, part by part.
"""
