"""What got better in the process, what got worse, and what nobody can tell yet?"""
