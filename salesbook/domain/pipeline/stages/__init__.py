"""Stages: which one a deal is in, since when, and how long deals stay."""
