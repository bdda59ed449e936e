"""Answers about grades: why a zone has its colour, the list of zones, the plan's figures, what changed."""
