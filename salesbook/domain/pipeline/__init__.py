"""The pipeline: where deals stand, where they leak, and what they will bring."""
