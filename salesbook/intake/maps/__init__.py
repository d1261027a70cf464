"""What did somebody say of such files before, and which columns come along as his own?"""
