"""How did deals move, as the log of another system tells it?"""
