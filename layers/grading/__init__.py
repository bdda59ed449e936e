"""Grading: the four official colours and the methods that lead to them. Pure functions."""
