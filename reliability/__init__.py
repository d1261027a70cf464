"""Can salesbook be trusted? Fault runs, hostile files, dirty data, peers;
not needed at run time.
"""
