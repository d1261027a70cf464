"""Pay: what commission is due, traced from order to rule to bracket."""
