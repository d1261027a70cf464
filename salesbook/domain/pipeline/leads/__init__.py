"""What do leads bring, who is owed an answer, and who could give it?"""
