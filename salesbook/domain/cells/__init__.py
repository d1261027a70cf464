"""What a typed cell means: a value of its field, nothing, or the reason why it has none."""
