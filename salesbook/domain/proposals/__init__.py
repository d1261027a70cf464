"""What may next year's target be, is it in reach, and are the quotas fair?"""
