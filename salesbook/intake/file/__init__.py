"""What does a foreign file hold: in which encoding, by which delimiter, where in it is the table?"""
