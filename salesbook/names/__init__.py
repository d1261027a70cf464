"""Names as text: when do two spellings mean the same person, company, number or stage?"""
