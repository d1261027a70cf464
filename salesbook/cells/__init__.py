"""One cell and one value: what a typed cell means, or the reason why it has no meaning."""
