"""The team: who belongs to it on a day, and how did each do?"""
