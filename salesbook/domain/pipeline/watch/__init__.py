"""What is done day by day, and what became of orders, of money owed and of the sales plan?"""
