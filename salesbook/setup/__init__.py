"""Is everything in place for salesbook to run?"""
