"""Tiles for elsewhere: archives of one or several layers."""
