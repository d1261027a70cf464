"""The pipeline: stages, times, leaks and forecast."""
