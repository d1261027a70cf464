"""What did runs note of open deals: when did amount or expected day change, and what of the forecast?"""
