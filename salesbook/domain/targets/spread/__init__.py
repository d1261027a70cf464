"""How is a year's target spread over people and months so that it adds up in both directions?"""
