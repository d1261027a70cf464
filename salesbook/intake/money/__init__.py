"""In which currency is a file's money, and what is an amount that the file does not have?"""
