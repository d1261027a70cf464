"""Chances: how likely is a deal in a stage to be won?"""
