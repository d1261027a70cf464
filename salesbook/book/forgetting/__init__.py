"""A customer who asks to be forgotten: where he stands, and how only sums stay of him."""
