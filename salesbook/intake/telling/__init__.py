"""What is said of an import: why rows stay out, what is open, what would become of each cell?"""
