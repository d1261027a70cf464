"""The pipeline: stages, times, leaks, forecast, and what to act on."""
