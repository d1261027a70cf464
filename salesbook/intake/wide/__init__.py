"""What are columns of months, quarters and products, as rows?"""
