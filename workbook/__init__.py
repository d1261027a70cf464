"""The text sources of the two workbooks; nothing here is needed to run them."""
