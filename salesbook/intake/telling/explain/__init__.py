"""What would an import make of a file, and why? What a dry run shows before anything is written."""
