"""Which row, stage, person or company a typed name means."""
