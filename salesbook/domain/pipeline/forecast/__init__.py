"""The forecast: what the open pipeline will bring by period, with its range."""
