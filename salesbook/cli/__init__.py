"""The command line: a face for terminals and for programs."""
