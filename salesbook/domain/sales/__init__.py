"""What was sold, and who is credited with it: asked by every verb, answered here once."""
