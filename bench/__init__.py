"""How fast is salesbook, and how much memory does it take? Nothing here is needed at run time."""
